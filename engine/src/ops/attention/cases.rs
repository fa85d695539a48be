//! Cases of attention.

use super::{Attention, attention, biased_attention};
use crate::ops::case::{Case, noise};
use crate::tensor::HostTensor;

/// Sizes `[B, Tq, Tk, H, dh]`.
fn case(sizes: [usize; 5], causal: bool, lengths: Option<Vec<u32>>, scale: f32) -> Case {
    let [batch, queries, keys, heads, dh] = sizes;
    let mask = if causal { " causal" } else { "" };
    let padding = if lengths.is_some() { " lengths" } else { "" };
    let name = format!("attention {sizes:?}{mask}{padding} x{scale}");
    let mut inputs = vec![
        noise(&[batch, queries, heads * dh], scale, 1),
        noise(&[batch, keys, heads * dh], scale, 2),
        noise(&[batch, keys, heads * dh], 1.0, 3),
    ];
    inputs.extend(lengths.map(|l| HostTensor::u32([batch], l)));
    Case::new(name, inputs, move |b, x| {
        attention(b, Attention { heads, causal }, x[0], x[1], x[2], x.get(3).copied())
    })
}

/// As [`case`], with a bias of the scores.
fn biased([batch, queries, keys, heads, dh]: [usize; 5], lengths: Option<Vec<u32>>, scale: f32) -> Case {
    let padding = if lengths.is_some() { " lengths" } else { "" };
    let mut inputs = vec![
        noise(&[batch, queries, heads * dh], 1.0, 1),
        noise(&[batch, keys, heads * dh], 1.0, 2),
        noise(&[batch, keys, heads * dh], 1.0, 3),
        noise(&[batch, heads, queries, keys], scale, 4),
    ];
    inputs.extend(lengths.map(|l| HostTensor::u32([batch], l)));
    let name = format!("attention {:?} bias{padding} x{scale}", [batch, queries, keys, heads, dh]);
    Case::new(name, inputs, move |b, x| {
        let config = Attention { heads, causal: false };
        biased_attention(b, config, [x[0], x[1], x[2]], x.get(4).copied(), x[3])
    })
}

/// Self, cross and causal attention over awkward sizes, padded keys (one element without any), and scores so large
/// that the softmax is one-hot.
pub fn cases() -> Vec<Case> {
    vec![
        case([1, 1, 1, 1, 1], false, None, 1.0),
        case([2, 63, 65, 2, 20], false, None, 1.0),
        case([3, 65, 65, 4, 8], true, None, 1.0),
        case([3, 5, 64, 2, 32], false, Some(vec![64, 1, 0]), 1.0),
        case([2, 33, 33, 2, 16], true, Some(vec![33, 20]), 1.0),
        case([1, 3, 257, 1, 64], false, None, 1.0),
        case([1, 70, 1030, 2, 16], false, None, 1.0),
        case([3, 1, 70, 3, 20], false, Some(vec![70, 41, 0]), 1.0),
        case([2, 2, 9, 2, 5], false, None, 1.0),
        // More keys than a piece of `attention_row.wgsl` has, and whole pieces of them.
        case([1, 5, 2501, 2, 16], false, None, 1.0),
        // More probabilities than a task of the CPU's fast form holds at a time.
        case([2, 300, 4200, 1, 4], false, Some(vec![4200, 77]), 1.0),
        case([3, 2, 4099, 1, 8], false, Some(vec![2049, 4096, 0]), 3.0),
        case([2, 3, 3, 2, 16], true, Some(vec![3, 2]), 1.0),
        case([2, 9, 17, 2, 16], false, None, 100.0).tolerance(1e-3),
        case([2, 3, 4, 2, 2], false, Some(vec![4, 3]), 1.0).differentiable(),
        case([2, 4, 4, 2, 3], true, None, 1.0).differentiable(),
        biased([1, 1, 1, 1, 1], None, 1.0),
        biased([3, 6, 6, 4, 32], Some(vec![6, 1, 0]), 1.0),
        biased([2, 33, 65, 2, 20], None, 100.0).tolerance(1e-4),
        biased([2, 3, 4, 2, 2], Some(vec![4, 3]), 1.0).differentiable(),
    ]
}

#[cfg(test)]
mod tests {
    use super::super::{FORWARD_TRACED, Params};
    use crate::kernel::{Args, words};

    /// Two heads of one column, two queries, three keys of which `length` count.
    fn attend(causal: u32, length: u32) -> ([f32; 4], [f32; 12]) {
        let (mut y, mut probs) = ([f32::NAN; 4], [f32::NAN; 12]);
        let params = Params {
            batch: 1,
            heads: 2,
            queries: 2,
            keys: 3,
            head_dim: 1,
            causal,
            has_lengths: 1,
            scale: 2.0,
        };
        let q = [0.5 * 3f32.ln(), 0.0, 0.0, 1.0];
        let k = [0.0, 7.0, 1.0, 7.0, 9.0, 9.0];
        let v = [4.0, 2.0, 8.0, 4.0, 100.0, 100.0];
        (FORWARD_TRACED.cpu)(&mut Args {
            params: &words(&params),
            read: vec![&q, &k, &v, &[f32::from_bits(length)]],
            write: vec![&mut y, &mut probs],
        });
        (y, probs)
    }

    fn assert_close(got: &[f32], want: &[f32]) {
        assert!(got.iter().zip(want).all(|(g, w)| (g - w).abs() < 1e-5), "{got:?} for {want:?}");
    }

    #[test]
    fn definition_weighs_values_by_the_softmax_of_scores() {
        let (y, probs) = attend(0, 2);
        assert_close(&y, &[7.0, 3.0, 6.0, 3.0]);
        assert_close(&probs, &[0.25, 0.75, 0.0, 0.5, 0.5, 0.0, 0.5, 0.5, 0.0, 0.5, 0.5, 0.0]);
    }

    #[test]
    fn definition_masks_the_future_and_the_padding() {
        let (y, probs) = attend(1, 2);
        assert_close(&y, &[4.0, 2.0, 6.0, 3.0]);
        assert_close(&probs[..3], &[1.0, 0.0, 0.0]);
        assert_eq!(attend(0, 0), ([0.0; 4], [0.0; 12]));
    }
}
