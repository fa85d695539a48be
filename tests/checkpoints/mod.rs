//! Checkpoints against what transformers computed with them, for `tests/checkpoints.rs` and `examples/conformance`.

pub(crate) mod blip;
pub(crate) mod reference;
pub(crate) mod towers;

use std::path::Path;

use reference::{Form, Outcome, Subject};
use triptych::model::architecture::Architecture;

/// Compares everything that a folder's reference has.
pub(crate) fn check_folder(folder: &Path, form: Form) -> Outcome {
    let mut subject = Subject::open(folder, form);
    compare(&mut subject);
    subject.outcome()
}

pub(crate) fn compare(subject: &mut Subject) {
    match subject.checkpoint.architecture {
        Architecture::Blip(task, _) => blip::check(subject, task),
        _ => towers::check(subject),
    }
}
