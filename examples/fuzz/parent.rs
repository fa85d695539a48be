//! Watches children: bounds their memory and the time of each case, notes on which case one ended and goes on behind it.

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use crate::child::{Finding, Kind, PROGRESS, Span};

/// What a child may use.
#[derive(Clone, Copy)]
pub(crate) struct Limits {
    /// Address space in KiB, as `ulimit -v` sets it; not kept to on Windows and macOS.
    pub memory: u64,
    /// Of a case.
    pub time: Duration,
}

/// The program that runs cases: it is given a [`Span`] as JSON and the file for its progress.
pub(crate) struct Program {
    pub path: PathBuf,
    pub arguments: Vec<String>,
    /// Where the children's files of progress and what they keep for a while lie.
    pub folder: PathBuf,
    pub limits: Limits,
}

/// What came of a run.
#[derive(Default, Debug)]
pub(crate) struct Summary {
    pub cases: u64,
    /// Cases whose input was used, not refused.
    pub taken: u64,
    pub findings: Vec<Finding>,
}

/// How a child ended.
enum Ending {
    /// With its last case.
    Done,
    /// When the run's time was up.
    Stopped,
    /// It was ended because its case took too long.
    Late,
    Died(ExitStatus),
}

/// Runs the span in as many children as its step says, until it is done or the deadline; `tell` hears of each finding.
pub(crate) fn run(
    program: &Program,
    span: &Span,
    deadline: Option<Instant>,
    mut tell: impl FnMut(&Finding),
) -> Result<Summary, String> {
    let (send, receive) = channel();
    let mut report = Summary::default();
    let counts = thread::scope(|scope| {
        let jobs: Vec<_> = (0..span.step)
            .map(|job| {
                let send = send.clone();
                let span = Span { from: span.from + job, ..span.clone() };
                scope.spawn(move || job_of(program, job, span, deadline, &send))
            })
            .collect();
        drop(send);
        for finding in receive {
            tell(&finding);
            report.findings.push(finding);
        }
        jobs.into_iter().map(|job| job.join().expect("the watch does not panic")).collect::<Vec<_>>()
    });
    for count in counts {
        let (cases, taken) = count?;
        report.cases += cases;
        report.taken += taken;
    }
    Ok(report)
}

/// One child after the other until the span is done; how many cases ran and how many were taken.
fn job_of(
    program: &Program,
    job: u64,
    mut span: Span,
    deadline: Option<Instant>,
    findings: &Sender<Finding>,
) -> Result<(u64, u64), String> {
    let file = program.folder.join(format!("progress-{}-{job}", std::process::id()));
    let (mut cases, mut all_taken) = (0, 0);
    while span.from < span.until {
        let _there_was_none = std::fs::remove_file(&file);
        let mut child = start(program, &span, &file)?;
        let (mut out, mut err) = (child.stdout.take(), child.stderr.take());
        let (ending, words) = thread::scope(|scope| {
            let lines =
                out.take().into_iter().flat_map(|out| BufReader::new(out).lines().map_while(Result::ok));
            scope.spawn(|| {
                for finding in lines.filter_map(|line| serde_json::from_str(&line).ok()) {
                    let _nobody_listens = findings.send(finding);
                }
            });
            let words = scope.spawn(|| last_words(err.take()));
            let ending = watch(&mut child, &file, program.limits.time, deadline);
            (ending, words.join().unwrap_or_default())
        });
        let Some((case, taken)) = progress(&file) else { return Err(format!("no case began: {words}")) };
        all_taken += taken;
        cases += case.min(span.until).saturating_sub(span.from).div_ceil(span.step);
        let (kind, message) = match ending.map_err(|error| error.to_string())? {
            Ending::Done | Ending::Stopped => break,
            Ending::Late => (Kind::Time, format!("longer than {:?}", program.limits.time)),
            Ending::Died(status) => death(status, &words),
        };
        cases += 1;
        let finding = Finding { case, target: String::new(), kind, message, place: String::new() };
        let _nobody_listens = findings.send(finding);
        span.from = case + span.step;
    }
    let _there_was_none = std::fs::remove_file(&file);
    Ok((cases, all_taken))
}

fn start(program: &Program, span: &Span, progress: &Path) -> Result<Child, String> {
    let mut command = if cfg!(unix) {
        let mut shell = Command::new("sh");
        // Where a limit is not kept to, the cases run without it.
        shell
            .args(["-c", "ulimit -c 0; ulimit -v \"$0\"; exec \"$@\""])
            .arg(program.limits.memory.to_string());
        shell.arg(&program.path);
        shell
    } else {
        Command::new(&program.path)
    };
    let span = serde_json::to_string(span).expect("plain data serialises");
    command.args(&program.arguments).arg(span).arg(progress);
    command.env("TMPDIR", &program.folder).env("RUST_BACKTRACE", "0");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().map_err(|error| format!("cannot start {}: {error}", program.path.display()))
}

/// Waits for the end, or for what ends the child.
fn watch(
    child: &mut Child,
    file: &Path,
    limit: Duration,
    deadline: Option<Instant>,
) -> std::io::Result<Ending> {
    let (mut running, mut since) = (None, Instant::now());
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(if status.success() { Ending::Done } else { Ending::Died(status) });
        }
        let now = progress(file).map(|(case, _)| case);
        if now != running {
            (running, since) = (now, Instant::now());
        }
        let is_late = since.elapsed() > limit;
        if is_late || deadline.is_some_and(|deadline| Instant::now() >= deadline) {
            child.kill()?;
            child.wait()?;
            return Ok(if is_late { Ending::Late } else { Ending::Stopped });
        }
        thread::sleep(Duration::from_millis(10));
    }
}

/// The case that runs, and how many were taken; none before the first.
fn progress(file: &Path) -> Option<(u64, u64)> {
    let bytes: [u8; PROGRESS] = std::fs::read(file).ok()?.try_into().ok()?;
    let (case, taken) = bytes.split_at(8);
    Some((u64::from_le_bytes(case.try_into().ok()?), u64::from_le_bytes(taken.try_into().ok()?)))
}

/// The beginning of what a child wrote to standard error.
fn last_words(stream: Option<impl Read>) -> String {
    let mut bytes = Vec::new();
    let _cut_short = stream.map(|mut stream| stream.read_to_end(&mut bytes));
    String::from_utf8_lossy(&bytes[..bytes.len().min(400)]).trim().to_string()
}

fn death(status: ExitStatus, words: &str) -> (Kind, String) {
    let kind = if words.contains("memory allocation of") { Kind::Memory } else { Kind::Abort };
    (kind, format!("{status}: {words}"))
}
