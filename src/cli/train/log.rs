//! The CSV files of a run: one line per step, one per evaluation. A resumed run goes on after its checkpoint.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::cli::CliError;
use crate::io::file::write_atomic;

/// A CSV file whose first column is the step.
pub(super) struct Log {
    path: PathBuf,
    file: File,
}

impl Log {
    /// Opens `path` for a run that has taken `step` steps: lines of later steps, which an interrupted run left behind,
    /// are dropped, and so is everything under another header.
    pub(super) fn open(path: &Path, header: &str, step: u64) -> Result<Self, CliError> {
        let fail = |e: std::io::Error| CliError::input(format!("{}: {e}", path.display()));
        let old = std::fs::read_to_string(path).unwrap_or_default();
        write_atomic(path, kept(&old, header, step).as_bytes()).map_err(CliError::input)?;
        let file = File::options().append(true).open(path).map_err(fail)?;
        Ok(Log { path: path.to_path_buf(), file })
    }

    pub(super) fn line(&mut self, line: &str) -> Result<(), CliError> {
        writeln!(self.file, "{line}").map_err(|e| CliError::failure(format!("{}: {e}", self.path.display())))
    }
}

fn kept(old: &str, header: &str, step: u64) -> String {
    let mut lines = old.lines();
    let same = lines.next() == Some(header);
    let taken =
        |line: &&str| line.split(',').next().and_then(|s| s.parse().ok()).is_some_and(|s: u64| s <= step);
    let mut text = format!("{header}\n");
    for line in lines.filter(taken).filter(|_| same) {
        text.push_str(line);
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_after_the_checkpoint_and_under_another_header_go() {
        let old = "step,loss\n1,0.5\n2,0.4\n3,0.3\nbroken";
        assert_eq!(kept(old, "step,loss", 2), "step,loss\n1,0.5\n2,0.4\n");
        assert_eq!(kept(old, "step,loss", 0), "step,loss\n");
        assert_eq!(kept(old, "step,other", 2), "step,other\n");
        assert_eq!(kept("", "step,loss", 2), "step,loss\n");
    }
}
