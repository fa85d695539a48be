//! BLEU (Papineni, Roukos, Ward, Zhu 2002) as pycocoevalcap computes it.

use std::collections::BTreeMap;

use super::candidate::Candidate;
use super::ngrams::{LONGEST, counts};

/// Added to counts of matches, so that none at all still has a geometric mean.
const TINY: f64 = 1e-15;
/// Added to counts of sequences and to lengths, against division by zero.
const SMALL: f64 = 1e-9;

/// BLEU-1 to BLEU-4 of a set: matches and lengths are pooled, the reference length is the one closest to the candidate's
/// (the shorter of two). A set of one candidate gives that candidate's score.
pub fn bleu(candidates: &[Candidate]) -> [f64; 4] {
    let (mut length, mut reference_length) = (0, 0);
    let (mut matched, mut total) = ([0; LONGEST], [0; LONGEST]);
    for candidate in candidates {
        length += candidate.tokens.len();
        reference_length += closest_length(candidate);
        for n in 1..=LONGEST {
            matched[n - 1] += matches(candidate, n);
            total[n - 1] += (candidate.tokens.len() + 1).saturating_sub(n);
        }
    }
    let ratio = (length as f64 + TINY) / (reference_length as f64 + SMALL);
    let brevity = if ratio < 1.0 { (1.0 - 1.0 / ratio).exp() } else { 1.0 };
    let mut product = 1.0;
    std::array::from_fn(|n| {
        product *= (matched[n] as f64 + TINY) / (total[n] as f64 + SMALL);
        product.powf(1.0 / (n + 1) as f64) * brevity
    })
}

fn closest_length(candidate: &Candidate) -> usize {
    let lengths = candidate.references.iter().map(Vec::len);
    let closest = lengths.min_by_key(|length| (length.abs_diff(candidate.tokens.len()), *length));
    closest.expect("a candidate has a reference")
}

/// Sequences of the candidate that references have, each at most as often as the reference that has it most often.
fn matches(candidate: &Candidate, n: usize) -> usize {
    let mut most: BTreeMap<&[&str], usize> = BTreeMap::new();
    for reference in &candidate.references {
        for (ngram, count) in counts(reference, n) {
            let entry = most.entry(ngram).or_default();
            *entry = count.max(*entry);
        }
    }
    let clipped = |(ngram, count): (&[&str], usize)| count.min(most.get(ngram).copied().unwrap_or(0));
    counts(&candidate.tokens, n).into_iter().map(clipped).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(got: [f64; 4], want: [f64; 4]) {
        assert!(got.iter().zip(want).all(|(g, w)| (g - w).abs() < 1e-6), "{got:?} is not {want:?}");
    }

    #[test]
    fn matches_are_clipped_to_the_reference() {
        // "the" counts twice of seven; no pair matches.
        let candidate = Candidate::new("the the the the the the the", ["the cat is on the mat"]);
        let scores = bleu(&[candidate]);
        assert!((scores[0] - 2.0 / 7.0).abs() < 1e-6, "{scores:?}");
        assert!(scores[1] < 1e-6);
    }

    #[test]
    fn a_short_caption_pays_for_its_brevity() {
        // Three of three words, two of two pairs, one of one triple; no quadruple; exp(1 - 5/3).
        let scores =
            bleu(&[Candidate::new("a red circle", ["a red circle and more", "something else of that sort"])]);
        let brevity = (1.0_f64 - 5.0 / 3.0).exp();
        close([scores[0], scores[1], scores[2], 0.0], [brevity, brevity, brevity, 0.0]);
    }

    #[test]
    fn counts_are_pooled_over_the_set() {
        let candidates = [Candidate::new("a b c d", ["a b c d"]), Candidate::new("a b x y", ["a b c d"])];
        // Words 6/8, pairs 4/6, triples 2/4, quadruples 1/2.
        let want = [0.75, 0.5_f64.sqrt(), 0.25_f64.cbrt(), 0.125_f64.powf(0.25)];
        close(bleu(&candidates), want);
    }

    #[test]
    fn an_empty_caption_scores_nothing() {
        close(bleu(&[Candidate::new("", ["a b"])]), [0.0; 4]);
    }
}
