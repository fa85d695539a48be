//! Cases of attention.

use super::{Attention, attention};
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
        case([2, 9, 17, 2, 16], false, None, 100.0).tolerance(1e-3),
        case([2, 3, 4, 2, 2], false, Some(vec![4, 3]), 1.0).differentiable(),
        case([2, 4, 4, 2, 3], true, None, 1.0).differentiable(),
    ]
}
