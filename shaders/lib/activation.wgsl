// act(x[i]) and act'(x[i]) of each activation; `kind` as in ops/activation.rs, 0 is identity.

const GELU = 1u;
const GELU_TANH = 2u;
const QUICK_GELU = 3u;
const RELU = 4u;
const SILU = 5u;
const SIGMOID = 6u;
const TANH = 7u;
const EXP = 8u;

const INV_SQRT_2 = 0.70710678;
const INV_SQRT_TAU = 0.39894228;
const SQRT_2_OVER_PI = 0.79788456;
const CUBIC = 0.044715;
const QUICK = 1.702;
// Below its negative the GELUs are 0 in f32; without the clamp a rounding error of Phi would be multiplied by x.
const SATURATION = 6.0;

fn safe_exp(x: f32) -> f32 {
    return exp(clamp(x, -87.0, 88.0));
}

fn safe_tanh(x: f32) -> f32 {
    return tanh(clamp(x, -10.0, 10.0));
}

fn sigmoid(x: f32) -> f32 {
    return 1.0 / (1.0 + safe_exp(-x));
}

/// Error function: the rational minimax approximation on [-4, 4] of XLA and Eigen; beyond, it is 1 in f32.
fn erf(v: f32) -> f32 {
    let x = clamp(v, -4.0, 4.0);
    let t = x * x;
    var p = fma(t, -2.72614225801306e-10, 2.77068142495902e-8);
    p = fma(p, t, -2.10102402082508e-6);
    p = fma(p, t, -5.69250639462346e-5);
    p = fma(p, t, -7.34990630326855e-4);
    p = fma(p, t, -2.95459980854025e-3);
    p = fma(p, t, -1.60960333262415e-2);
    var q = fma(t, -1.45660718464996e-5, -2.13374055278905e-4);
    q = fma(q, t, -1.68282697438203e-3);
    q = fma(q, t, -7.37332916720468e-3);
    q = fma(q, t, -1.42647390514189e-2);
    return x * p / q;
}

fn normal_cdf(x: f32) -> f32 {
    return 0.5 + 0.5 * erf(x * INV_SQRT_2);
}

fn gelu_tanh(x: f32) -> f32 {
    let v = clamp(x, -SATURATION, SATURATION);
    return safe_tanh(SQRT_2_OVER_PI * v * (1.0 + CUBIC * v * v));
}

fn swish_slope(a: f32, x: f32) -> f32 {
    let s = sigmoid(a * x);
    return s + a * x * s * (1.0 - s);
}

fn activate(kind: u32, x: f32) -> f32 {
    switch kind {
        case GELU: { return max(x, -SATURATION) * normal_cdf(x); }
        case GELU_TANH: { return 0.5 * max(x, -SATURATION) * (1.0 + gelu_tanh(x)); }
        case QUICK_GELU: { return x * sigmoid(QUICK * x); }
        case RELU: { return max(x, 0.0); }
        case SILU: { return x * sigmoid(x); }
        case SIGMOID: { return sigmoid(x); }
        case TANH: { return safe_tanh(x); }
        case EXP: { return safe_exp(x); }
        default: { return x; }
    }
}

fn activation_slope(kind: u32, x: f32) -> f32 {
    switch kind {
        case GELU: { return normal_cdf(x) + x * safe_exp(-0.5 * x * x) * INV_SQRT_TAU; }
        case GELU_TANH: {
            let v = clamp(x, -SATURATION, SATURATION);
            let t = gelu_tanh(x);
            return 0.5 * (1.0 + t) + 0.5 * v * (1.0 - t * t) * SQRT_2_OVER_PI * (1.0 + 3.0 * CUBIC * v * v);
        }
        case QUICK_GELU: { return swish_slope(QUICK, x); }
        case RELU: { return select(0.0, 1.0, x > 0.0); }
        case SILU: { return swish_slope(1.0, x); }
        case SIGMOID: { return sigmoid(x) * (1.0 - sigmoid(x)); }
        case TANH: { return 1.0 - safe_tanh(x) * safe_tanh(x); }
        case EXP: { return safe_exp(x); }
        default: { return 1.0; }
    }
}
