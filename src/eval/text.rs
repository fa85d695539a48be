//! Captions against references: BLEU, ROUGE-L and CIDEr-D with the conventions of pycocoevalcap, on tokens that white
//! space separates. Case counts and punctuation stays; normalise the texts first.

use super::candidate::Candidate;
use super::{bleu, cider, rouge};

/// Scores of a whole set.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct TextScores {
    /// BLEU-1 to BLEU-4 of the pooled counts, in `[0, 1]`.
    pub bleu: [f64; 4],
    /// Mean ROUGE-L, in `[0, 1]`.
    pub rouge_l: f64,
    /// Mean CIDEr-D, in `[0, 10]`; document frequencies are those of the set's own references.
    pub cider_d: f64,
}

/// The scores of a set of at least one candidate.
pub fn scores(candidates: &[Candidate]) -> TextScores {
    let mean = |values: Vec<f64>| values.iter().sum::<f64>() / values.len() as f64;
    TextScores {
        bleu: bleu::bleu(candidates),
        rouge_l: mean(candidates.iter().map(rouge::rouge_l).collect()),
        cider_d: mean(cider::cider_d(candidates)),
    }
}
