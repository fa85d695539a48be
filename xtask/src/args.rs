//! What was asked for on the command line.

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Relative, so that the built page works under any sub-path.
pub(crate) const DEFAULT_PUBLIC_URL: &str = "./";

/// The project's helper: sets up what a command needs and runs it
#[derive(Parser, Debug)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub request: Request,
}

#[derive(Subcommand, Debug, PartialEq, Eq)]
pub(crate) enum Request {
    /// Build the release page and serve it
    Serve {
        /// 0 takes a free one
        #[arg(long, default_value_t = 8080)]
        port: u16,
    },
    /// Build the release page into dist/
    Build {
        /// Where it will lie; ./ fits any place
        #[arg(long, default_value = DEFAULT_PUBLIC_URL)]
        public_url: String,
    },
    /// Build the release page and pack it into target/triptych-VERSION.zip, to be served from a USB stick or a school's server
    Archive,
    /// Run every test, or only these suites, in this order
    Test {
        #[arg(default_values_t = [Suite::Native, Suite::Wasm, Suite::Page], value_enum)]
        suites: Vec<Suite>,
    },
    /// Formatting, clippy, shader validation, documentation, packages, dependency rules
    Lint {
        /// The native unsafe code too, by Miri where it is installed
        #[arg(long)]
        miri: bool,
    },
    /// Run the engine on a folder of reference cases
    Conformance { folder: String },
    /// Feed mutated files, pictures, links and answers to what reads them; an unknown option shows all
    #[command(disable_help_flag = true)]
    Fuzz(Rest),
    /// `triptych bench`; with `--against ort|torch [--json] [--write]` our engine beside ONNX Runtime or, in training, PyTorch
    #[command(disable_help_flag = true)]
    Bench(Rest),
    /// `triptych train`
    #[command(disable_help_flag = true)]
    Train(Rest),
}

/// Arguments that go on untouched.
#[derive(Args, Debug, PartialEq, Eq)]
pub(crate) struct Rest {
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    pub args: Vec<String>,
}

impl Rest {
    /// The comparison that `bench` is asked for, if it is.
    pub(crate) fn comparison(&self) -> Result<Option<Comparison>, clap::Error> {
        if !self.args.iter().any(|word| word.starts_with("--against")) {
            return Ok(None);
        }
        Comparison::try_parse_from(std::iter::once("bench").chain(self.args.iter().map(String::as_str)))
            .map(Some)
    }
}

/// Our engine beside another
#[derive(Parser, Debug, PartialEq, Eq)]
#[command(bin_name = "cargo xtask bench")]
pub(crate) struct Comparison {
    #[arg(long)]
    pub against: Peer,
    /// One JSON document instead of a table
    #[arg(long)]
    pub json: bool,
    /// Keep the result in benches/RESULTS.md or benches/TRAINING.md
    #[arg(long)]
    pub write: bool,
}

/// What our engine is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Peer {
    /// ONNX Runtime, in inference
    Ort,
    /// PyTorch, in training, which is downloaded (some GB)
    Torch,
}

/// A part of the tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Suite {
    /// `cargo test` on this machine
    Native,
    /// The portable tests in headless Chromium
    Wasm,
    /// Journeys through the built page
    Page,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Request, String> {
        let words = std::iter::once("xtask").chain(line.split_whitespace());
        Arguments::try_parse_from(words).map(|arguments| arguments.request).map_err(|error| error.to_string())
    }

    fn rest(line: &str) -> Rest {
        Rest { args: line.split_whitespace().map(String::from).collect() }
    }

    #[test]
    fn the_arguments_are_consistent() {
        use clap::CommandFactory;
        Arguments::command().debug_assert();
        Comparison::command().debug_assert();
    }

    #[test]
    fn no_suite_means_all() {
        let all = vec![Suite::Native, Suite::Wasm, Suite::Page];
        assert_eq!(parse("test"), Ok(Request::Test { suites: all }));
        assert_eq!(parse("test page"), Ok(Request::Test { suites: vec![Suite::Page] }));
    }

    #[test]
    fn the_rest_goes_on_untouched() {
        assert_eq!(parse("train --resume runs/1"), Ok(Request::Train(rest("--resume runs/1"))));
        assert_eq!(parse("train --help"), Ok(Request::Train(rest("--help"))));
        assert_eq!(parse("fuzz --minutes 2 --help"), Ok(Request::Fuzz(rest("--minutes 2 --help"))));
    }

    #[test]
    fn a_comparison_takes_its_options_in_any_order() {
        let compare = |line: &str| match parse(line) {
            Ok(Request::Bench(rest)) => rest.comparison().map_err(|error| error.to_string()),
            other => panic!("{line}: {other:?}"),
        };
        let both = Comparison { against: Peer::Torch, json: true, write: true };
        assert_eq!(compare("bench --json --against=torch --write"), Ok(Some(both)));
        let plain = Comparison { against: Peer::Ort, json: false, write: false };
        assert_eq!(compare("bench --against ort"), Ok(Some(plain)));
        assert_eq!(compare("bench --json"), Ok(None));
        for (line, found) in [("bench --against jax", "'jax'"), ("bench --against ort --jason", "'--jason'")]
        {
            let message = compare(line).expect_err(line);
            assert!(message.contains(found), "{line}: {message}");
        }
    }

    #[test]
    fn errors_name_what_was_found() {
        for (line, found) in [
            ("dance", "'dance'"),
            ("serve --port 70000", "'70000'"),
            ("build now", "'now'"),
            ("archive now", "'now'"),
            ("test natve", "'natve'"),
            ("lint src", "'src'"),
            ("conformance", "<FOLDER>"),
            ("", "Usage: cargo xtask <COMMAND>"),
        ] {
            let message = parse(line).expect_err(line);
            assert!(message.contains(found), "{line}: {message}");
        }
    }
}
