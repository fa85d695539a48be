//! Mean over the words of sentences of unequal length: `y[b] = 1/L sum_{t < L} x[b, t]`, L = lengths[b];
//! x `[B, T, D]`, lengths u32 `[B]` in 1..=T (others are clamped), y `[B, D]`.

use super::case::{Case, noise};
use crate::dispatch::dispatched;
use crate::kernel::{Access, Args, Kernel, Variant, for_rows, grid_flat, params, words};
use crate::plan::{PlanBuilder, SlotId};
use crate::tensor::HostTensor;
use triptych_shaders as wgsl;

params! {
    struct Params {
        batch: u32,
        tokens: u32,
        width: u32,
    }
}

impl Params {
    fn length(&self, given: u32) -> usize {
        given.clamp(1, self.tokens) as usize
    }
}

const SOURCE: &[&str] = &[wgsl::LIB_INDEX, wgsl::MEAN_TOKENS];

/// `y[b,d] = 1/L sum_{t < L} x[b,t,d]`, `L = lengths[b]`.
pub(super) static FORWARD: Kernel = Kernel {
    name: "mean_tokens.forward",
    bindings: &[("lengths", Access::Read), ("x", Access::Read), ("y", Access::Write)],
    params: Params::FIELDS,
    variants: &[Variant { name: "flat", source: SOURCE, entry: "forward", grid: |p| grid_flat(p[0] * p[2]) }],
    cpu: forward,
    fast: None,
};

/// `dx[b,t,d] += dy[b,d] / L` for `t < L`.
pub(super) static BACKWARD: Kernel = Kernel {
    name: "mean_tokens.backward",
    bindings: &[("lengths", Access::Read), ("dy", Access::Read), ("dx", Access::Write)],
    params: Params::FIELDS,
    variants: &[Variant {
        name: "flat",
        source: SOURCE,
        entry: "backward",
        grid: |p| grid_flat(p[0] * p[1] * p[2]),
    }],
    cpu: backward,
    fast: Some(dispatched!(|args: &mut Args| {
        let (p, lengths, dy): (Params, _, _) = (args.params(), args.ids(0), args.read[1]);
        let (tokens, width) = (p.tokens as usize, p.width as usize);
        for_rows(args.write[0], tokens * width, tokens * width, |b, dx| {
            let (length, dy) = (p.length(lengths[b]), &dy[b * width..(b + 1) * width]);
            for dx in dx.chunks_mut(width).take(length) {
                dx.iter_mut().zip(dy).for_each(|(dx, dy)| *dx += dy / length as f32);
            }
        });
    })),
};

fn forward(args: &mut Args) {
    let p: Params = args.params();
    let (lengths, x, width) = (args.ids(0), args.read[1], p.width as usize);
    for (i, y) in args.write[0].iter_mut().enumerate() {
        let (b, length) = (i / width, p.length(lengths[i / width]));
        let rows = (0..length).map(|t| x[(b * p.tokens as usize + t) * width + i % width] as f64);
        *y = (rows.sum::<f64>() / length as f64) as f32;
    }
}

fn backward(args: &mut Args) {
    let p: Params = args.params();
    let (lengths, dy, width, tokens) = (args.ids(0), args.read[1], p.width as usize, p.tokens as usize);
    for (i, dx) in args.write[0].iter_mut().enumerate() {
        let (b, t) = (i / width / tokens, i / width % tokens);
        let length = p.length(lengths[b]);
        if t < length {
            *dx += dy[b * width + i % width] / length as f32;
        }
    }
}

/// `y[B,D] = 1/L sum_{t < L} x[B,t,D]`: the mean over the first `L = lengths[b]` of the tokens `x` `[B,T,D]`; lengths u32
/// `[B]`.
pub fn mean_tokens(b: &mut PlanBuilder, x: SlotId, lengths: SlotId) -> SlotId {
    let shape = b.shape(x).clone();
    assert!(
        shape.len() == 3 && b.shape(lengths)[..] == shape[..1],
        "mean_tokens: {shape}, {}",
        b.shape(lengths)
    );
    let (batch, tokens, width) = (shape[0], shape[1], shape[2]);
    let params = words(&Params { batch: batch as u32, tokens: tokens as u32, width: width as u32 });
    let y = b.temp("mean_tokens", [batch, width]);
    b.emit(&FORWARD, &[lengths, x, y], params.clone());
    b.record(y, &[x], move |b, dy| {
        let dx = b.grad(x);
        b.emit(&BACKWARD, &[lengths, dy, dx], params);
    });
    y
}

/// Full, short and single sentences, and lengths out of range.
pub(super) fn cases() -> Vec<Case> {
    let case = |shape: [usize; 3], lengths: &[u32]| {
        let inputs = vec![noise(&shape, 1.0, 80), HostTensor::u32([shape[0]], lengths.to_vec())];
        Case::new(format!("mean_tokens {shape:?} {lengths:?}"), inputs, |b, s| mean_tokens(b, s[0], s[1]))
    };
    vec![
        case([2, 3, 4], &[2, 3]).differentiable(),
        case([1, 1, 1], &[1]),
        case([3, 63, 65], &[63, 1, 40]),
        case([2, 257, 64], &[257, 64]),
        case([2, 5, 7], &[0, 9]),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn definition_leaves_the_padding_out() {
        let params = words(&Params { batch: 2, tokens: 2, width: 1 });
        let lengths: [f32; 2] = bytemuck::cast([1u32, 2]);
        let (x, mut y) = ([3.0, 100.0, 1.0, 4.0], [0.0; 2]);
        forward(&mut Args { params: &params, read: vec![&lengths, &x], write: vec![&mut y] });
        assert_eq!(y, [3.0, 2.5]);
    }
}
