// y[B,Tq,D] and probs[B,H,Tq,Tk] of attention.wgsl with a bias [B,H,Tq,Tk] added to the scores, one invocation per query of a head.

@group(0) @binding(4) var<storage, read> bias: array<f32>;
@group(0) @binding(5) var<storage, read_write> biased_y: array<f32>;
@group(0) @binding(6) var<storage, read_write> biased_probs: array<f32>;
@group(0) @binding(7) var<uniform> biased_params: Params;

@compute @workgroup_size(256)
fn forward_biased(
    @builtin(workgroup_id) group: vec3u,
    @builtin(num_workgroups) groups: vec3u,
    @builtin(local_invocation_index) local: u32,
) {
    let p = biased_params;
    let row = flat_index(group, groups, local);
    if row >= p.batch * p.heads * p.queries {
        return;
    }
    let width = p.heads * p.head_dim;
    let i = row % p.queries;
    let h = row / p.queries % p.heads;
    let b = row / p.queries / p.heads;
    let query = (b * p.queries + i) * width + h * p.head_dim;
    let first = b * p.keys * width + h * p.head_dim;
    let seen = visible(p, b, i);

    // The row of probs holds the scores until their largest is known.
    var largest = -1e30;
    for (var j = 0u; j < seen; j++) {
        var sum = 0.0;
        for (var d = 0u; d < p.head_dim; d++) {
            sum += q[query + d] * k[first + j * width + d];
        }
        let s = sum * p.scale + bias[row * p.keys + j];
        biased_probs[row * p.keys + j] = s;
        largest = max(largest, s);
    }
    var total = 0.0;
    for (var j = 0u; j < seen; j++) {
        let e = exp(max(biased_probs[row * p.keys + j] - largest, -87.0));
        biased_probs[row * p.keys + j] = e;
        total += e;
    }
    for (var j = 0u; j < p.keys; j++) {
        biased_probs[row * p.keys + j] = select(0.0, biased_probs[row * p.keys + j] / max(total, 1e-30), j < seen);
    }
    for (var d = 0u; d < p.head_dim; d++) {
        var mixed = 0.0;
        for (var j = 0u; j < seen; j++) {
            mixed += biased_probs[row * p.keys + j] * v[first + j * width + d];
        }
        biased_y[query + d] = mixed;
    }
}
