// y[i0,i1,i2,i3] = x[j0,j1,j2,j3] with i_a = j_axes[a]; backward is the inverse order, added.

struct Params {
    count: u32,
    // extents of the result but the first, and strides in the source along the result's axes
    d1: u32,
    d2: u32,
    d3: u32,
    s0: u32,
    s1: u32,
    s2: u32,
    s3: u32,
}

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@group(0) @binding(2) var<uniform> params: Params;

fn source(i: u32) -> u32 {
    let p = params;
    let row = i / p.d3;
    let plane = row / p.d2;
    return plane / p.d1 * p.s0 + plane % p.d1 * p.s1 + row % p.d2 * p.s2 + i % p.d3 * p.s3;
}

@compute @workgroup_size(256)
fn forward(
    @builtin(workgroup_id) group: vec3u,
    @builtin(num_workgroups) groups: vec3u,
    @builtin(local_invocation_index) local: u32,
) {
    let i = flat_index(group, groups, local);
    if i < params.count {
        y[i] = x[source(i)];
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
    if i < params.count {
        dx[i] += dy[source(i)];
    }
}
