// y[r,:] = (x[r,:] - mean) rstd weight + bias, stats[r,:] = [mean, rstd]; x, y [rows, width], weight, bias [width].

struct Params {
    rows: u32,
    width: u32,
    eps: f32,
}

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> weight: array<f32>;
@group(0) @binding(2) var<storage, read> bias: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;
@group(0) @binding(4) var<storage, read_write> stats: array<f32>;
@group(0) @binding(5) var<uniform> params: Params;

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
    var total = 0.0;
    for (var i = local; i < params.width; i += LANES) {
        total += x[start + i];
    }
    let mean = lanes_sum(local, total) / f32(params.width);
    var squares = 0.0;
    for (var i = local; i < params.width; i += LANES) {
        let d = x[start + i] - mean;
        squares += d * d;
    }
    let rstd = 1.0 / sqrt(lanes_sum(local, squares) / f32(params.width) + params.eps);
    for (var i = local; i < params.width; i += LANES) {
        y[start + i] = (x[start + i] - mean) * rstd * weight[i] + bias[i];
    }
    if local == 0u {
        stats[2u * row] = mean;
        stats[2u * row + 1u] = rstd;
    }
}

fn x_quad(i: vec4u) -> vec4f {
    return vec4f(x[i.x], x[i.y], x[i.z], x[i.w]);
}

/// An invocation per row and no barrier: for adapters where barriers are dear.
@compute @workgroup_size(4)
fn forward_serial(
    @builtin(workgroup_id) group: vec3u,
    @builtin(num_workgroups) groups: vec3u,
    @builtin(local_invocation_index) local: u32,
) {
    let row = flat_group(group, groups) * 4u + local;
    if row >= params.rows {
        return;
    }
    let start = row * params.width;
    let last = vec4u(params.width - 1u);
    var totals = vec4f();
    for (var i = 0u; i < params.width; i += 4u) {
        totals += select(vec4f(), x_quad(start + min(i + QUAD, last)), i + QUAD <= last);
    }
    let mean = dot(totals, vec4f(1.0)) / f32(params.width);
    var squares = vec4f();
    for (var i = 0u; i < params.width; i += 4u) {
        let d = select(vec4f(), x_quad(start + min(i + QUAD, last)) - mean, i + QUAD <= last);
        squares += d * d;
    }
    let rstd = 1.0 / sqrt(dot(squares, vec4f(1.0)) / f32(params.width) + params.eps);
    for (var i = 0u; i < params.width; i++) {
        y[start + i] = (x[start + i] - mean) * rstd * weight[i] + bias[i];
    }
    stats[2u * row] = mean;
    stats[2u * row + 1u] = rstd;
}

@group(0) @binding(2) var<storage, read> x_stats: array<f32>;
@group(0) @binding(3) var<storage, read> x_dy: array<f32>;
@group(0) @binding(4) var<storage, read_write> dx: array<f32>;

// With g = dy weight and h = (x - mean) rstd: dx += rstd (g - mean(g) - h mean(g h)).
@compute @workgroup_size(64)
fn backward_x(
    @builtin(workgroup_id) group: vec3u,
    @builtin(num_workgroups) groups: vec3u,
    @builtin(local_invocation_index) local: u32,
) {
    let row = flat_group(group, groups);
    if row >= params.rows {
        return;
    }
    let start = row * params.width;
    let mean = x_stats[2u * row];
    let rstd = x_stats[2u * row + 1u];
    var g_total = 0.0;
    var gh_total = 0.0;
    for (var i = local; i < params.width; i += LANES) {
        let g = x_dy[start + i] * weight[i];
        g_total += g;
        gh_total += g * (x[start + i] - mean) * rstd;
    }
    let g_mean = lanes_sum(local, g_total) / f32(params.width);
    let gh_mean = lanes_sum(local, gh_total) / f32(params.width);
    for (var i = local; i < params.width; i += LANES) {
        let h = (x[start + i] - mean) * rstd;
        dx[start + i] += rstd * (x_dy[start + i] * weight[i] - g_mean - h * gh_mean);
    }
}

@group(0) @binding(1) var<storage, read> w_stats: array<f32>;
@group(0) @binding(2) var<storage, read> w_dy: array<f32>;
@group(0) @binding(3) var<storage, read_write> dweight: array<f32>;
@group(0) @binding(4) var<storage, read_write> dbias: array<f32>;

// One workgroup per column: dweight += sum_rows dy h, dbias += sum_rows dy.
@compute @workgroup_size(64)
fn backward_weight(
    @builtin(workgroup_id) group: vec3u,
    @builtin(num_workgroups) groups: vec3u,
    @builtin(local_invocation_index) local: u32,
) {
    let column = flat_group(group, groups);
    if column >= params.width {
        return;
    }
    var dw = 0.0;
    var db = 0.0;
    for (var row = local; row < params.rows; row += LANES) {
        let i = row * params.width + column;
        dw += w_dy[i] * (x[i] - w_stats[2u * row]) * w_stats[2u * row + 1u];
        db += w_dy[i];
    }
    dw = lanes_sum(local, dw);
    db = lanes_sum(local, db);
    if local == 0u {
        dweight[column] += dw;
        dbias[column] += db;
    }
}
