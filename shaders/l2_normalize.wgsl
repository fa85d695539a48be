// y[r,:] = x[r,:] / max(|x[r,:]|, 1e-12); x, y [rows, width].

struct Params {
    rows: u32,
    width: u32,
}

const SMALLEST = 1e-12;

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
    var squares = 0.0;
    for (var i = start + local; i < start + params.width; i += LANES) {
        squares += x[i] * x[i];
    }
    let norm = max(sqrt(lanes_sum(local, squares)), SMALLEST);
    for (var i = start + local; i < start + params.width; i += LANES) {
        y[i] = x[i] / norm;
    }
}

@group(0) @binding(1) var<storage, read> dy: array<f32>;
@group(0) @binding(2) var<storage, read_write> dx: array<f32>;
@group(0) @binding(3) var<uniform> backward_params: Params;

// dx += (dy - x (x . dy) / |x|^2) / |x|; below the smallest norm y is linear: dx += dy / 1e-12.
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
    var squares = 0.0;
    var along = 0.0;
    for (var i = start + local; i < end; i += LANES) {
        squares += x[i] * x[i];
        along += x[i] * dy[i];
    }
    let norm = sqrt(lanes_sum(local, squares));
    along = lanes_sum(local, along);
    for (var i = start + local; i < end; i += LANES) {
        if norm > SMALLEST {
            dx[i] += (dy[i] - (x[i] / norm) * (along / norm)) / norm;
        } else {
            dx[i] += dy[i] / SMALLEST;
        }
    }
}
