//! Rows of tokens for the decoder, with what it is to learn from them.

use super::labels::{self, Label};
use super::referents;
use crate::tensor::HostTensor;

/// A row: `prompt words [end]`.
pub(super) struct Row {
    pub ids: Vec<u32>,
    /// The same as the decoder reads it, with `[unk]` where a word is hidden from it.
    pub read: Vec<u32>,
    /// Length of the prompt, whose tokens are given and not learned.
    pub given: usize,
    /// For each token of the text from [`TEXT_START`] on, what has been said so far refers to.
    pub referents: Vec<Option<Label>>,
}

/// Where the words of a caption or a question begin in a row: after `[start]` and the token that says what is wanted.
const TEXT_START: usize = 2;

/// `name.ids [N, T]`, the tokens that follow as `name.targets [N*T]` with `name.weights [N*T]`, and the labels
/// `name.referents.*`, where there are any. No row is longer than `tokens` and one.
pub(super) fn next_tokens(name: &str, rows: &[Row], tokens: usize, pad: u32) -> Vec<(String, HostTensor)> {
    let count = rows.len() * tokens;
    let (mut ids, mut targets, mut weights) = (vec![pad; count], vec![0; count], vec![0.0; count]);
    let mut said = vec![Label::default(); count];
    for (r, row) in rows.iter().enumerate() {
        let (at, length) = (r * tokens, row.ids.len() - 1);
        ids[at..at + length].copy_from_slice(&row.read[..length]);
        targets[at + row.given - 1..at + length].copy_from_slice(&row.ids[row.given..]);
        weights[at + row.given - 1..at + length].fill(1.0);
        for (label, own) in said[at + TEXT_START..at + length].iter_mut().zip(&row.referents) {
            *label = own.unwrap_or_default();
        }
    }
    let mut inputs = vec![
        (format!("{name}.ids"), HostTensor::u32([rows.len(), tokens], ids)),
        (format!("{name}.targets"), HostTensor::u32([count], targets)),
        (format!("{name}.weights"), HostTensor::f32([count], weights)),
    ];
    if rows.iter().any(|row| !row.referents.is_empty()) {
        inputs.extend(labels::inputs(&format!("{name}.{}", referents::HEAD), &said));
    }
    inputs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_follows_is_learned_after_the_prompt_only_and_labels_stand_on_their_words() {
        let four = Label { number: 4, weight: 1.0, object: None };
        let ids = vec![2, 9, 20, 21, 10, 30, 3];
        let read = vec![2, 9, 20, 1, 10, 30, 3];
        let row = Row { ids, read, given: 5, referents: vec![Some(four), None] };
        let inputs = next_tokens("x", &[row], 8, 0);
        let ids = |name: &str| {
            let (_, tensor) = inputs.iter().find(|(n, _)| n == name).expect("the input is there");
            tensor.as_u32().to_vec()
        };
        assert_eq!(ids("x.ids"), [2, 9, 20, 1, 10, 30, 0, 0]);
        assert_eq!(ids("x.targets"), [0, 0, 0, 0, 30, 3, 0, 0]);
        assert_eq!(ids("x.referents.number.targets"), [0, 0, 4, 0, 0, 0, 0, 0]);
        let weights =
            |name: &str| inputs.iter().find(|(n, _)| n == name).expect("it is there").1.as_f32().to_vec();
        assert_eq!(weights("x.weights"), [0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 0.0]);
        assert_eq!(weights("x.referents.number.weights"), [0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
    }
}
