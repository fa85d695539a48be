//! What was asked for on the command line.

pub const USAGE: &str = "\
usage: cargo xtask COMMAND

  serve [--port N]          build the release page and serve it (port 8080; 0 takes a free one)
  build [--public-url URL]  build the release page into dist/ (URL: where it will lie; ./ fits any place)
  test [SUITE...]           run every test, or only these suites: native, wasm, page
  lint [--miri]             formatting, clippy, shader validation, dependency rules; --miri: only the unsafe native code, by
                            Miri
  conformance FOLDER        run the engine on a folder of reference cases
  fuzz [--minutes N] [--seed N] [ARGS...]
                            feed mutated files, pictures, links and answers to what reads them; an unknown option
                            shows all
  bench [ARGS...]           triptych bench
  bench --against ort [--json] [--write]
                            our engine beside ONNX Runtime: a table, or one JSON document; --write keeps it in
                            benches/RESULTS.md
  bench --against torch [--json] [--write]
                            steps of training beside PyTorch, which is downloaded (some GB); --write keeps the
                            result in benches/TRAINING.md
  train [ARGS...]           triptych train
  help                      this text";

/// Relative, so that the built page works under any sub-path.
pub const DEFAULT_PUBLIC_URL: &str = "./";
const DEFAULT_PORT: u16 = 8080;

#[derive(Debug, PartialEq, Eq)]
pub enum Request {
    Help,
    Build {
        public_url: String,
    },
    Serve {
        port: u16,
    },
    Test {
        suites: Vec<Suite>,
    },
    Lint,
    Miri,
    Conformance {
        folder: String,
    },
    /// The options are those of `examples/fuzz`.
    Fuzz {
        options: Vec<String>,
    },
    /// Ours beside another engine; the options are those of its script in `benches/`.
    Compare {
        peer: Peer,
        options: Vec<String>,
    },
    Triptych {
        command: String,
        rest: Vec<String>,
    },
}

/// What our engine is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Peer {
    /// ONNX Runtime, in inference.
    Ort,
    /// PyTorch, in training.
    Torch,
}

/// A part of the tests; the order is the order in which they run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Suite {
    /// `cargo test` on this machine.
    Native,
    /// The portable tests in headless Chromium.
    Wasm,
    /// Journeys through the built page.
    Page,
}

pub const ALL_SUITES: [Suite; 3] = [Suite::Native, Suite::Wasm, Suite::Page];

/// Reads the arguments after `cargo xtask`. The error says what was expected and what was found.
pub fn parse(args: impl IntoIterator<Item = String>) -> Result<Request, String> {
    let mut args = args.into_iter();
    let Some(command) = args.next() else {
        return Err("expected a command".into());
    };
    let rest: Vec<String> = args.collect();
    match command.as_str() {
        "help" | "--help" | "-h" => Ok(Request::Help),
        "build" => {
            let public_url = option(&rest, "--public-url")?.unwrap_or(DEFAULT_PUBLIC_URL);
            Ok(Request::Build { public_url: public_url.into() })
        }
        "serve" => {
            let port = match option(&rest, "--port")? {
                None => DEFAULT_PORT,
                Some(text) => text
                    .parse()
                    .map_err(|_| format!("--port: expected a number up to 65535, found {text:?}"))?,
            };
            Ok(Request::Serve { port })
        }
        "test" => Ok(Request::Test { suites: suites(&rest)? }),
        "lint" if rest.is_empty() => Ok(Request::Lint),
        "lint" if rest == ["--miri"] => Ok(Request::Miri),
        "lint" => Err(format!("lint: expected --miri or no arguments, found {:?}", rest[0])),
        "conformance" => match &rest[..] {
            [folder] => Ok(Request::Conformance { folder: folder.clone() }),
            _ => Err(format!("conformance: expected one folder, found {}", rest.len())),
        },
        "fuzz" => Ok(Request::Fuzz { options: rest }),
        "bench" if rest.iter().any(|word| word.starts_with("--against")) => compare(&rest),
        "bench" | "train" => Ok(Request::Triptych { command, rest }),
        _ => Err(format!("expected a command, found {command:?}")),
    }
}

