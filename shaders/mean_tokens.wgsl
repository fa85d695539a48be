// y[b,d] = 1/L sum_{t < L} x[b,t,d], L = lengths[b] clamped to 1..=tokens; x [batch, tokens, width].

struct Params {
    batch: u32,
    tokens: u32,
    width: u32,
}

@group(0) @binding(0) var<storage, read> lengths: array<u32>;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
@group(0) @binding(3) var<uniform> params: Params;

fn length(b: u32) -> u32 {
    return clamp(lengths[b], 1u, params.tokens);
}

@compute @workgroup_size(256)
fn forward(
    @builtin(workgroup_id) group: vec3u,
    @builtin(num_workgroups) groups: vec3u,
    @builtin(local_invocation_index) local: u32,
) {
    let i = flat_index(group, groups, local);
    if i < params.batch * params.width {
        let b = i / params.width;
        let count = length(b);
        let start = b * params.tokens * params.width + i % params.width;
        var total = 0.0;
        for (var t = 0u; t < count; t++) {
            total += x[start + t * params.width];
        }
        y[i] = total / f32(count);
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
    if i < params.batch * params.tokens * params.width {
        let row = i / params.width;
        let b = row / params.tokens;
        let count = length(b);
        if row % params.tokens < count {
            dx[i] += dy[b * params.width + i % params.width] / f32(count);
        }
    }
}
