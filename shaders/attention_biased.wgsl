// y[B,Tq,D] and probs[B,H,Tq,Tk] of softmax(mask(scale q k^T + bias)) v, one invocation per query of a head; bias is [B,H,Tq,Tk].

struct Params {
    batch: u32,
    heads: u32,
    queries: u32,
    keys: u32,
    head_dim: u32,
    causal: u32,
    has_lengths: u32,
    scale: f32,
}

@group(0) @binding(0) var<storage, read> q: array<f32>;
@group(0) @binding(1) var<storage, read> k: array<f32>;
@group(0) @binding(2) var<storage, read> v: array<f32>;
@group(0) @binding(3) var<storage, read> lengths: array<u32>;
@group(0) @binding(4) var<storage, read> bias: array<f32>;
@group(0) @binding(5) var<storage, read_write> y: array<f32>;
@group(0) @binding(6) var<storage, read_write> probs: array<f32>;
@group(0) @binding(7) var<uniform> params: Params;

/// Keys that query i of batch element b sees.
fn visible(b: u32, i: u32) -> u32 {
    var seen = params.keys;
    if params.causal == 1u {
        seen = min(seen, i + 1u);
    }
    if params.has_lengths == 1u {
        seen = min(seen, lengths[b]);
    }
    return seen;
}

@compute @workgroup_size(256)
fn forward(
    @builtin(workgroup_id) group: vec3u,
    @builtin(num_workgroups) groups: vec3u,
    @builtin(local_invocation_index) local: u32,
) {
    let row = flat_index(group, groups, local);
    if row >= params.batch * params.heads * params.queries {
        return;
    }
    let width = params.heads * params.head_dim;
    let i = row % params.queries;
    let h = row / params.queries % params.heads;
    let b = row / params.queries / params.heads;
    let query = (b * params.queries + i) * width + h * params.head_dim;
    let first = b * params.keys * width + h * params.head_dim;
    let seen = visible(b, i);

    // The row of probs holds the scores until their largest is known.
    var largest = -1e30;
    for (var j = 0u; j < seen; j++) {
        var sum = 0.0;
        for (var d = 0u; d < params.head_dim; d++) {
            sum += q[query + d] * k[first + j * width + d];
        }
        let s = sum * params.scale + bias[row * params.keys + j];
        probs[row * params.keys + j] = s;
        largest = max(largest, s);
    }
    var total = 0.0;
    for (var j = 0u; j < seen; j++) {
        let e = exp(max(probs[row * params.keys + j] - largest, -87.0));
        probs[row * params.keys + j] = e;
        total += e;
    }
    for (var j = 0u; j < params.keys; j++) {
        probs[row * params.keys + j] = select(0.0, probs[row * params.keys + j] / max(total, 1e-30), j < seen);
    }
    for (var d = 0u; d < params.head_dim; d++) {
        var mixed = 0.0;
        for (var j = 0u; j < seen; j++) {
            mixed += probs[row * params.keys + j] * v[first + j * width + d];
        }
        y[query + d] = mixed;
    }
}
