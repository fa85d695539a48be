// y[o,i] = factor sum_k x[o,k,i] or max_k x[o,k,i]; x [outer, n, inner].

struct Params {
    outer: u32,
    n: u32,
    inner: u32,
    // 1 for a sum, 1 / n for a mean
    factor: f32,
}

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@group(0) @binding(2) var<uniform> params: Params;

/// Index in x of the first element that element `i` of y reduces; the others follow `inner` apart.
fn first(i: u32, n: u32, inner: u32) -> u32 {
    return i / inner * n * inner + i % inner;
}

@compute @workgroup_size(256)
fn forward(
    @builtin(workgroup_id) group: vec3u,
    @builtin(num_workgroups) groups: vec3u,
    @builtin(local_invocation_index) local: u32,
) {
    let i = flat_index(group, groups, local);
    if i < params.outer * params.inner {
        let start = first(i, params.n, params.inner);
        var total = 0.0;
        for (var k = 0u; k < params.n; k++) {
            total += x[start + k * params.inner];
        }
        y[i] = params.factor * total;
    }
}

@compute @workgroup_size(256)
fn forward_max(
    @builtin(workgroup_id) group: vec3u,
    @builtin(num_workgroups) groups: vec3u,
    @builtin(local_invocation_index) local: u32,
) {
    let i = flat_index(group, groups, local);
    if i < params.outer * params.inner {
        let start = first(i, params.n, params.inner);
        var largest = x[start];
        for (var k = 1u; k < params.n; k++) {
            largest = max(largest, x[start + k * params.inner]);
        }
        y[i] = largest;
    }
}

@group(0) @binding(0) var<storage, read> dy: array<f32>;
@group(0) @binding(1) var<storage, read_write> dx: array<f32>;

@compute @workgroup_size(256)
fn backward(
    @builtin(workgroup_id) group: vec3u,
    @builtin(num_workgroups) groups: vec3u,
    @builtin(local_invocation_index) local: u32,
) {
    let i = flat_index(group, groups, local);
    if i < params.outer * params.n * params.inner {
        dx[i] += params.factor * dy[i / (params.n * params.inner) * params.inner + i % params.inner];
    }
}

@group(0) @binding(1) var<storage, read> max_dy: array<f32>;
@group(0) @binding(2) var<storage, read_write> max_dx: array<f32>;
@group(0) @binding(3) var<uniform> max_params: Params;

// The first largest element takes the whole gradient.
@compute @workgroup_size(256)
fn backward_max(
    @builtin(workgroup_id) group: vec3u,
    @builtin(num_workgroups) groups: vec3u,
    @builtin(local_invocation_index) local: u32,
) {
    let i = flat_index(group, groups, local);
    if i < max_params.outer * max_params.inner {
        let start = first(i, max_params.n, max_params.inner);
        var largest = start;
        for (var k = 1u; k < max_params.n; k++) {
            let at = start + k * max_params.inner;
            if x[at] > x[largest] {
                largest = at;
            }
        }
        max_dx[largest] += max_dy[i];
    }
}
