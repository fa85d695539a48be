//! CIDEr-D (Vedantam, Zitnick, Parikh 2015) as pycocoevalcap computes it.

use std::collections::{BTreeMap, BTreeSet};

use super::candidate::Candidate;
use super::ngrams::{LONGEST, counts};

/// Width of the Gaussian penalty on the difference in length, in pairs of tokens.
const SIGMA: f64 = 6.0;

type Ngram<'a> = &'a [&'a str];

/// CIDEr-D of every candidate, in `[0, 10]`: cosine of tf-idf vectors, clipped to the reference and penalised by length,
/// averaged over the references and over sequences of 1 to 4 tokens. Document frequencies are those of the references of
/// the whole set, so a score depends on the set; in a set of one it is 0.
pub fn cider_d(candidates: &[Candidate]) -> Vec<f64> {
    let frequencies = document_frequencies(candidates);
    let documents = (candidates.len() as f64).ln();
    let one = |candidate: &Candidate| {
        let own = Vector::new(&candidate.tokens, &frequencies, documents);
        let similarities = candidate
            .references
            .iter()
            .map(|reference| own.similarity(&Vector::new(reference, &frequencies, documents)));
        10.0 * similarities.sum::<f64>() / candidate.references.len() as f64
    };
    candidates.iter().map(one).collect()
}

/// In how many reference sets each sequence occurs.
fn document_frequencies<'a>(candidates: &'a [Candidate]) -> BTreeMap<Ngram<'a>, usize> {
    let mut frequencies = BTreeMap::new();
    for candidate in candidates {
        let mut seen = BTreeSet::new();
        for reference in &candidate.references {
            for n in 1..=LONGEST {
                seen.extend(reference.windows(n));
            }
        }
        for ngram in seen {
            *frequencies.entry(ngram).or_default() += 1;
        }
    }
    frequencies
}

/// The tf-idf vector of a text, apart for every sequence length.
struct Vector<'a> {
    weights: [BTreeMap<Ngram<'a>, f64>; LONGEST],
    norms: [f64; LONGEST],
    /// Number of pairs, the measure of length that the package uses.
    length: f64,
}

impl<'a> Vector<'a> {
    fn new(tokens: &'a [&'a str], frequencies: &BTreeMap<Ngram, usize>, documents: f64) -> Self {
        let weight = |(ngram, count): (Ngram<'a>, usize)| {
            let frequency = frequencies.get(ngram).copied().unwrap_or(0).max(1) as f64;
            (ngram, count as f64 * (documents - frequency.ln()))
        };
        let weights: [BTreeMap<_, _>; LONGEST] =
            std::array::from_fn(|n| counts(tokens, n + 1).into_iter().map(weight).collect());
        let norms = std::array::from_fn(|n| weights[n].values().map(|w| w * w).sum::<f64>().sqrt());
        Vector { weights, norms, length: tokens.len().saturating_sub(1) as f64 }
    }

    /// In `[0, 1]`; `self` is the candidate.
    fn similarity(&self, reference: &Vector) -> f64 {
        let difference = self.length - reference.length;
        let penalty = (-difference * difference / (2.0 * SIGMA * SIGMA)).exp();
        let cosine = |n: usize| {
            let product = |(ngram, own): (&Ngram, &f64)| {
                reference.weights[n].get(ngram).map_or(0.0, |other| own.min(*other) * other)
            };
            let norms = self.norms[n] * reference.norms[n];
            if norms > 0.0 { self.weights[n].iter().map(product).sum::<f64>() / norms } else { 0.0 }
        };
        penalty * (0..LONGEST).map(cosine).sum::<f64>() / LONGEST as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exact_caption_scores_by_its_sequence_lengths() {
        // One word, three and five: sequences of 1, of 1 to 3 and of 1 to 4 tokens exist; "a" is in two of three documents.
        let texts = ["square", "a red circle", "a blue ring and star"];
        let scores = cider_d(&texts.map(|text| Candidate::new(text, [text])));
        for (score, want) in scores.iter().zip([2.5, 7.5, 10.0]) {
            assert!((score - want).abs() < 1e-12, "{scores:?}");
        }
    }

    #[test]
    fn rare_words_weigh_more() {
        let documents = ["a red circle", "a blue square", "a green ring"];
        let mut candidates = documents.map(|text| Candidate::new(text, [text])).to_vec();
        candidates[0].tokens = vec!["red"];
        // "a" weighs ln(3/3) = 0. Words: ln3 * ln3 / (ln3 * sqrt(2) ln3) = 1 / sqrt(2), a fourth of it for the lengths,
        // penalty exp(-(0 - 2)^2 / 72).
        let want = 10.0 / 2.0_f64.sqrt() / 4.0 * (-4.0_f64 / 72.0).exp();
        assert!((cider_d(&candidates)[0] - want).abs() < 1e-12);
        candidates[0].tokens = vec!["a"];
        assert_eq!(cider_d(&candidates)[0], 0.0);
    }

    #[test]
    fn a_set_of_one_scores_nothing() {
        assert_eq!(cider_d(&[Candidate::new("a b c", ["a b c"])]), [0.0]);
    }
}
