// y[i0,i1,i2,i3] = x[j0,j1,j2,j3] with i_a = j_axes[a]; backward is the inverse order, added.

struct Params {
    count: u32,
    // extents of the result but the first, and strides in the source along the result's axes
    extents1: u32,
    extents2: u32,
    extents3: u32,
    strides0: u32,
    strides1: u32,
    strides2: u32,
    strides3: u32,
}

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@group(0) @binding(2) var<uniform> params: Params;

fn source(i: u32) -> u32 {
    let p = params;
    let row = i / p.extents3;
    let plane = row / p.extents2;
    let outer = plane / p.extents1 * p.strides0 + plane % p.extents1 * p.strides1;
    return outer + row % p.extents2 * p.strides2 + i % p.extents3 * p.strides3;
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
