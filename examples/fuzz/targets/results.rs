//! Files of students' results, which a teacher's page reads.

use triptych::ui::{Refused, Results};

use crate::case::{Outcome, Target, Verdict};
use crate::files::Files;
use crate::mutate;

const EXPORTS: [&str; 2] = [
    r#"{"kind":"triptych-results","version":1,"name":"Ada","lessons":{"gates":{"step":3,"furthest":4,"predictions":{"1":2.0,"4":0.25},
        "checks":{"2":{"met":true,"figures":{"fuse.accuracy.gate":0.97,"fuse.step":200.0}}}}}}"#,
    r#"{"kind":"triptych-results","version":1,"lessons":{}}"#,
];

pub(super) fn target() -> Target {
    Target { name: "results", share: 1500, seeds, mutate: mutate::files, run }
}

fn seeds() -> Vec<Files> {
    EXPORTS.iter().map(|export| Files::of([("results.json", export.as_bytes().to_vec())])).collect()
}

fn run(files: &Files) -> Outcome {
    let Ok(results) = Results::read(files.only().1) else { return Ok(Verdict::Refused) };
    for record in results.lessons.values() {
        let figures = record.checks.values().flat_map(|checked| checked.figures.values());
        if let Some(number) = figures.chain(record.predictions.values()).find(|number| !number.is_finite()) {
            return Err(format!("{number} was read, expected a finite number"));
        }
    }
    // Written with indents it may be larger than what was read.
    match Results::read(&results.to_json()) {
        Ok(_) | Err(Refused::Large) => Ok(Verdict::Taken),
        Err(reason) => Err(format!("what was read is refused when it is written: {reason}")),
    }
}
