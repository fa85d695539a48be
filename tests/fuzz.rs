//! The fuzzer: that it takes what is well-formed, that it finds faults, and a short run of it.
//!
//! This program is its own child: cases run in it under the limits of `examples/fuzz`.

#[path = "../examples/fuzz/case.rs"]
mod case;
#[path = "../examples/fuzz/child.rs"]
mod child;
#[path = "../examples/fuzz/corpus.rs"]
mod corpus;
#[path = "../examples/fuzz/files.rs"]
mod files;
#[path = "../examples/fuzz/mutate/mod.rs"]
mod mutate;
#[path = "../examples/fuzz/parent.rs"]
mod parent;
#[path = "../examples/fuzz/targets/mod.rs"]
mod targets;

use std::path::Path;
use std::time::Duration;

use case::{Outcome, Target, Verdict};
use child::{Kind, Span};
use files::Files;
use parent::{Limits, Program, Summary};

/// What a child is asked to run.
const ALL: &str = "child-of-all";
const PLANTED: &str = "child-of-planted";

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [which, span, progress] = &arguments[..] {
        let targets = if which == ALL { targets::all() } else { vec![planted()] };
        let span = serde_json::from_str(span).expect("a span of the parent");
        child::run(&targets, &span, Path::new(progress), &mut std::io::stdout()).expect("the cases run");
        return;
    }
    let checks: [(&str, fn()); 4] = [
        ("what_is_well_formed_is_taken", what_is_well_formed_is_taken),
        ("a_case_is_a_function_of_its_number", a_case_is_a_function_of_its_number),
        ("planted_faults_are_found_and_the_rest_goes_on", planted_faults_are_found_and_the_rest_goes_on),
        ("nothing_is_found", nothing_is_found),
    ];
    let filter = arguments.iter().find(|argument| !argument.starts_with('-'));
    for (name, check) in checks.iter().filter(|(name, _)| filter.is_none_or(|part| name.contains(part))) {
        check();
        println!("test {name} ... ok");
    }
}

fn what_is_well_formed_is_taken() {
    for target in targets::all() {
        for (i, files) in (target.seeds)().iter().enumerate() {
            let names: Vec<_> = files.0.keys().collect();
            assert_eq!((target.run)(files), Ok(Verdict::Taken), "{} {i}: {names:?}", target.name);
        }
    }
}

fn a_case_is_a_function_of_its_number() {
    let targets = targets::all();
    let made = || corpus::Corpus::new(&targets, None).expect("all targets");
    let (mut one, mut other) = (made(), made());
    let mut names = std::collections::BTreeSet::new();
    for number in [5, 4, 3, 2, 1000, 77_777] {
        one.case(1, number);
    }
    for number in 0..2000 {
        let (target, files) = other.case(1, number);
        names.insert(target.name);
        if number % 100 == 0 {
            assert_eq!(one.case(1, number).1, files, "case {number}");
            assert!(one.case(2, number).1 != files || one.case(3, number).1 != files, "seeds differ");
        }
    }
    assert!(names.len() >= 10, "{names:?}");
    assert!(corpus::Corpus::new(&targets, Some("no such target")).is_err());
}

/// A target that goes wrong in every way, by the last digit of its input.
fn planted() -> Target {
    let seeds = || (0..10).map(|digit| Files::of([("digit", vec![digit])])).collect();
    Target { name: "planted", share: 1, seeds, mutate: |_, _| {}, run: go_wrong }
}

fn go_wrong(files: &Files) -> Outcome {
    match files.only().1[0] {
        0 => panic!("a planted panic"),
        1 => Err("a planted answer".to_string()),
        2 => {
            // Without the black box an optimised build allocates nothing.
            let huge = std::hint::black_box(vec![1u8; 3 << 30]);
            Ok(if huge[huge.len() / 2] == 1 { Verdict::Taken } else { Verdict::Refused })
        }
        3 => loop {
            std::thread::sleep(Duration::from_millis(5));
        },
        4 => std::process::abort(),
        5 => Ok(Verdict::Refused),
        _ => Ok(Verdict::Taken),
    }
}

fn run(which: &str, until: u64, seconds: u64) -> Summary {
    let folder = tempfile::tempdir().expect("a folder for the progress");
    let program = Program {
        path: std::env::current_exe().expect("this program has a path"),
        arguments: vec![which.to_string()],
        folder: folder.path().to_path_buf(),
        limits: Limits { memory: 2 << 20, time: Duration::from_secs(seconds) },
    };
    let span = Span { seed: 1, target: None, from: 0, until, step: 2, input: None };
    parent::run(&program, &span, None, |finding| println!("{finding:?}")).expect("the children start")
}

fn planted_faults_are_found_and_the_rest_goes_on() {
    let cases = 60;
    let report = run(PLANTED, cases, 1);
    let targets = [planted()];
    let mut corpus = corpus::Corpus::new(&targets, None).expect("the planted one");
    let mut expected = Vec::new();
    let mut taken = 0;
    for case in 0..cases {
        match corpus.case(1, case).1.only().1[0] {
            0 => expected.push((case, Kind::Panic)),
            1 => expected.push((case, Kind::Answer)),
            // Only where address space is bounded.
            2 if cfg!(target_os = "linux") => expected.push((case, Kind::Memory)),
            3 => expected.push((case, Kind::Time)),
            4 => expected.push((case, Kind::Abort)),
            2 | 6.. => taken += 1,
            _ => {}
        }
    }
    let mut found: Vec<(u64, Kind)> =
        report.findings.iter().map(|finding| (finding.case, finding.kind)).collect();
    found.sort();
    assert_eq!(found, expected);
    assert_eq!((report.cases, report.taken), (cases, taken));
    let panic = report.findings.iter().find(|finding| finding.kind == Kind::Panic).expect("one is planted");
    assert_eq!((panic.message.as_str(), panic.target.as_str()), ("a planted panic", "planted"));
    assert!(panic.place.contains("fuzz.rs:"), "{}", panic.place);
}

fn nothing_is_found() {
    let cases = 30_000;
    let report = run(ALL, cases, 20);
    assert_eq!(report.cases, cases);
    assert!(report.taken > cases / 10, "only {} of {cases} inputs were taken", report.taken);
    assert!(report.findings.is_empty(), "{} findings", report.findings.len());
}
