// y[1] = 1/2N sum_i (log sum_j e^x[i,j] + log sum_j e^x[j,i] - 2 x[i,i]); x [N,N], without the off-diagonal pairs whose
// `negatives` is 0.

struct Params {
    size: u32,
    has_negatives: u32,
}

const MASKED = -1e30;

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> negatives: array<f32>;
@group(0) @binding(2) var<storage, read_write> line_stats: array<f32>;
@group(0) @binding(3) var<uniform> stats_params: Params;

fn logit(params: Params, i: u32, j: u32) -> f32 {
    let at = i * params.size + j;
    if params.has_negatives == 1u && i != j && negatives[at] == 0.0 {
        return MASKED;
    }
    return x[at];
}

/// Element j of row r, or of column r - N where r >= N.
fn line_logit(params: Params, r: u32, j: u32) -> f32 {
    if r < params.size {
        return logit(params, r, j);
    }
    return logit(params, j, r - params.size);
}

@compute @workgroup_size(64)
fn stats(
    @builtin(workgroup_id) group: vec3u,
    @builtin(num_workgroups) groups: vec3u,
    @builtin(local_invocation_index) local: u32,
) {
    let r = flat_group(group, groups);
    let n = stats_params.size;
    if r >= 2u * n {
        return;
    }
    var largest = MASKED;
    for (var j = local; j < n; j += LANES) {
        largest = max(largest, line_logit(stats_params, r, j));
    }
    largest = lanes_max(local, largest);
    var sum = 0.0;
    for (var j = local; j < n; j += LANES) {
        sum += exp(max(line_logit(stats_params, r, j) - largest, -87.0));
    }
    sum = lanes_sum(local, sum);
    if local == 0u {
        line_stats[2u * r] = largest;
        line_stats[2u * r + 1u] = log(sum);
    }
}

@group(0) @binding(1) var<storage, read> stats_of_lines: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
@group(0) @binding(3) var<uniform> forward_params: Params;

@compute @workgroup_size(64)
fn forward(@builtin(local_invocation_index) local: u32) {
    let n = forward_params.size;
    var loss = 0.0;
    for (var r = local; r < 2u * n; r += LANES) {
        loss += (stats_of_lines[2u * r] - x[(r % n) * (n + 1u)]) + stats_of_lines[2u * r + 1u];
    }
    loss = lanes_sum(local, loss);
    if local == 0u {
        y[0] = loss / f32(2u * n);
    }
}

@group(0) @binding(2) var<storage, read> known_stats: array<f32>;
@group(0) @binding(3) var<storage, read> dy: array<f32>;
@group(0) @binding(4) var<storage, read_write> dx: array<f32>;
@group(0) @binding(5) var<uniform> backward_params: Params;

/// Share of a logit in the softmax of line r.
fn share(logit: f32, r: u32) -> f32 {
    return exp(clamp((logit - known_stats[2u * r]) - known_stats[2u * r + 1u], -87.0, 0.0));
}

@compute @workgroup_size(256)
fn backward(
    @builtin(workgroup_id) group: vec3u,
    @builtin(num_workgroups) groups: vec3u,
    @builtin(local_invocation_index) local: u32,
) {
    let at = flat_index(group, groups, local);
    let n = backward_params.size;
    if at >= n * n {
        return;
    }
    let i = at / n;
    let j = at % n;
    let l = logit(backward_params, i, j);
    let hit = select(0.0, 2.0, i == j);
    dx[at] += dy[0] / f32(2u * n) * (share(l, i) + share(l, n + j) - hit);
}
