//! What the loss does to one cell of the score matrix.

use serde::{Deserialize, Serialize};

use super::{ContrastSettings, Direction, Loss, Space};
use crate::softmax::softmax;

/// What one pair's cell meets.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PairGradient {
    /// Share of every caption in the eyes of picture `i`: `softmax(s_i:)`, or `sigmoid(s_ik)` under [`Loss::Sigmoid`].
    pub row: Vec<f32>,
    /// Share of every picture in the eyes of caption `j`: `softmax(s_:j)`, or `sigmoid(s_kj)`.
    pub column: Vec<f32>,
    /// `dL/ds_ij`: a step of descent moves the score against it.
    pub gradient: f32,
    /// Whether descent draws picture and caption together.
    pub attracts: bool,
}

/// What a step of descent does to the score `s_ij` of picture `i` and caption `j` among `n` pairs (`logits` `[n, n]`, row
/// by row), the loss being taken over these pairs alone. None of [`Space::Coordinated`], whose loss sees no pairs.
///
/// InfoNCE, with `p = softmax(s_i:)_j` and `q = softmax(s_:j)_i`: `dL/ds_ij = (p - [i = j]) / n` to text,
/// `(q - [i = j]) / n` to pictures, the mean of the two in both directions. Sigmoid: `(sigmoid(s_ij) - [i = j]) / n`.
pub fn pair_gradient(
    logits: &[f32],
    n: usize,
    i: usize,
    j: usize,
    settings: &ContrastSettings,
) -> Option<PairGradient> {
    assert!(logits.len() == n * n && i < n && j < n, "a cell of {n} x {n} scores");
    if settings.space == Space::Coordinated {
        return None;
    }
    let row = logits[i * n..(i + 1) * n].iter().map(|s| f64::from(*s));
    let column = logits[j..].iter().step_by(n).map(|s| f64::from(*s));
    let share: fn(Vec<f64>) -> Vec<f64> = match settings.loss {
        Loss::InfoNce => softmax,
        Loss::Sigmoid => sigmoid,
    };
    let (row, column) = (share(row.collect()), share(column.collect()));
    let share = match settings.direction {
        Direction::Both => (row[j] + column[i]) / 2.0,
        Direction::ToText => row[j],
        Direction::ToPicture => column[i],
    };
    let gradient = (share - f64::from(u8::from(i == j))) / n as f64;
    let f32s = |values: Vec<f64>| values.into_iter().map(|x| x as f32).collect();
    Some(PairGradient {
        row: f32s(row),
        column: f32s(column),
        gradient: gradient as f32,
        attracts: gradient < 0.0,
    })
}

fn sigmoid(scores: Vec<f64>) -> Vec<f64> {
    scores.into_iter().map(|s| 1.0 / (1.0 + (-s).exp())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const N: usize = 5;

    fn loss(s: &[f64], settings: &ContrastSettings) -> f64 {
        let line = |values: Vec<f64>, at: usize| -softmax(values)[at].ln();
        let rows = (0..N).map(|i| line(s[i * N..(i + 1) * N].to_vec(), i)).sum::<f64>() / N as f64;
        let column = |j: usize| s[j..].iter().step_by(N).copied().collect();
        let columns = (0..N).map(|j| line(column(j), j)).sum::<f64>() / N as f64;
        let sign = |k: usize| if k / N == k % N { 1.0 } else { -1.0 };
        let pairs = s.iter().enumerate().map(|(k, s)| (1.0 + (-sign(k) * s).exp()).ln()).sum::<f64>();
        match (settings.loss, settings.direction) {
            (Loss::Sigmoid, _) => pairs / N as f64,
            (_, Direction::Both) => (rows + columns) / 2.0,
            (_, Direction::ToText) => rows,
            (_, Direction::ToPicture) => columns,
        }
    }

    #[test]
    fn the_gradient_is_that_of_the_loss() {
        const STEP: f64 = 1e-5;
        let scores: Vec<f64> = (0..N * N).map(|k| ((k * 7 + 3) % 11) as f64 * 0.4 - 2.0).collect();
        let logits: Vec<f32> = scores.iter().map(|s| *s as f32).collect();
        let both = [Direction::Both, Direction::ToText, Direction::ToPicture].map(|d| (Loss::InfoNce, d));
        for (loss_kind, direction) in both.into_iter().chain([(Loss::Sigmoid, Direction::Both)]) {
            let settings = ContrastSettings { loss: loss_kind, direction, ..ContrastSettings::default() };
            for k in 0..N * N {
                let moved = |by: f64| {
                    let mut scores = scores.clone();
                    scores[k] += by;
                    loss(&scores, &settings)
                };
                let numeric = (moved(STEP) - moved(-STEP)) / (2.0 * STEP);
                let pull = pair_gradient(&logits, N, k / N, k % N, &settings).expect("the loss sees pairs");
                assert!((f64::from(pull.gradient) - numeric).abs() < 1e-6, "{settings:?} {k}: {numeric}");
                assert_eq!(pull.attracts, k / N == k % N, "only partners attract");
            }
        }
    }

    #[test]
    fn correlations_pull_no_pair() {
        let settings = ContrastSettings { space: Space::Coordinated, ..ContrastSettings::default() };
        assert_eq!(pair_gradient(&[0.0; 4], 2, 0, 1, &settings), None);
    }
}
