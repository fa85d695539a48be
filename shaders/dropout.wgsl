// y[i] = x[i] / (1 - p) where bits(i) >= p 2^32, else 0; x and y of any shape. The bits depend on seed, salt and i alone.

struct Params {
    count: u32,
    salt: u32,
    threshold: u32,
    factor: f32,
}

@group(0) @binding(0) var<storage, read> seed: array<u32>;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
@group(0) @binding(3) var<uniform> params: Params;

// Integer hash "lowbias32" (C. Wellons, hash-prospector).
fn mix(value: u32) -> u32 {
    var v = value;
    v = (v ^ (v >> 16u)) * 0x7feb352du;
    v = (v ^ (v >> 15u)) * 0x846ca68bu;
    return v ^ (v >> 16u);
}

fn factor(i: u32) -> f32 {
    let bits = mix(mix(i ^ params.salt) + seed[0]);
    return select(0.0, params.factor, bits >= params.threshold);
}

@compute @workgroup_size(256)
fn forward(
    @builtin(workgroup_id) group: vec3u,
    @builtin(num_workgroups) groups: vec3u,
    @builtin(local_invocation_index) local: u32,
) {
    let i = flat_index(group, groups, local);
    if i < params.count {
        y[i] = factor(i) * x[i];
    }
}

@group(0) @binding(1) var<storage, read> dy: array<f32>;
@group(0) @binding(2) var<storage, read_write> dx: array<f32>;

@compute @workgroup_size(256)
fn backward(
    @builtin(workgroup_id) group: vec3u,
    @builtin(num_workgroups) groups: vec3u,
    @builtin(local_invocation_index) local: u32,
) {
    let i = flat_index(group, groups, local);
    if i < params.count {
        dx[i] += factor(i) * dy[i];
    }
}
