//! Activations, element by element: `y = act(x)` for `x` of any shape.

use super::case::{Case, noise};
use super::fast_math;
use crate::dispatch::{MulAdd, dispatched};
use crate::kernel::{Access, Args, Kernel, Variant, for_rows, grid_flat, params, words};
use crate::plan::{PlanBuilder, SlotId};
use triptych_shaders as wgsl;

/// An activation function. The discriminants are the `kind` of `shaders/lib/activation.wgsl`, where 0 is identity.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u32)]
pub enum Activation {
    /// `x Phi(x) = 0.5 x (1 + erf(x / sqrt 2))`, the exact form (Hendrycks & Gimpel 2016).
    Gelu = 1,
    /// `0.5 x (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3)))` (Hendrycks & Gimpel 2016).
    GeluTanh,
    /// `x sigmoid(1.702 x)` (Hendrycks & Gimpel 2016; CLIP's).
    QuickGelu,
    /// `max(x, 0)`.
    Relu,
    /// `x sigmoid(x)`, also called swish (Elfwing et al. 2017).
    Silu,
    /// `1 / (1 + e^-x)`.
    Sigmoid,
    /// `(e^x - e^-x) / (e^x + e^-x)`.
    Tanh,
    /// `e^x`, `x` clamped to `[-87, 88]`.
    Exp,
}

use Activation::*;

const SQRT_2_OVER_PI: f64 = 0.797_884_560_802_865_4;
const CUBIC: f64 = 0.044_715;
const QUICK: f64 = 1.702;
/// Below its negative the GELUs are 0 in f32; without the clamp a rounding error of Phi would be multiplied by `x`.
const SATURATION: f32 = 6.0;

impl Activation {
    /// In the order of the discriminants.
    pub const ALL: [Activation; 8] = [Gelu, GeluTanh, QuickGelu, Relu, Silu, Sigmoid, Tanh, Exp];

    fn of(kind: u32) -> Activation {
        Self::ALL[kind as usize - 1]
    }

    /// `act(x)`.
    pub fn value(self, x: f64) -> f64 {
        let sigmoid = |x: f64| 1.0 / (1.0 + (-x).exp());
        match self {
            Gelu => x * normal_cdf(x),
            GeluTanh => 0.5 * x * (1.0 + (SQRT_2_OVER_PI * (x + CUBIC * x * x * x)).tanh()),
            QuickGelu => x * sigmoid(QUICK * x),
            Relu => x.max(0.0),
            Silu => x * sigmoid(x),
            Sigmoid => sigmoid(x),
            Tanh => x.tanh(),
            Exp => x.clamp(fast_math::EXP_MIN as f64, fast_math::EXP_MAX as f64).exp(),
        }
    }

    /// `act'(x)`; that of `Relu` at 0 is 0.
    pub fn slope(self, x: f64) -> f64 {
        let swish = |a: f64| {
            let s = 1.0 / (1.0 + (-a * x).exp());
            s + a * x * s * (1.0 - s)
        };
        match self {
            Gelu => normal_cdf(x) + x * (-0.5 * x * x).exp() / std::f64::consts::TAU.sqrt(),
            GeluTanh => {
                let t = (SQRT_2_OVER_PI * (x + CUBIC * x * x * x)).tanh();
                0.5 * (1.0 + t) + 0.5 * x * (1.0 - t * t) * SQRT_2_OVER_PI * (1.0 + 3.0 * CUBIC * x * x)
            }
            QuickGelu => swish(QUICK),
            Relu => f64::from(x > 0.0),
            Silu => swish(1.0),
            Sigmoid => Sigmoid.value(x) * (1.0 - Sigmoid.value(x)),
            Tanh => 1.0 - x.tanh().powi(2),
            Exp => Exp.value(x),
        }
    }

    /// `x[..] = act(x[..])` in vectorised f32: an epilogue for other fast CPU forms.
    pub fn apply(self, x: &mut [f32]) {
        apply(self, x);
    }
}

