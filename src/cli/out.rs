//! What the commands print.

use std::fmt::Display;
use std::io::{self, ErrorKind, Write};
use std::process;

/// Prints a line on standard output. The program ends here where nobody reads on, as after `head`, and as a failure where
/// the line cannot be written.
pub(super) fn line(text: impl Display) {
    let mut out = io::stdout().lock();
    match writeln!(out, "{text}").and_then(|()| out.flush()) {
        Ok(()) => {}
        Err(error) if error.kind() == ErrorKind::BrokenPipe => process::exit(0),
        Err(error) => {
            status!("error: cannot write to standard output: {error}");
            process::exit(1)
        }
    }
}

/// One JSON document.
pub(super) fn json(document: &impl serde::Serialize) {
    line(serde_json::to_string(document).expect("plain data serialises"));
}

/// Prints a line on standard error, where that is open.
pub(super) fn status(text: impl Display) {
    let _closed = writeln!(io::stderr(), "{text}");
}