/// The value of the one option that a command takes, as `--name VALUE` or `--name=VALUE`.
fn option<'a>(rest: &'a [String], name: &str) -> Result<Option<&'a str>, String> {
    match rest {
        [] => Ok(None),
        [flag, value] if flag == name => Ok(Some(value)),
        [flag] if flag == name => Err(format!("{name}: expected a value, found none")),
        [joined] if joined.strip_prefix(name).is_some_and(|tail| tail.starts_with('=')) => {
            Ok(Some(&joined[name.len() + 1..]))
        }
        [other, ..] => Err(format!("expected {name} and its value only, found {other:?}")),
    }
}

/// `--against PEER` with what may stand beside it.
fn compare(rest: &[String]) -> Result<Request, String> {
    let (flags, pair): (Vec<String>, Vec<String>) =
        rest.iter().cloned().partition(|word| word == "--json" || word == "--write");
    match option(&pair, "--against")? {
        Some("ort") => Ok(Request::Compare { peer: Peer::Ort, options: flags }),
        Some("torch") => Ok(Request::Compare { peer: Peer::Torch, options: flags }),
        other => Err(format!("--against: expected ort or torch, found {other:?}")),
    }
}

fn suites(rest: &[String]) -> Result<Vec<Suite>, String> {
    if rest.is_empty() {
        return Ok(ALL_SUITES.to_vec());
    }
    rest.iter()
        .map(|name| match name.as_str() {
            "native" => Ok(Suite::Native),
            "wasm" => Ok(Suite::Wasm),
            "page" => Ok(Suite::Page),
            _ => Err(format!("test: expected native, wasm or page, found {name:?}")),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse_words(line: &str) -> Result<Request, String> {
        parse(line.split_whitespace().map(String::from))
    }

    #[test]
    fn options_may_be_joined_or_apart() {
        assert_eq!(parse_words("serve"), Ok(Request::Serve { port: DEFAULT_PORT }));
        assert_eq!(parse_words("serve --port 0"), Ok(Request::Serve { port: 0 }));
        assert_eq!(parse_words("serve --port=81"), Ok(Request::Serve { port: 81 }));
        assert_eq!(
            parse_words("build --public-url /lab/"),
            Ok(Request::Build { public_url: "/lab/".into() })
        );
    }

    #[test]
    fn a_suite_list_is_kept_and_an_empty_one_means_all() {
        assert_eq!(parse_words("test"), Ok(Request::Test { suites: ALL_SUITES.to_vec() }));
        assert_eq!(parse_words("test page"), Ok(Request::Test { suites: vec![Suite::Page] }));
    }

    #[test]
    fn the_rest_goes_to_triptych_untouched() {
        let rest = vec!["--resume".into(), "runs/1".into()];
        assert_eq!(
            parse_words("train --resume runs/1"),
            Ok(Request::Triptych { command: "train".into(), rest })
        );
    }

    #[test]
    fn the_options_of_the_fuzzer_are_its_own() {
        let options = vec!["--minutes".into(), "2".into()];
        assert_eq!(parse_words("fuzz --minutes 2"), Ok(Request::Fuzz { options }));
    }

    #[test]
    fn a_comparison_takes_its_options_in_any_order() {
        let compare = |peer, options: &[&str]| {
            Ok(Request::Compare { peer, options: options.iter().map(|option| option.to_string()).collect() })
        };
        assert_eq!(parse_words("bench --against ort"), compare(Peer::Ort, &[]));
        assert_eq!(
            parse_words("bench --json --against=torch --write"),
            compare(Peer::Torch, &["--json", "--write"])
        );
        let rest = vec!["--json".into()];
        assert_eq!(parse_words("bench --json"), Ok(Request::Triptych { command: "bench".into(), rest }));
    }

    #[test]
    fn errors_name_what_was_found() {
        for (line, found) in [
            ("dance", "\"dance\""),
            ("serve --port 70000", "\"70000\""),
            ("serve --port", "none"),
            ("serve --portly=1", "\"--portly=1\""),
            ("build now", "\"now\""),
            ("test natve", "\"natve\""),
            ("lint src", "\"src\""),
            ("bench --against jax", "\"jax\""),
            ("bench --against ort --jason", "\"--against\""),
            ("conformance", "one folder, found 0"),
        ] {
            let message = parse_words(line).expect_err(line);
            assert!(message.contains(found), "{line}: {message}");
        }
        assert!(parse_words("").is_err());
    }
}
