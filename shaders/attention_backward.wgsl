// scores[B,H,Tq,Tk] = scale P (dy v^T - rowsum(P dy v^T)), then dq[B,Tq,D] += scores k,
// dk[B,Tk,D] += scores^T q and dv[B,Tk,D] += P^T dy.

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

@group(0) @binding(0) var<storage, read> v: array<f32>;
@group(0) @binding(1) var<storage, read> probs: array<f32>;
@group(0) @binding(2) var<storage, read> dy: array<f32>;
@group(0) @binding(3) var<storage, read_write> scores: array<f32>;
@group(0) @binding(4) var<uniform> params: Params;

// One workgroup per query of a head.
@compute @workgroup_size(64)
fn backward_scores(
    @builtin(workgroup_id) group: vec3u,
    @builtin(num_workgroups) groups: vec3u,
    @builtin(local_invocation_index) local: u32,
) {
    let row = flat_group(group, groups);
    if row >= params.batch * params.heads * params.queries {
        return;
    }
    let width = params.heads * params.head_dim;
    let h = row / params.queries % params.heads;
    let b = row / params.queries / params.heads;
    let query = (b * params.queries + row % params.queries) * width + h * params.head_dim;
    let key = b * params.keys * width + h * params.head_dim;
    var mean = 0.0;
    for (var j = local; j < params.keys; j += LANES) {
        var dp = 0.0;
        for (var d = 0u; d < params.head_dim; d++) {
            dp += dy[query + d] * v[key + j * width + d];
        }
        scores[row * params.keys + j] = dp;
        mean += probs[row * params.keys + j] * dp;
    }
    mean = lanes_sum(local, mean);
    for (var j = local; j < params.keys; j += LANES) {
        let at = row * params.keys + j;
        scores[at] = params.scale * probs[at] * (scores[at] - mean);
    }
}

@group(0) @binding(0) var<storage, read> weights: array<f32>;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> dx: array<f32>;
@group(0) @binding(3) var<uniform> mix_params: Params;

// dx[b,t,h] += sum_s weights[b,h at (t * t_step + s * s_step)] x[b,s,h]; `at` is the element of dx.
fn mix_sources(at: u32, targets: u32, sources: u32, t_step: u32, s_step: u32) {
    let p = mix_params;
    let width = p.heads * p.head_dim;
    let b = at / width / targets;
    if b >= p.batch {
        return;
    }
    let column = at % width;
    let head = (b * p.heads + column / p.head_dim) * p.queries * p.keys;
    let start = head + at / width % targets * t_step;
    var sum = 0.0;
    for (var s = 0u; s < sources; s++) {
        sum += weights[start + s * s_step] * x[(b * sources + s) * width + column];
    }
    dx[at] += sum;
}

// dx[b,i,h] += sum_j weights[b,h,i,j] x[b,j,h]; one invocation per element.
@compute @workgroup_size(256)
fn backward_queries(
    @builtin(workgroup_id) group: vec3u,
    @builtin(num_workgroups) groups: vec3u,
    @builtin(local_invocation_index) local: u32,
) {
    let p = mix_params;
    mix_sources(flat_index(group, groups, local), p.queries, p.keys, p.keys, 1u);
}

// dx[b,j,h] += sum_i weights[b,h,i,j] x[b,i,h]; one invocation per element.
@compute @workgroup_size(256)
fn backward_keys(
    @builtin(workgroup_id) group: vec3u,
    @builtin(num_workgroups) groups: vec3u,
    @builtin(local_invocation_index) local: u32,
) {
    let p = mix_params;
    mix_sources(flat_index(group, groups, local), p.keys, p.queries, 1u, p.keys);
}
