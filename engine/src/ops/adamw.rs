//! AdamW: Adam with decoupled weight decay (Loshchilov & Hutter 2019, algorithm 2; as in PyTorch, the decay is
//! multiplied by the learning rate alone).
//!
//! With `g` the gradient times `min(1, clip / norm)`, learning rate `a` and step number `t >= 1`:
//! `m = b1 m + (1-b1) g`, `v = b2 v + (1-b2) g^2`,
//! `w = w - a decay w - a (m / (1-b1^t)) / (sqrt(v / (1-b2^t)) + eps)`.

use super::case::{Case, noise};
use crate::dispatch::dispatched;
use crate::kernel::{Access, Args, Kernel, Variant, for_rows, grid_flat, params, words};
use crate::plan::{PlanBuilder, SlotId};
use crate::tensor::HostTensor;
use triptych_shaders as wgsl;

/// What stays the same from step to step; learning rate and step number come by a slot.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct AdamW {
    /// `b1`, the decay rate of the first moment; PyTorch's default is 0.9.
    pub beta1: f32,
    /// `b2`, the decay rate of the second moment; PyTorch's default is 0.999.
    pub beta2: f32,
    /// Added to the denominator; PyTorch's default is 1e-8.
    pub eps: f32,
    /// Largest norm of all gradients read as one vector; finite.
    pub clip: f32,
}

params! {
    struct Params {
        count: u32,
        beta1: f32,
        beta2: f32,
        eps: f32,
        clip: f32,
        decay: f32,
        /// Logarithms of the betas, of which `1 - b^t` is made without cancelling.
        log_beta1: f32,
        log_beta2: f32,
    }
}

/// `w[..]`, `m[..]` and `v[..]` after one step; `g[..]`, `norm[1]`, `hyper[2] = [a, t]`.
pub static UPDATE: Kernel = Kernel {
    name: "adamw.update",
    bindings: &[
        ("g", Access::Read),
        ("norm", Access::Read),
        ("hyper", Access::Read),
        ("w", Access::Write),
        ("m", Access::Write),
        ("v", Access::Write),
    ],
    params: Params::FIELDS,
    variants: &[Variant {
        name: "flat",
        source: &[wgsl::LIB_INDEX, wgsl::ADAMW],
        entry: "update",
        grid: |p| grid_flat(p[0]),
    }],
    cpu: update,
    fast: Some(update_in_parts),
};

fn update(args: &mut Args) {
    let p: Params = args.params();
    let (g, norm, hyper) = (args.read[0], f64::from(args.read[1][0]), args.read[2]);
    let [w, m, v] = &mut args.write[..] else { unreachable!("three results") };
    let [b1, b2, eps, clip, decay] = [p.beta1, p.beta2, p.eps, p.clip, p.decay].map(f64::from);
    let [rate, t] = [hyper[0], hyper[1]].map(f64::from);
    for i in 0..g.len() {
        let gradient = f64::from(g[i]) * clip / norm.max(clip);
        let (m1, v1) = (f64::from(m[i]), f64::from(v[i]));
        let (m1, v1) = (b1 * m1 + (1.0 - b1) * gradient, b2 * v1 + (1.0 - b2) * gradient * gradient);
        let step = m1 / (1.0 - b1.powf(t)) / ((v1 / (1.0 - b2.powf(t))).sqrt() + eps);
        w[i] = (f64::from(w[i]) * (1.0 - rate * decay) - rate * step) as f32;
        (m[i], v[i]) = (m1 as f32, v1 as f32);
    }
}

/// Elements per parallel piece of the fast form.
const PIECE: usize = 4096;

dispatched! {
    fn update_in_parts(args: &mut Args) {
        let p: Params = args.params();
        let (g, norm, hyper) = (args.read[0], args.read[1][0], args.read[2]);
        let [w, m, v] = &mut args.write[..] else { unreachable!("three results") };
        let scale = p.clip / norm.max(p.clip);
        for_rows(m, PIECE, 4 * PIECE, |n, m| {
            for (m, g) in m.iter_mut().zip(&g[n * PIECE..]) {
                *m = p.beta1 * *m + (1.0 - p.beta1) * (g * scale);
            }
        });
        for_rows(v, PIECE, 4 * PIECE, |n, v| {
            for (v, g) in v.iter_mut().zip(&g[n * PIECE..]) {
                *v = p.beta2 * *v + (1.0 - p.beta2) * (g * scale) * (g * scale);
            }
        });
        let bias = [p.beta1, p.beta2].map(|b| 1.0 / (1.0 - f64::from(b).powf(f64::from(hyper[1]))) as f32);
        let (m, v, keep) = (&**m, &**v, 1.0 - hyper[0] * p.decay);
        for_rows(w, PIECE, 8 * PIECE, |n, w| {
            for ((w, m), v) in w.iter_mut().zip(&m[n * PIECE..]).zip(&v[n * PIECE..]) {
                *w = *w * keep - hyper[0] * (m * bias[0]) / ((v * bias[1]).sqrt() + p.eps);
            }
        });
    }
}

