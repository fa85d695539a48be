// y = softmax(mask(scale q k^T)) v, head by head. One workgroup per query of a head; a query sees its first keys only.

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

/// Keys at most: their scores share the workgroup's memory with the reductions.
const MAX_KEYS = 2048u;

@group(0) @binding(0) var<storage, read> q: array<f32>;
@group(0) @binding(1) var<storage, read> k: array<f32>;
@group(0) @binding(2) var<storage, read> v: array<f32>;
@group(0) @binding(3) var<storage, read> lengths: array<u32>;
@group(0) @binding(4) var<storage, read_write> y: array<f32>;
@group(0) @binding(5) var<uniform> params: Params;

@group(0) @binding(5) var<storage, read_write> probs: array<f32>;
@group(0) @binding(6) var<uniform> traced_params: Params;

var<workgroup> weights: array<f32, MAX_KEYS>;

/// Keys that query i of batch element b sees.
fn visible(p: Params, b: u32, i: u32) -> u32 {
    var seen = p.keys;
    if p.causal == 1u {
        seen = min(seen, i + 1u);
    }
    if p.has_lengths == 1u {
        seen = min(seen, lengths[b]);
    }
    return seen;
}

/// Leaves the softmax of row (b, h, i) in `weights`, not yet divided by the sum that it returns, and writes its y.
fn attend(p: Params, row: u32, seen: u32, local: u32) -> f32 {
    let width = p.heads * p.head_dim;
    let h = row / p.queries % p.heads;
    let b = row / p.queries / p.heads;
    let query = (b * p.queries + row % p.queries) * width + h * p.head_dim;
    let key = b * p.keys * width + h * p.head_dim;
    var largest = -1e30;
    for (var j = local; j < seen; j += LANES) {
        var score = 0.0;
        for (var d = 0u; d < p.head_dim; d++) {
            score += q[query + d] * k[key + j * width + d];
        }
        score *= p.scale;
        weights[j] = score;
        largest = max(largest, score);
    }
    largest = lanes_max(local, largest);
    var sum = 0.0;
    for (var j = local; j < seen; j += LANES) {
        let e = exp(max(weights[j] - largest, -87.0));
        weights[j] = e;
        sum += e;
    }
    let total = max(lanes_sum(local, sum), 1e-30);
    for (var d = local; d < p.head_dim; d += LANES) {
        var mixed = 0.0;
        for (var j = 0u; j < seen; j++) {
            mixed += weights[j] * v[key + j * width + d];
        }
        y[query + d] = mixed / total;
    }
    return total;
}

@compute @workgroup_size(64)
fn forward(
    @builtin(workgroup_id) group: vec3u,
    @builtin(num_workgroups) groups: vec3u,
    @builtin(local_invocation_index) local: u32,
) {
    let row = flat_group(group, groups);
    if row < params.batch * params.heads * params.queries {
        let seen = visible(params, row / params.queries / params.heads, row % params.queries);
        attend(params, row, seen, local);
    }
}

@compute @workgroup_size(64)
fn forward_traced(
    @builtin(workgroup_id) group: vec3u,
    @builtin(num_workgroups) groups: vec3u,
    @builtin(local_invocation_index) local: u32,
) {
    let p = traced_params;
    let row = flat_group(group, groups);
    if row < p.batch * p.heads * p.queries {
        let seen = visible(p, row / p.queries / p.heads, row % p.queries);
        let total = attend(p, row, seen, local);
        for (var j = local; j < p.keys; j += LANES) {
            if j < seen {
                probs[row * p.keys + j] = weights[j] / total;
            } else {
                probs[row * p.keys + j] = 0.0;
            }
        }
    }
}
