//! Options that take texts: a text may begin with a hyphen, as `-snow` does.

use std::ffi::{OsStr, OsString};

use clap::{Arg, Command};

/// The options, by their names.
const TEXTS: [&str; 3] = ["text", "question", "prompt"];

/// The arguments with each text attached to its option, as in `--text=-snow`, where it cannot be taken for an option itself.
pub(super) fn attached(root: &Command, arguments: impl IntoIterator<Item = OsString>) -> Vec<OsString> {
    let mut command = root;
    let mut attached = Vec::new();
    // The option that waits for a text, and whether it has one.
    let mut open: Option<(&Arg, bool)> = None;
    let mut arguments = arguments.into_iter();
    attached.extend(arguments.next());
    while let Some(argument) = arguments.next() {
        if let Some((option, has_text)) = open.take()
            && (!has_text || takes_many(option))
            && is_text(command, &argument, has_text)
        {
            if !has_text {
                attached.pop();
            }
            attached.push(
                [OsStr::new("--"), option.get_id().as_str().as_ref(), "=".as_ref(), &argument]
                    .join("".as_ref()),
            );
            open = Some((option, true));
            continue;
        }
        let word = argument.to_str().unwrap_or_default().to_owned();
        command = command.find_subcommand(&word).unwrap_or(command);
        let named = |option: &&Arg| {
            TEXTS.contains(&option.get_id().as_str()) && word == format!("--{}", option.get_id())
        };
        open = command.get_arguments().find(named).map(|option| (option, false));
        attached.push(argument);
        if word == "--" {
            attached.extend(arguments);
            break;
        }
    }
    attached
}

fn takes_many(option: &Arg) -> bool {
    option.get_num_args().is_some_and(|count| count.max_values() > 1)
}

/// Whether an argument where a text may stand is one: not what the command knows as an option, and of further texts not what
/// looks like a misspelt one.
fn is_text(command: &Command, argument: &OsStr, is_further: bool) -> bool {
    let Some(argument) = argument.to_str() else { return true };
    let name = argument.strip_prefix("--").map(|name| name.split('=').next().unwrap_or_default());
    let is_known = match name {
        Some(name) => name == "help" || command.get_arguments().any(|option| option.get_long() == Some(name)),
        None => argument == "-h",
    };
    let is_misspelt = is_further && name.is_some_and(|name| !name.contains(char::is_whitespace));
    !is_known && !is_misspelt && argument != "--"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::Cli;
    use clap::CommandFactory;

    fn attached(arguments: &str) -> String {
        let all = ["triptych"].into_iter().chain(arguments.split(' ')).map(OsString::from);
        let attached = super::attached(&Cli::command(), all);
        attached[1..].join(" ".as_ref()).into_string().unwrap()
    }

    #[test]
    fn a_text_may_begin_with_a_hyphen() {
        assert_eq!(attached("retrieve --text -snow --top 3"), "retrieve --text=-snow --top 3");
        assert_eq!(attached("answer --question --why"), "answer --question=--why");
        assert_eq!(attached("caption --prompt - --json"), "caption --prompt=- --json");
        assert_eq!(
            attached("embed --text a -b c --image d.png -e --text -f --json"),
            "embed --text=a --text=-b --text=c --image d.png -e --text=-f --json"
        );
    }

    #[test]
    fn an_option_is_no_text() {
        for same in [
            "retrieve --text --top 3",
            "retrieve --text",
            "retrieve --text -h",
            "embed --text=a --jsno --text",
            "retrieve -- --text a",
            "dance --text a",
            "lab fuse --text -a",
        ] {
            assert_eq!(attached(same), same);
        }
        assert_eq!(attached("embed --text a --jsno"), "embed --text=a --jsno");
    }
}
