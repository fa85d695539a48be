//! Why a checkpoint or a photo cannot be had or kept, in sentences for the visitor.

use std::io;

use crate::io::hub::HubError;
use crate::limits::MAX_HELD;
use crate::session::host::Host;
use crate::session::protocol::{Failure, Recovery};

/// The browser, or the disk, refuses.
pub(in crate::session) fn storage(error: io::Error) -> Failure {
    let (sentence, recovery) = match error.kind() {
        io::ErrorKind::StorageFull => {
            ("There is no room left to keep this: delete a model that is kept.", Recovery::Retry)
        }
        io::ErrorKind::ResourceBusy => (
            "These files are in use, here or in another tab of this page: wait until that is done, or close that tab.",
            Recovery::Retry,
        ),
        _ => ("What this page keeps cannot be read or written.", Recovery::Retry),
    };
    Failure { sentence: sentence.to_string(), detail: error.to_string(), recovery }
}

/// Bytes that were to come into a folder.
#[derive(Clone, Copy)]
pub(in crate::session) struct Need {
    pub missing: u64,
    /// Those that the folder would have then.
    pub whole: u64,
}

/// The same of what was to come into a folder, with the figures where there is no room for it. Memory is a recovery where all of
/// the folder fits into it.
pub(in crate::session) async fn full(
    host: &impl Host,
    folder: &str,
    what: &str,
    need: Need,
    error: io::Error,
) -> Failure {
    if error.kind() != io::ErrorKind::StorageFull {
        return storage(error);
    }
    let space = host.available_bytes(folder).await;
    let (ways, recovery) = match host.is_persistent(folder) {
        true if need.whole <= MAX_HELD => (
            "Delete a model that is kept, choose a smaller one, or go on in memory for this visit.",
            Recovery::InMemory,
        ),
        true => ("Delete a model that is kept, or choose a smaller one.", Recovery::Retry),
        false => ("No more is held in memory: delete a model, or choose a smaller one.", Recovery::Retry),
    };
    let sentence = format!("{} {ways}", shortage(what, need.missing, space));
    Failure { sentence, detail: error.to_string(), recovery }
}

/// What is needed, and what is free where that is known and is less.
pub(super) fn shortage(what: &str, needed: u64, space: Option<u64>) -> String {
    match space.filter(|space| *space < needed) {
        Some(space) => {
            format!(
                "There is no room for {what}: it needs {}, and {} are free.",
                at_least(needed),
                at_most(space)
            )
        }
        None if needed > 0 => format!("There is no room for {what}, {}.", at_least(needed)),
        None => format!("There is no room for {what}."),
    }
}

/// An amount of bytes in a fitting unit, never less than there are.
pub(super) fn at_least(bytes: u64) -> String {
    amount(bytes, f64::ceil)
}

/// An amount of bytes in a fitting unit, never more than there are.
pub(super) fn at_most(bytes: u64) -> String {
    amount(bytes, f64::floor)
}

fn amount(bytes: u64, round: fn(f64) -> f64) -> String {
    let tenths = |unit: f64| round(bytes as f64 / unit * 10.0) / 10.0;
    match bytes {
        1_000_000_000.. => format!("{:.1} GB", tenths(1e9)),
        1_000_000.. => format!("{:.1} MB", tenths(1e6)),
        1_000.. => format!("{:.1} kB", tenths(1e3)),
        _ => format!("{bytes} bytes"),
    }
}

impl From<HubError> for Failure {
    fn from(error: HubError) -> Self {
        if let HubError::Storage { source, .. } = error {
            return storage(source);
        }
        let recovery = match error {
            HubError::Lost { .. } => Recovery::FetchAgain,
            _ if error.may_pass() => Recovery::Retry,
            _ => Recovery::ChangeInput,
        };
        let text = error.to_string();
        // The sentences of a hub name the file; they are the visitor's.
        let mut letters = text.chars();
        let first = letters.next().map(|letter| letter.to_uppercase().to_string()).unwrap_or_default();
        let sentence = if text.starts_with(|c: char| c.is_lowercase()) && !names_a_file(&text) {
            format!("{first}{}.", letters.as_str())
        } else {
            format!("{text}.")
        };
        Failure { sentence, detail: String::new(), recovery }
    }
}

/// Whether a sentence begins with a file's name, which keeps its letters.
fn names_a_file(text: &str) -> bool {
    text.split(' ').next().is_some_and(|word| word.contains(['.', '_', '/']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_needed_is_never_said_to_be_free() {
        let said = |needed, space| shortage("it", needed, Some(space));
        assert_eq!(
            said(95_000_001, 95_000_000),
            "There is no room for it: it needs 95.1 MB, and 95.0 MB are free."
        );
        assert_eq!(said(24_310, 12), "There is no room for it: it needs 24.4 kB, and 12 bytes are free.");
        assert_eq!(said(5_000_000_000, 0), "There is no room for it: it needs 5.0 GB, and 0 bytes are free.");
        // The disk may be full before the browser's own limit is reached.
        assert_eq!(said(24_310, 1 << 30), "There is no room for it, 24.4 kB.");
    }
}
