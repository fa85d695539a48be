// y[r,i] = exp(x[r,i] - max_j x[r,j]) / sum_j exp(x[r,j] - max_j x[r,j]); x, y [rows, width].

struct Params {
    rows: u32,
    width: u32,
}

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(64)
fn forward(
    @builtin(workgroup_id) group: vec3u,
    @builtin(num_workgroups) groups: vec3u,
    @builtin(local_invocation_index) local: u32,
) {
    let row = flat_group(group, groups);
    if row >= params.rows {
        return;
    }
    let start = row * params.width;
    let end = start + params.width;
    var largest = x[start];
    for (var i = start + local; i < end; i += LANES) {
        largest = max(largest, x[i]);
    }
    largest = lanes_max(local, largest);
    var total = 0.0;
    for (var i = start + local; i < end; i += LANES) {
        let e = exp(max(x[i] - largest, -87.0));
        y[i] = e;
        total += e;
    }
    total = lanes_sum(local, total);
    for (var i = start + local; i < end; i += LANES) {
        y[i] /= total;
    }
}

@group(0) @binding(0) var<storage, read> probabilities: array<f32>;
@group(0) @binding(1) var<storage, read> dy: array<f32>;
@group(0) @binding(2) var<storage, read_write> dx: array<f32>;
@group(0) @binding(3) var<uniform> backward_params: Params;

// dx += y (dy - y . dy)
@compute @workgroup_size(64)
fn backward(
    @builtin(workgroup_id) group: vec3u,
    @builtin(num_workgroups) groups: vec3u,
    @builtin(local_invocation_index) local: u32,
) {
    let row = flat_group(group, groups);
    if row >= backward_params.rows {
        return;
    }
    let start = row * backward_params.width;
    let end = start + backward_params.width;
    var along = 0.0;
    for (var i = start + local; i < end; i += LANES) {
        along += probabilities[i] * dy[i];
    }
    along = lanes_sum(local, along);
    for (var i = start + local; i < end; i += LANES) {
        dx[i] += probabilities[i] * (dy[i] - along);
    }
}