dispatched! {
    fn apply<M: MulAdd>(act: Activation, x: &mut [f32]) {
        match act {
            Gelu => map(x, |x| x.max(-SATURATION) * fast_normal_cdf::<M>(x)),
            GeluTanh => map(x, |x| 0.5 * x.max(-SATURATION) * (1.0 + fast_math::tanh::<M>(tanh_argument(x)))),
            QuickGelu => map(x, |x| x * fast_math::sigmoid::<M>(QUICK as f32 * x)),
            Relu => map(x, |x| x.max(0.0)),
            Silu => map(x, |x| x * fast_math::sigmoid::<M>(x)),
            Sigmoid => map(x, fast_math::sigmoid::<M>),
            Tanh => map(x, fast_math::tanh::<M>),
            Exp => map(x, fast_math::exp::<M>),
        }
    }
}

#[inline(always)]
fn map(x: &mut [f32], f: impl Fn(f32) -> f32) {
    for x in x {
        *x = f(*x);
    }
}

dispatched! {
    /// `dx += dy act'(x)`, in vectorised f32.
    fn pull_back<M: MulAdd>(act: Activation, x: &[f32], dy: &[f32], dx: &mut [f32]) {
        let swish = |a: f32| {
            move |x: f32| {
                let s = fast_math::sigmoid::<M>(a * x);
                s + a * x * s * (1.0 - s)
            }
        };
        let bell = |x: f32| fast_math::exp::<M>(-0.5 * x * x) * 0.398_942_3;
        match act {
            Gelu => add(x, dy, dx, |x| fast_normal_cdf::<M>(x) + x * bell(x)),
            GeluTanh => add(x, dy, dx, |x| {
                let x = x.clamp(-SATURATION, SATURATION);
                let t = fast_math::tanh::<M>(tanh_argument(x));
                let inner = SQRT_2_OVER_PI as f32 * (1.0 + 3.0 * CUBIC as f32 * x * x);
                0.5 * (1.0 + t) + 0.5 * x * (1.0 - t * t) * inner
            }),
            QuickGelu => add(x, dy, dx, swish(QUICK as f32)),
            Relu => add(x, dy, dx, |x| if x > 0.0 { 1.0 } else { 0.0 }),
            Silu => add(x, dy, dx, swish(1.0)),
            Sigmoid => add(x, dy, dx, |x| fast_math::sigmoid::<M>(x) * (1.0 - fast_math::sigmoid::<M>(x))),
            Tanh => add(x, dy, dx, |x| 1.0 - fast_math::tanh::<M>(x) * fast_math::tanh::<M>(x)),
            Exp => add(x, dy, dx, fast_math::exp::<M>),
        }
    }
}

#[inline(always)]
fn add(x: &[f32], dy: &[f32], dx: &mut [f32], slope: impl Fn(f32) -> f32) {
    for ((dx, x), dy) in dx.iter_mut().zip(x).zip(dy) {
        *dx += dy * slope(*x);
    }
}

fn normal_cdf(x: f64) -> f64 {
    0.5 * (1.0 + libm::erf(x * std::f64::consts::FRAC_1_SQRT_2))
}

#[inline(always)]
fn fast_normal_cdf<M: MulAdd>(x: f32) -> f32 {
    0.5 + 0.5 * fast_math::erf::<M>(x * std::f32::consts::FRAC_1_SQRT_2)
}

#[inline(always)]
fn tanh_argument(x: f32) -> f32 {
    let x = x.clamp(-SATURATION, SATURATION);
    SQRT_2_OVER_PI as f32 * x * (1.0 + CUBIC as f32 * x * x)
}

params! {
    struct Params {
        count: u32,
        kind: u32,
    }
}

const SOURCE: &[&str] = &[wgsl::LIB_INDEX, wgsl::LIB_ACTIVATION, wgsl::ACTIVATION];

/// Elements per parallel piece of the fast forms.
const PIECE: usize = 2048;

