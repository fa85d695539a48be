//! What a case runs.

use triptych::world::Rng;

use crate::files::Files;

/// What is fed with mutated files.
pub(crate) struct Target {
    pub name: &'static str,
    /// Cases of this target, relative to those of the others.
    pub share: usize,
    /// Well-formed inputs.
    pub seeds: fn() -> Vec<Files>,
    /// Changes an input.
    pub mutate: fn(&mut Rng, &mut Files),
    pub run: fn(&Files) -> Outcome,
}

/// Whether an input was used or refused; both are right. An error is an answer that is wrong, such as one that is not
/// finite.
pub(crate) type Outcome = Result<Verdict, String>;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Verdict {
    Taken,
    Refused,
}
