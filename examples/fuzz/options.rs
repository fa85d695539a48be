//! The command line of the program.

use std::path::Path;
use std::time::Duration;

use crate::case::Target;
use crate::child::{self, Span};

pub(crate) const USAGE: &str = "\
usage: cargo xtask fuzz [--minutes N | --cases N] [--seed N] [--target NAME] [--case N | --input FOLDER]

  --minutes N     how long (5)
  --cases N       how many cases, however long they take
  --seed N        another run than that of seed 1
  --target NAME   of one target only
  --case N        one case again, by the number that was told, under the same seed and target
  --input FOLDER  files that were saved, as they are; needs --target";

/// The first argument of a child.
pub(crate) const CHILD: &str = "child";

#[derive(Debug, PartialEq)]
pub(crate) struct Options {
    pub seed: u64,
    pub target: Option<String>,
    pub from: u64,
    pub until: u64,
    pub time: Option<Duration>,
    pub input: Option<String>,
}

impl Options {
    pub(crate) fn parse(arguments: &[String]) -> Result<Self, String> {
        let usual = Some(Duration::from_secs(300));
        let mut options =
            Options { seed: 1, target: None, from: 0, until: u64::MAX, time: usual, input: None };
        for pair in arguments.chunks(2) {
            let [name, value] = pair else {
                return Err(format!("{}: expected a value, found none", pair[0]));
            };
            let number = || value.parse().map_err(|_| format!("{name}: expected a number, found {value:?}"));
            match name.as_str() {
                "--minutes" => options.time = Some(Duration::from_secs(60 * number()?)),
                "--cases" => (options.until, options.time) = (number()?, None),
                "--seed" => options.seed = number()?,
                "--target" => options.target = Some(value.clone()),
                "--case" => {
                    (options.from, options.until, options.time) =
                        (number()?, number()?.saturating_add(1), None);
                }
                "--input" => {
                    options.input = Some(value.clone());
                    (options.until, options.time) = (1, None);
                }
                _ => return Err(format!("expected an option, found {name:?}")),
            }
        }
        if options.input.is_some() && options.target.is_none() {
            return Err("--input: expected --target beside it, found none".to_string());
        }
        Ok(options)
    }
}

/// Runs cases in this process; it has no findings of its own.
pub(crate) fn child(targets: &[Target], span: &str, progress: &str) -> Result<usize, String> {
    let span: Span = serde_json::from_str(span).map_err(|error| error.to_string())?;
    child::run(targets, &span, Path::new(progress), &mut std::io::stdout()).map(|()| 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Options, String> {
        Options::parse(&line.split_whitespace().map(String::from).collect::<Vec<_>>())
    }

    #[test]
    fn a_case_is_run_alone_and_cases_take_their_time() {
        let one = parse("--seed 3 --case 17").unwrap();
        assert_eq!((one.seed, one.from, one.until, one.time), (3, 17, 18, None));
        let many = parse("--cases 500 --target picture").unwrap();
        assert_eq!((many.until, many.time, many.target.as_deref()), (500, None, Some("picture")));
        assert_eq!(parse("--minutes 2").unwrap().time, Some(Duration::from_secs(120)));
        for (line, found) in [("--cases", "none"), ("--seed x", "\"x\""), ("--minuts 3", "\"--minuts\"")] {
            let message = parse(line).unwrap_err();
            assert!(message.contains(found), "{line}: {message}");
        }
        assert!(parse("--input target/fuzz/picture/3").is_err());
    }
}