/// `w[..] -= a (decay w + (m / (1-b1^t)) / (sqrt(v / (1-b2^t)) + eps))` for each `(weight, gradient, decay)`, in place.
///
/// `norm` (`[1]`) is the norm of all gradients; `hyper` (`[2]`) holds the learning rate `a` and the step number `t`, from 1
/// on. The moments of the weight `w` are the stored slots `adamw.m/w` and `adamw.v/w`, zeros before the first step.
pub fn adamw(
    b: &mut PlanBuilder,
    config: &AdamW,
    weights: &[(SlotId, SlotId, f32)],
    norm: SlotId,
    hyper: SlotId,
) {
    assert_eq!((&b.shape(norm)[..], &b.shape(hyper)[..]), (&[1][..], &[2][..]), "norm and hyper");
    let AdamW { beta1, beta2, eps, clip } = *config;
    for (weight, grad, decay) in weights {
        let shape = b.shape(*weight).clone();
        assert_eq!(&shape, b.shape(*grad), "gradient of `{}`", b.name_of(*weight));
        let [m, v] = ["m", "v"].map(|moment| {
            let name = format!("adamw.{moment}/{}", b.name_of(*weight));
            b.stored(&name, &shape)
        });
        let [log_beta1, log_beta2] = [beta1, beta2].map(|beta| f64::from(beta).ln() as f32);
        let count = shape.numel() as u32;
        let params = Params { count, beta1, beta2, eps, clip, decay: *decay, log_beta1, log_beta2 };
        b.emit(&UPDATE, &[*grad, norm, hyper, *weight, m, v], words(&params));
    }
}

/// Whether a stored slot of this name is a moment of [`adamw`], no weight.
pub fn is_moment(name: &str) -> bool {
    name.starts_with("adamw.")
}

/// First and later steps, clipped and not, with and without decay, a zero gradient.
pub fn cases() -> Vec<Case> {
    let case = |count: usize, scale: f32, norm: f32, step: f32, decay: f32| {
        // A rate and a beta at which a rounding of `1 - b^t` shows.
        let inputs = vec![
            noise(&[count], scale, 8),
            HostTensor::f32([1], vec![norm]),
            HostTensor::f32([2], vec![1.0, step]),
        ];
        let config = AdamW { beta1: 0.9, beta2: 0.999, eps: 1e-8, clip: 1.0 };
        let name = format!("adamw [{count}] x{scale} norm {norm} step {step} decay {decay}");
        let build = move |b: &mut PlanBuilder, x: &[SlotId]| {
            let weight = b.stored("weight", [count]);
            adamw(b, &config, &[(weight, x[0], decay)], x[1], x[2]);
            weight
        };
        (0..3).fold(Case::new(name, inputs, build), Case::constant)
    };
    vec![
        case(1, 1.0, 0.5, 1.0, 0.0),
        case(257, 1.0, 10.0, 2.0, 0.1),
        case(4097, 1e4, 1e6, 1000.0, 0.05),
        case(65, 0.0, 0.0, 1.0, 0.1),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::{CpuDevice, Device};
    use std::rc::Rc;

    /// Two steps from w = 1 with gradient 4, norm 4 clipped to 1 (so g = 1), rate 0.1, decay 0.5, b1 = b2 = 0.5.
    /// A constant gradient leaves both corrected moments at 1, so each step is `w = w (1 - 0.05) - 0.1`.
    #[test]
    fn two_steps_by_hand() {
        for exact in [true, false] {
            let mut b = PlanBuilder::new();
            let (w, g, norm) = (b.stored("w", [1]), b.stored("g", [1]), b.stored("norm", [1]));
            let hyper = b.input("hyper", [2], crate::tensor::DType::F32);
            let config = AdamW { beta1: 0.5, beta2: 0.5, eps: 0.0, clip: 1.0 };
            adamw(&mut b, &config, &[(w, g, 0.5)], norm, hyper);
            let (plan, device) = (Rc::new(b.finish()), Device::Cpu(CpuDevice { exact }));
            let mut store = device.param_store();
            let start = [("w", 1.0), ("g", 4.0), ("norm", 4.0), ("adamw.m/w", 0.0), ("adamw.v/w", 0.0)];
            for (name, value) in start {
                store.store(name, &HostTensor::f32([1], vec![value])).unwrap();
            }
            let compiled = pollster::block_on(store.compile(plan.clone())).unwrap();
            for (step, want) in [(1.0, 0.85), (2.0, 0.7075)] {
                compiled.write("hyper", &HostTensor::f32([2], vec![0.1, step]));
                compiled.run(plan.all()).unwrap();
                let got = pollster::block_on(store.read("w")).unwrap().as_f32()[0];
                assert!((got - want).abs() < 1e-6, "step {step}: {got} for {want}");
            }
        }
    }
}
