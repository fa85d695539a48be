//! The project's helper: `cargo xtask COMMAND` sets up what the command needs and runs it.

mod archive;
mod args;
mod bench;
mod browser;
mod lint;
mod node;
mod packages;
mod page;
mod paths;
mod pins;
mod process;
mod test;
mod tools;
mod wasm;

use args::{Arguments, Request};
use clap::Parser;
use process::{cargo, run};
use std::process::ExitCode;

/// The error is a message for the person who typed the command.
type Result<T> = std::result::Result<T, String>;

fn main() -> ExitCode {
    match perform(Arguments::parse().request) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}

fn perform(request: Request) -> Result<()> {
    match request {
        Request::Build { public_url } => page::build(&public_url),
        Request::Archive => archive::build(),
        Request::Serve { port } => page::build(args::DEFAULT_PUBLIC_URL).and_then(|()| page::serve(port)),
        Request::Test { suites } => test::run_suites(&suites),
        Request::Lint { miri } => lint::run_all().and_then(|()| if miri { lint::miri() } else { Ok(()) }),
        Request::Conformance { folder } => conformance(&folder),
        Request::Fuzz(rest) => fuzz(&rest.args),
        Request::Bench(rest) => match rest.comparison().unwrap_or_else(|error| error.exit()) {
            Some(comparison) => bench::compare(&comparison),
            None => triptych("bench", &rest.args),
        },
        Request::Train(rest) => triptych("train", &rest.args),
    }
}

/// Runs the command line's own subcommand, built in release.
fn triptych(command: &str, rest: &[String]) -> Result<()> {
    run(cargo().args(["run", "--release", "--locked", "--bin", "triptych", "--", command]).args(rest))
}

/// Runs `examples/fuzz`, in which arithmetic that wraps panics.
fn fuzz(options: &[String]) -> Result<()> {
    let example = ["run", "--profile", "checked", "--locked", "--all-features", "--example", "fuzz", "--"];
    run(cargo().args(example).args(options))
}

/// Runs `examples/conformance`, which knows the formats of the reference cases; it needs a WebGPU adapter.
fn conformance(folder: &str) -> Result<()> {
    browser::vulkan_driver()?;
    let example =
        ["run", "--release", "--locked", "--all-features", "--example", "conformance", "--", folder];
    run(cargo().args(example))
}
