//! One input of libFuzzer as a case of a target.

use crate::files::Files;
use crate::targets;

/// Runs the target `name` on a file; a wrong answer ends the process as a panic does.
pub fn run(name: &str, file: &str, bytes: &[u8]) {
    let target =
        targets::all().into_iter().find(|target| target.name == name).expect("a target of this name");
    if let Err(answer) = (target.run)(&Files::of([(file, bytes.to_vec())])) {
        panic!("{answer}");
    }
}
