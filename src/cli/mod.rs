//! The command line: the same engine, natively. Progress goes to standard error; with `--json` standard output holds
//! one JSON document and nothing else. Exit code 2 for bad use or bad input, 1 for a failure.

#![warn(clippy::cast_possible_truncation, clippy::unwrap_used)]

/// `eprintln!`, where standard error may be a pipe that nobody reads any more.
macro_rules! status {
    ($($text:tt)*) => { $crate::cli::out::status(format_args!($($text)*)) };
}

mod attend;
mod bake;
mod bench;
mod card;
mod convert;
mod embed;
mod eval;
mod lab;
mod model;
mod out;
mod photos;
mod scene;
mod texts;
mod train;
mod write;

use std::fmt::Display;
use std::io::ErrorKind;
use std::process::{ExitCode, exit};

use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};

use crate::device::DeviceError;
use crate::infer::TextError;
use crate::io::file::{self, FileError};

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

impl From<DeviceError> for CliError {
    /// A device that is not there or fails is the machine's fault; numbers and sizes are those of the model's files.
    fn from(error: DeviceError) -> Self {
        match error {
            DeviceError::NoAdapter(_) | DeviceError::Lost(_) | DeviceError::Gpu(_) => {
                CliError::failure(error)
            }
            _ => CliError::input(error),
        }
    }
}

impl From<TextError> for CliError {
    fn from(error: TextError) -> Self {
        CliError::input(error)
    }
}

impl From<FileError> for CliError {
    /// A full or broken disk is the machine's fault, a path that cannot be there the caller's.
    fn from(error: FileError) -> Self {
        match error.source.kind() {
            ErrorKind::NotFound
            | ErrorKind::PermissionDenied
            | ErrorKind::AlreadyExists
            | ErrorKind::IsADirectory
            | ErrorKind::NotADirectory
            | ErrorKind::DirectoryNotEmpty
            | ErrorKind::ReadOnlyFilesystem
            | ErrorKind::InvalidFilename
            | ErrorKind::ResourceBusy => CliError::input(error),
            _ => CliError::failure(error),
        }
    }
}

/// The exit code after Ctrl-C: 128 and the number of the signal.
const INTERRUPTED: i32 = 130;

#[derive(Parser)]
#[command(name = "triptych", version, about = "A laboratory of multimodal learning", max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Writes scenes of the world: pictures, masks, captions, questions
    Scene(scene::SceneCommand),
    /// Embeds pictures and sentences in the shared space
    Embed(embed::Embed),
    /// Writes a model in fewer bytes
    Convert(convert::Convert),
    /// Ranks the pictures of a folder
    Retrieve(embed::Retrieve),
    /// Writes a caption
    Caption(write::Caption),
    /// Answers a question about a picture
    Answer(write::Answer),
    /// Prints the probability that a sentence is true of a picture
    Match(write::Match),
    /// Writes the attention maps of every layer and head
    Attend(attend::Attend),
    /// Measures a model on scenes that it was never trained on
    Eval(eval::Eval),
    /// Trains the Playroom model
    Train(train::Train),
    /// Records the caption that the page shows while its model loads
    Bake(bake::Bake),
    /// Writes the figures of a model card
    Card(card::Card),
    /// Trains small models and shows why they work or fail
    #[command(subcommand)]
    Lab(lab::Lab),
    /// Times the engine
    Bench(bench::Bench),
}

/// Options that every command on a model takes.
#[derive(Args, Clone)]
struct Common {
    /// Where to compute
    #[arg(long, value_enum, default_value_t = Backend::Auto)]
    backend: Backend,
    #[command(flatten)]
    output: Output,
}

/// How a result is printed.
#[derive(Args, Clone)]
struct Output {
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

impl Output {
    /// Prints the document where JSON is asked for, otherwise the text.
    fn print(&self, document: &impl serde::Serialize, text: impl Display) {
        match self.json {
            true => out::json(document),
            false => out::line(text),
        }
    }
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
    // Mesa's layer that chooses among graphics processors asks Wayland, which complains on standard error where nobody is
    // logged in; the engine chooses by itself.
    // SAFETY: no other thread is there yet.
    #[cfg(target_os = "linux")]
    unsafe {
        std::env::set_var("NODEVICE_SELECT", "1");
    }
    // Where there is nothing to take hold of, what is half written stays beside its place.
    let _unheard = ctrlc::set_handler(|| {
        file::remove_temporaries();
        exit(INTERRUPTED)
    });
    let arguments = texts::attached(&Cli::command(), std::env::args_os());
    let result = match Cli::parse_from(arguments).command {
        Command::Scene(command) => command.run(),
        Command::Embed(command) => command.run(),
        Command::Convert(command) => command.run(),
        Command::Retrieve(command) => command.run(),
        Command::Caption(command) => command.run(),
        Command::Answer(command) => command.run(),
        Command::Match(command) => command.run(),
        Command::Attend(command) => command.run(),
        Command::Eval(command) => command.run(),
        Command::Train(command) => command.run(),
        Command::Bake(command) => command.run(),
        Command::Card(command) => command.run(),
        Command::Lab(command) => command.run(),
        Command::Bench(command) => command.run(),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            status!("error: {error}");
            match error {
                CliError::Input(_) => ExitCode::from(2),
                CliError::Failure(_) => ExitCode::from(1),
            }
        }
    }
}

/// The error where a text that something is to be done with is empty.
fn has_words(option: &str, text: &str) -> Result<(), CliError> {
    match text.trim().is_empty() {
        true => Err(CliError::Input(format!("{option} has no words"))),
        false => Ok(()),
    }
}

/// A progress bar on standard error, where somebody looks at it.
fn bar(length: u64, message: &'static str) -> ProgressBar {
    let style = ProgressStyle::with_template("{msg} {bar:30} {pos}/{len}, {eta} left");
    ProgressBar::new(length).with_style(style.expect("the template is valid")).with_message(message)
}
