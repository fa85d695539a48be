//! The process in which cases run. It tells each case's number before it begins, so that whoever watches knows on which
//! one it ended; panics are caught, and it goes on.

use std::backtrace::Backtrace;
use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Mutex;

use serde::{Deserialize, Serialize};

use crate::case::{Target, Verdict};
use crate::corpus::Corpus;
use crate::files::Files;

/// Which cases are run.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Span {
    pub seed: u64,
    /// None of all targets.
    pub target: Option<String>,
    pub from: u64,
    pub until: u64,
    pub step: u64,
    /// The folder of an input that is run as it is, in place of all that.
    pub input: Option<String>,
}

/// What is wrong with a case.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Finding {
    pub case: u64,
    pub target: String,
    pub kind: Kind,
    pub message: String,
    /// File and line of a panic.
    pub place: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Kind {
    Panic,
    /// A wrong answer, as the target tells.
    Answer,
    /// The end of the process.
    Abort,
    Memory,
    Time,
}

/// Message and place of the last panic of the case that runs: what the engine has caught itself comes before.
static PANIC: Mutex<Option<(String, String)>> = Mutex::new(None);

/// Bytes of the file by which a child tells how far it is: the number of the case that runs, and how many were taken.
pub(crate) const PROGRESS: usize = 16;

/// Runs the cases; findings go to `out`, a line of JSON each.
pub(crate) fn run(
    targets: &[Target],
    span: &Span,
    progress: &Path,
    out: &mut impl Write,
) -> Result<(), String> {
    std::panic::set_hook(Box::new(|panic| {
        let message = panic.payload_as_str().unwrap_or("a panic without words").to_string();
        // A panic of another thread comes once more from the one that waited for it.
        if message != "a scoped thread panicked" {
            let place = panic.location().map_or_else(String::new, ToString::to_string);
            *PANIC.lock().unwrap_or_else(|poisoned| poisoned.into_inner()) = Some((message, caller(place)));
        }
    }));
    let mut corpus = Corpus::new(targets, span.target.as_deref())?;
    let mut progress = File::create(progress).map_err(|error| error.to_string())?;
    let mut taken = 0;
    let told = |error: io::Error| error.to_string();
    let input = span.input.as_ref().map(|folder| Files::read(Path::new(folder))).transpose().map_err(told)?;
    for case in (span.from..span.until).step_by(span.step as usize) {
        announce(&mut progress, case, taken).map_err(told)?;
        let mut name = "";
        let run = catch_unwind(AssertUnwindSafe(|| {
            let (target, files) = corpus.case(span.seed, case);
            name = target.name;
            (target.run)(input.as_ref().unwrap_or(&files))
        }));
        let panicked = PANIC.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).take();
        let (kind, message, place) = match (run, panicked) {
            (Ok(Ok(verdict)), _) => {
                taken += u64::from(verdict == Verdict::Taken);
                continue;
            }
            (Ok(Err(message)), _) => (Kind::Answer, message, String::new()),
            (Err(_), panicked) => {
                let (message, place) = panicked.unwrap_or_default();
                (Kind::Panic, message, place)
            }
        };
        let finding = Finding { case, target: name.to_string(), kind, message, place };
        let line = serde_json::to_string(&finding).expect("plain data serialises");
        writeln!(out, "{line}").map_err(told)?;
    }
    announce(&mut progress, span.until, taken).map_err(told)
}

/// The place, and where that is in the standard library, our function that called it.
fn caller(place: String) -> String {
    if !place.starts_with("/rustc/") {
        return place;
    }
    let trace = Backtrace::force_capture().to_string();
    let ours = |line: &&str| line.contains("triptych");
    match trace.lines().find(ours).and_then(|line| line.split_once(": ")) {
        Some((_, function)) => format!("{place} in {function}"),
        None => place,
    }
}

fn announce(file: &mut File, case: u64, taken: u64) -> io::Result<()> {
    file.seek(SeekFrom::Start(0))?;
    file.write_all(&[case.to_le_bytes(), taken.to_le_bytes()].concat())
}
