// y[1] = sum_i w[i] (log sum_j e^x[i,j] - x[i,t[i]]) / total, total = max(sum_i w[i], 1e-6); x [N,V]. Rows of weight 0 are
// not read.

struct Params {
    rows: u32,
    classes: u32,
}

const MIN_WEIGHT = 1e-6;

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> weights: array<f32>;
@group(0) @binding(2) var<storage, read_write> row_stats: array<f32>;
@group(0) @binding(3) var<uniform> stats_params: Params;

// Per row: its maximum m and log sum_j e^(x_ij - m).
@compute @workgroup_size(64)
fn stats(
    @builtin(workgroup_id) group: vec3u,
    @builtin(num_workgroups) groups: vec3u,
    @builtin(local_invocation_index) local: u32,
) {
    let row = flat_group(group, groups);
    if row >= stats_params.rows {
        return;
    }
    let weighs = weights[row] != 0.0;
    let start = row * stats_params.classes;
    let end = select(start, start + stats_params.classes, weighs);
    var largest = -3.4e38;
    for (var i = start + local; i < end; i += LANES) {
        largest = max(largest, x[i]);
    }
    largest = lanes_max(local, largest);
    var sum = 0.0;
    for (var i = start + local; i < end; i += LANES) {
        sum += exp(max(x[i] - largest, -87.0));
    }
    sum = lanes_sum(local, sum);
    if local == 0u {
        row_stats[2u * row] = select(0.0, largest, weighs);
        row_stats[2u * row + 1u] = select(0.0, log(max(sum, 1.0)), weighs);
    }
}

@group(0) @binding(2) var<storage, read> targets: array<u32>;
@group(0) @binding(3) var<storage, read> known_stats: array<f32>;
@group(0) @binding(4) var<storage, read_write> y: array<f32>;
@group(0) @binding(5) var<storage, read_write> total: array<f32>;
@group(0) @binding(6) var<uniform> forward_params: Params;

@compute @workgroup_size(64)
fn forward(@builtin(local_invocation_index) local: u32) {
    var loss = 0.0;
    var weight = 0.0;
    for (var row = local; row < forward_params.rows; row += LANES) {
        if weights[row] != 0.0 {
            let picked = x[row * forward_params.classes + targets[row]];
            loss += weights[row] * ((known_stats[2u * row] - picked) + known_stats[2u * row + 1u]);
            weight += weights[row];
        }
    }
    loss = lanes_sum(local, loss);
    weight = max(lanes_sum(local, weight), MIN_WEIGHT);
    if local == 0u {
        y[0] = loss / weight;
        total[0] = weight;
    }
}

@group(0) @binding(4) var<storage, read> known_total: array<f32>;
@group(0) @binding(5) var<storage, read> dy: array<f32>;
@group(0) @binding(6) var<storage, read_write> dx: array<f32>;
@group(0) @binding(7) var<uniform> backward_params: Params;

@compute @workgroup_size(256)
fn backward(
    @builtin(workgroup_id) group: vec3u,
    @builtin(num_workgroups) groups: vec3u,
    @builtin(local_invocation_index) local: u32,
) {
    let i = flat_index(group, groups, local);
    let row = i / backward_params.classes;
    if row >= backward_params.rows || weights[row] == 0.0 {
        return;
    }
    let log_p = (x[i] - known_stats[2u * row]) - known_stats[2u * row + 1u];
    let hit = select(0.0, 1.0, i % backward_params.classes == targets[row]);
    dx[i] += dy[0] / known_total[0] * weights[row] * (exp(clamp(log_p, -87.0, 0.0)) - hit);
}
