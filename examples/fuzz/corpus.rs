//! Which input a case has: a function of the seed and the case's number.

use triptych::world::Rng;

use crate::case::Target;
use crate::files::Files;

/// The well-formed inputs of the targets, made when they are first needed.
pub(crate) struct Corpus<'a> {
    targets: Vec<&'a Target>,
    seeds: Vec<Vec<Files>>,
}

impl<'a> Corpus<'a> {
    /// Of all targets, or of the one of this name.
    pub(crate) fn new(targets: &'a [Target], only: Option<&str>) -> Result<Self, String> {
        let chosen: Vec<&Target> =
            targets.iter().filter(|target| only.is_none_or(|name| target.name == name)).collect();
        if chosen.is_empty() {
            let names: Vec<&str> = targets.iter().map(|target| target.name).collect();
            return Err(format!("expected one of the targets {}, found {only:?}", names.join(", ")));
        }
        Ok(Corpus { seeds: vec![Vec::new(); chosen.len()], targets: chosen })
    }

    /// The case `number` under `seed`.
    pub(crate) fn case(&mut self, seed: u64, number: u64) -> (&'a Target, Files) {
        let mut rng = Rng::from_seed(Rng::from_seed(seed).next_u64() ^ number);
        let shares: usize = self.targets.iter().map(|target| target.share).sum();
        let mut left = rng.below(shares);
        let at = self.targets.iter().position(|target| {
            let chosen = left < target.share;
            left = left.saturating_sub(target.share);
            chosen
        });
        let at = at.expect("below the sum of the shares");
        let target = self.targets[at];
        if self.seeds[at].is_empty() {
            self.seeds[at] = (target.seeds)();
        }
        let mut files = self.seeds[at][rng.below(self.seeds[at].len())].clone();
        (target.mutate)(&mut rng, &mut files);
        (target, files)
    }
}