/// `y[..] = act(x[..])`.
pub static FORWARD: Kernel = Kernel {
    name: "activation.forward",
    bindings: &[("x", Access::Read), ("y", Access::Write)],
    params: Params::FIELDS,
    variants: &[Variant { name: "flat", source: SOURCE, entry: "forward", grid: |p| grid_flat(p[0]) }],
    cpu: |args: &mut Args| {
        let act = Activation::of(args.params::<Params>().kind);
        for (y, x) in args.write[0].iter_mut().zip(args.read[0]) {
            *y = act.value(*x as f64) as f32;
        }
    },
    fast: Some(|args: &mut Args| {
        let (act, x) = (Activation::of(args.params::<Params>().kind), args.read[0]);
        for_rows(args.write[0], PIECE, 8 * PIECE, |i, y| {
            y.copy_from_slice(&x[i * PIECE..][..y.len()]);
            act.apply(y);
        });
    }),
};

/// `dx[..] += dy[..] act'(x[..])`.
pub static BACKWARD: Kernel = Kernel {
    name: "activation.backward",
    bindings: &[("x", Access::Read), ("dy", Access::Read), ("dx", Access::Write)],
    params: Params::FIELDS,
    variants: &[Variant { name: "flat", source: SOURCE, entry: "backward", grid: |p| grid_flat(p[0]) }],
    cpu: |args: &mut Args| {
        let act = Activation::of(args.params::<Params>().kind);
        for ((dx, x), dy) in args.write[0].iter_mut().zip(args.read[0]).zip(args.read[1]) {
            *dx += (*dy as f64 * act.slope(*x as f64)) as f32;
        }
    },
    fast: Some(|args: &mut Args| {
        let (act, x, dy) = (Activation::of(args.params::<Params>().kind), args.read[0], args.read[1]);
        for_rows(args.write[0], PIECE, 16 * PIECE, |i, dx| {
            let at = i * PIECE..i * PIECE + dx.len();
            pull_back(act, &x[at.clone()], &dy[at], dx);
        });
    }),
};

/// `y[..] = act(x[..])`.
pub fn activation(b: &mut PlanBuilder, x: SlotId, act: Activation) -> SlotId {
    let shape = b.shape(x).clone();
    let params = words(&Params { count: shape.numel() as u32, kind: act as u32 });
    let y = b.temp("activation", shape);
    b.emit(&FORWARD, &[x, y], params.clone());
    b.record(y, &[x], move |b, dy| {
        let dx = b.grad(x);
        b.emit(&BACKWARD, &[x, dy, dx], params);
    });
    y
}

/// Each activation on small and, but for `Exp`, on large values.
pub fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for act in Activation::ALL {
        let case = |suffix: &str, x| {
            Case::new(format!("activation {act:?} {suffix}"), vec![x], move |b, s| activation(b, s[0], act))
        };
        cases.push(case("[65,257]", noise(&[65, 257], 6.0, 1)).tolerance(2e-5));
        cases.push(case("[3,5]", noise(&[3, 5], 2.0, 2)).differentiable());
        cases.push(case("[1]", noise(&[1], 1.0, 3)));
        if act != Exp {
            cases.push(case("[63] large", noise(&[63], 1e4, 4)));
        }
    }
    cases
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn definition_gives_known_values() {
        let near = |got: f64, want: f64| assert!((got - want).abs() < 1e-9, "{got} {want}");
        near(Gelu.value(1.0), 0.841_344_746_068_543);
        near(GeluTanh.value(1.0), 0.841_191_990_607_477);
        near(QuickGelu.value(1.0), 0.845_795_765_922_667);
        near(Silu.value(-1.0), -0.268_941_421_369_995);
        near(Sigmoid.value(0.0), 0.5);
        near(Tanh.value(0.5), 0.462_117_157_260_01);
        near(Relu.value(-3.0), 0.0);
        near(Exp.value(1.0), std::f64::consts::E);
        near(Gelu.slope(0.0), 0.5);
        near(Gelu.slope(1.0), 1.083_315_470_587_93);
        near(Relu.slope(2.0), 1.0);
    }
}
