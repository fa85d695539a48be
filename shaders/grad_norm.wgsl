// y[1] = sqrt(sum of g[i]^2 over many tensors): partial sums tensor by tensor, then their total.

struct Params {
    count: u32,
    offset: u32,
}

const PART = 4096u;

@group(0) @binding(0) var<storage, read> g: array<f32>;
@group(0) @binding(1) var<storage, read_write> sums: array<f32>;
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(64)
fn parts(
    @builtin(workgroup_id) group: vec3u,
    @builtin(num_workgroups) groups: vec3u,
    @builtin(local_invocation_index) local: u32,
) {
    let part = flat_group(group, groups);
    if part * PART >= params.count {
        return;
    }
    let end = min((part + 1u) * PART, params.count);
    var sum = 0.0;
    for (var i = part * PART + local; i < end; i += LANES) {
        sum += g[i] * g[i];
    }
    sum = lanes_sum(local, sum);
    if local == 0u {
        sums[params.offset + part] = sum;
    }
}

@group(0) @binding(0) var<storage, read> parts_sums: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(64)
fn total(@builtin(local_invocation_index) local: u32) {
    var sum = 0.0;
    for (var i = local; i < params.count; i += LANES) {
        sum += parts_sums[i];
    }
    sum = lanes_sum(local, sum);
    if local == 0u {
        y[0] = sqrt(sum);
    }
}
