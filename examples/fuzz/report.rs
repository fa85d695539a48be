//! A run as it is told: each distinct finding once, with its input kept.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::thread::available_parallelism;
use std::time::{Duration, Instant};

use crate::case::Target;
use crate::child::{Finding, Kind, Span};
use crate::corpus::Corpus;
use crate::options::{CHILD, Options};
use crate::parent::{self, Limits, Program};

/// A picture of 100 million pixels of 16 bits and its bytes are 1.2 GB.
const LIMITS: Limits = Limits { memory: 2 << 20, time: Duration::from_secs(10) };

/// Findings that are one: of one target and kind, at one place or with messages that differ in numbers only.
type Key = (String, Kind, String);

/// Runs cases in children on every core; the number of distinct findings.
pub(crate) fn run(targets: &[Target], options: &Options) -> Result<usize, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/fuzz");
    let temporary = tempfile::tempdir().map_err(|error| error.to_string())?;
    let path = std::env::current_exe().map_err(|error| error.to_string())?;
    let (arguments, temporary) = (vec![CHILD.to_string()], temporary.path().to_path_buf());
    let program = Program { path, arguments, folder: temporary, limits: LIMITS };
    let jobs = available_parallelism().map_or(1, |cores| cores.get() as u64);
    let step = jobs.min(options.until - options.from);
    let Options { seed, from, until, .. } = *options;
    let span = Span { seed, target: options.target.clone(), from, until, step, input: options.input.clone() };
    let mut corpus = Corpus::new(targets, options.target.as_deref())?;
    let begun = Instant::now();
    let mut counts: BTreeMap<Key, usize> = BTreeMap::new();
    let report = parent::run(&program, &span, options.time.map(|time| begun + time), |finding| {
        let (target, files) = corpus.case(seed, finding.case);
        let key = (target.name.to_string(), finding.kind, gist(finding));
        let count = counts.entry(key).or_default();
        *count += 1;
        if *count == 1 {
            let folder: PathBuf = folder.join(target.name).join(finding.case.to_string());
            let kept = match (&options.input, files.write(&folder)) {
                (Some(input), _) => input.clone(),
                (None, Ok(())) => folder.display().to_string(),
                (None, Err(error)) => format!("cannot be kept: {error}"),
            };
            let Finding { case, kind, message, place, .. } = finding;
            println!(
                "{kind:?} in {}, seed {seed} case {case}: {message} {place}\n  input: {kept}",
                target.name
            );
        }
    })?;
    for ((target, kind, gist), count) in &counts {
        println!("{count} times {kind:?} in {target}: {gist}");
    }
    let seconds = begun.elapsed().as_secs_f64();
    let (cases, taken) = (report.cases, report.taken);
    println!("{cases} cases in {seconds:.0} s, {taken} inputs taken, {} distinct findings", counts.len());
    Ok(counts.len())
}

/// The place of a panic, otherwise the message without its numbers.
fn gist(finding: &Finding) -> String {
    if !finding.place.is_empty() {
        return finding.place.clone();
    }
    let numberless: Vec<&str> =
        finding.message.split(|c: char| c.is_ascii_digit()).filter(|part| !part.is_empty()).collect();
    numberless.join("#").chars().take(100).collect()
}
