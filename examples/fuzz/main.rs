//! Feeds what visitors bring, mutated, to what reads it: `cargo xtask fuzz`.

mod case;
mod child;
mod corpus;
mod files;
mod mutate;
mod options;
mod parent;
mod report;
mod targets;
#[cfg(test)]
mod tests;

use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match &arguments[..] {
        [child, span, progress] if child == options::CHILD => options::child(&targets::all(), span, progress),
        _ => match options::Options::parse(&arguments) {
            Ok(options) => report::run(&targets::all(), &options),
            Err(message) => {
                eprintln!("error: {message}\n\n{}", options::USAGE);
                return ExitCode::from(2);
            }
        },
    };
    match outcome {
        Ok(0) => ExitCode::SUCCESS,
        Ok(findings) => {
            eprintln!("error: {findings} distinct findings");
            ExitCode::FAILURE
        }
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}
