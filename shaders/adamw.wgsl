// m[i] = b1 m + (1-b1) g;  v[i] = b2 v + (1-b2) g^2;  w[i] -= rate (decay w + (m / (1-b1^t)) / (sqrt(v / (1-b2^t)) + eps)),
// g = g[i] min(1, clip / norm[0]).

struct Params {
    count: u32,
    beta1: f32,
    beta2: f32,
    eps: f32,
    clip: f32,
    decay: f32,
    log_beta1: f32,
    log_beta2: f32,
}

@group(0) @binding(0) var<storage, read> g: array<f32>;
@group(0) @binding(1) var<storage, read> norm: array<f32>;
/// Learning rate, step number t.
@group(0) @binding(2) var<storage, read> hyper: array<f32>;
@group(0) @binding(3) var<storage, read_write> w: array<f32>;
@group(0) @binding(4) var<storage, read_write> m: array<f32>;
@group(0) @binding(5) var<storage, read_write> v: array<f32>;
@group(0) @binding(6) var<uniform> params: Params;

/// 1 - e^x for x <= 0; near 0, where the difference would cancel, by the power series.
fn one_minus_exp(x: f32) -> f32 {
    if x < -0.5 {
        return 1.0 - exp(max(x, -87.0));
    }
    var series = 1.0;
    for (var n = 8.0; n > 1.0; n -= 1.0) {
        series = 1.0 + x / n * series;
    }
    return -x * series;
}

@compute @workgroup_size(256)
fn update(
    @builtin(workgroup_id) group: vec3u,
    @builtin(num_workgroups) groups: vec3u,
    @builtin(local_invocation_index) local: u32,
) {
    let i = flat_index(group, groups, local);
    if i >= params.count {
        return;
    }
    let rate = hyper[0];
    let gradient = g[i] * (params.clip / max(norm[0], params.clip));
    m[i] = params.beta1 * m[i] + (1.0 - params.beta1) * gradient;
    v[i] = params.beta2 * v[i] + (1.0 - params.beta2) * gradient * gradient;
    let mean = m[i] / one_minus_exp(hyper[1] * params.log_beta1);
    let square = v[i] / one_minus_exp(hyper[1] * params.log_beta2);
    w[i] = w[i] * (1.0 - rate * params.decay) - rate * mean / (sqrt(square) + params.eps);
}
