//! The command line: the same engine, natively. Progress goes to standard error; with `--json` standard output holds
//! one JSON document and nothing else. Exit code 2 for bad use or bad input, 1 for a failure.

mod model;
mod train;

use std::process::ExitCode;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Why a command ended early.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    /// The caller can repair it: a wrong argument, a missing or broken file.
    #[error("{0}")]
    Input(String),
    /// Our side or the machine's.
    #[error("{0}")]
    Failure(String),
}

impl CliError {
    fn input(error: impl ToString) -> Self {
        CliError::Input(error.to_string())
    }

    fn failure(error: impl ToString) -> Self {
        CliError::Failure(error.to_string())
    }
}

#[derive(Parser)]
#[command(name = "triptych", version, about = "A laboratory of multimodal learning", max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Trains the Playroom model
    Train(train::Train),
}

/// Options that every command on a model takes.
#[derive(Args, Clone)]
struct Common {
    /// Where to compute
    #[arg(long, value_enum, default_value_t = Backend::Auto, global = true)]
    backend: Backend,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Backend {
    /// A graphics processor where there is a real one
    Auto,
    Gpu,
    Cpu,
}

/// Parses the arguments, runs the command and turns errors into exit codes.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let result = match cli.command {
        Command::Train(train) => train.run(),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            match error {
                CliError::Input(_) => ExitCode::from(2),
                CliError::Failure(_) => ExitCode::from(1),
            }
        }
    }
}
