//! What is reconstructed of held-out pairs, beside the mean of the training data.

use std::rc::Rc;

use super::batch::coarse;
use super::losses::reconstructed;
use super::{ReconstructedPair, Reconstructions, SquaredError};
use crate::lab::contrast::data::{Pair, Pool};
use crate::lab::contrast::partner::{Numbers, Partner};
use crate::lab::contrast::towers::{Reading, VECTOR};
use crate::plan::{Plan, PlanBuilder};
use crate::tensor::DType::F32;
use crate::tensor::HostTensor;

/// Pairs that are shown.
const SHOWN: usize = 3;

/// Names of what [`plan`] makes.
pub(super) const OUTPUTS: [&str; 2] = ["painted", "said"];

/// Reconstructions from the frozen vectors of `count` pairs.
pub(super) fn plan(count: usize, reading: Reading) -> Plan {
    let mut b = PlanBuilder::new();
    let vectors = ["picture", "text"].map(|name| b.input(&format!("frozen.{name}"), [count, VECTOR], F32));
    let made = reconstructed(&mut b, vectors, reading);
    made.into_iter().zip(OUTPUTS).for_each(|(slot, name)| b.name(slot, name));
    b.finish()
}

/// Of the outputs of [`plan`] for the held-out `pairs`; the training data is what was drawn of the pool.
pub(super) fn measured(
    [painted, said]: &[HostTensor; 2],
    pool: &Pool,
    pairs: &[Rc<Pair>],
) -> Reconstructions {
    let partner = pool.reading().partner;
    let probability = |logit: &f32| 1.0 / (1.0 + (-logit).exp());
    let said: Vec<f32> = match partner {
        Partner::Words => said.as_f32().iter().map(probability).collect(),
        _ => said.as_f32().to_vec(),
    };
    let picture = |pair: &Rc<Pair>| {
        let values = coarse(pair);
        Numbers { known: vec![true; values.len()], values }
    };
    let other = |pair: &Rc<Pair>| pair.numbers.clone();
    let rows = pairs.iter().zip(said.chunks(said.len() / pairs.len()));
    let shown = rows.zip(painted.as_f32().chunks(painted.shape.last())).take(SHOWN);
    Reconstructions {
        picture: squared_error(painted.as_f32(), pairs.iter().map(picture), pool.drawn().map(picture)),
        partner: squared_error(&said, pairs.iter().map(other), pool.drawn().map(other)),
        shown: shown
            .map(|((pair, values), coarse)| ReconstructedPair {
                scene: pair.scene.clone(),
                truth: pair.numbers.clone(),
                values: values.to_vec(),
                coarse: coarse.to_vec(),
            })
            .collect(),
    }
}

/// Means over all numbers of `truths` that are known.
fn squared_error(
    guesses: &[f32],
    truths: impl ExactSizeIterator<Item = Numbers>,
    training: impl Iterator<Item = Numbers>,
) -> SquaredError {
    let width = guesses.len() / truths.len();
    let mut sums = vec![[0.0f64; 2]; width];
    for Numbers { values, known } in training {
        for (sum, (value, known)) in sums.iter_mut().zip(values.iter().zip(known)) {
            *sum = [
                sum[0] + f64::from(u8::from(known)) * f64::from(*value),
                sum[1] + f64::from(u8::from(known)),
            ];
        }
    }
    let (mut errors, mut count) = ([0.0f64; 2], 0);
    for (guess, truth) in guesses.chunks(width).zip(truths) {
        for k in (0..width).filter(|&k| truth.known[k]) {
            let mean = sums[k][0] / sums[k][1].max(1.0);
            let off = [f64::from(guess[k]), mean].map(|guess| (guess - f64::from(truth.values[k])).powi(2));
            (errors, count) = ([errors[0] + off[0], errors[1] + off[1]], count + 1);
        }
    }
    let [error, mean] = errors.map(|error| (error / f64::from(count.max(1))) as f32);
    SquaredError { error, mean }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_is_over_what_is_known_beside_that_of_the_mean() {
        let numbers =
            |values: [f32; 2], is_known| Numbers { values: values.to_vec(), known: vec![true, is_known] };
        let truths = [numbers([1.0, 5.0], false), numbers([3.0, 1.0], true)];
        let training = [numbers([2.0, 9.0], true), numbers([4.0, 0.0], false)];
        let found = squared_error(&[1.0, 0.0, 1.0, 1.0], truths.into_iter(), training.into_iter());
        // Means 3 and 9: of 1, 3 and 1 they are 2, 0 and 8 off.
        assert_eq!(found, SquaredError { error: 4.0 / 3.0, mean: 68.0 / 3.0 });
    }
}
