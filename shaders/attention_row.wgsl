// One workgroup per query of a head.

/// Keys at most: their scores share the workgroup's memory with the reductions.
const MAX_KEYS = 2048u;

var<workgroup> weights: array<f32, MAX_KEYS>;

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
