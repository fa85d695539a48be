//! Counts of word sequences.

use std::collections::BTreeMap;

/// The longest sequence that the metrics count.
pub(super) const LONGEST: usize = 4;

/// How often each sequence of `n` tokens occurs, in a fixed order so that sums are reproducible.
pub(super) fn counts<'a, 'b>(tokens: &'b [&'a str], n: usize) -> BTreeMap<&'b [&'a str], usize> {
    let mut counts = BTreeMap::new();
    for ngram in tokens.windows(n) {
        *counts.entry(ngram).or_default() += 1;
    }
    counts
}
