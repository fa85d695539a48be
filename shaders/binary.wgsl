// out[..] = x[..] + y[..] or x[..] y[..], either side broadcast; up to four axes, numpy's rules.

struct Params {
    count: u32,
    multiply: u32,
    // extents of out but the first
    extents1: u32,
    extents2: u32,
    extents3: u32,
    // strides in x and y, 0 along broadcast axes
    x0: u32,
    x1: u32,
    x2: u32,
    x3: u32,
    y0: u32,
    y1: u32,
    y2: u32,
    y3: u32,
}

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> y: array<f32>;
@group(0) @binding(2) var<storage, read_write> out: array<f32>;
@group(0) @binding(3) var<uniform> params: Params;

fn coordinates(i: u32, d1: u32, d2: u32, d3: u32) -> vec4u {
    let row = i / d3;
    let plane = row / d2;
    return vec4u(plane / d1, plane % d1, row % d2, i % d3);
}

fn at(c: vec4u, strides: vec4u) -> u32 {
    let offsets = c * strides;
    return offsets.x + offsets.y + offsets.z + offsets.w;
}

@compute @workgroup_size(256)
fn forward(
    @builtin(workgroup_id) group: vec3u,
    @builtin(num_workgroups) groups: vec3u,
    @builtin(local_invocation_index) local: u32,
) {
    let i = flat_index(group, groups, local);
    if i < params.count {
        let c = coordinates(i, params.extents1, params.extents2, params.extents3);
        let u = x[at(c, vec4u(params.x0, params.x1, params.x2, params.x3))];
        let v = y[at(c, vec4u(params.y0, params.y1, params.y2, params.y3))];
        out[i] = select(u + v, u * v, params.multiply == 1u);
    }
}

struct BackwardParams {
    count: u32,
    lanes: u32,
    multiply: u32,
    // extents of the operand but the first
    extents1: u32,
    extents2: u32,
    extents3: u32,
    // elements of out per element of the operand, and the extents of the broadcast axes but the first
    sums: u32,
    broadcast1: u32,
    broadcast2: u32,
    broadcast3: u32,
    // strides in out, and in the other operand
    result0: u32,
    result1: u32,
    result2: u32,
    result3: u32,
    other0: u32,
    other1: u32,
    other2: u32,
    other3: u32,
}

@group(0) @binding(0) var<storage, read> other: array<f32>;
@group(0) @binding(1) var<storage, read> dy: array<f32>;
@group(0) @binding(2) var<storage, read_write> dx: array<f32>;
@group(0) @binding(3) var<uniform> backward_params: BackwardParams;

var<workgroup> partial: array<f32, 256>;

/// Sum over the lanes of one element; `lanes` invocations, 256 / lanes apart, share an element.
fn sum_lanes(local: u32, lanes: u32, value: f32) -> f32 {
    partial[local] = value;
    for (var step = 128u; step >= 256u / lanes; step /= 2u) {
        workgroupBarrier();
        if local < step {
            partial[local] += partial[local + step];
        }
    }
    return partial[local];
}

// dx += dy, or dy other, summed over the axes along which x was broadcast.
@compute @workgroup_size(256)
fn backward(
    @builtin(workgroup_id) group: vec3u,
    @builtin(num_workgroups) groups: vec3u,
    @builtin(local_invocation_index) local: u32,
) {
    let p = backward_params;
    let elements = 256u / p.lanes;
    let i = flat_group(group, groups) * elements + local % elements;
    let lane = local / elements;
    var total = 0.0;
    if i < p.count {
        let c = coordinates(i, p.extents1, p.extents2, p.extents3);
        for (var k = lane; k < p.sums; k += p.lanes) {
            let b = c + coordinates(k, p.broadcast1, p.broadcast2, p.broadcast3);
            let g = dy[at(b, vec4u(p.result0, p.result1, p.result2, p.result3))];
            if p.multiply == 1u {
                total += g * other[at(b, vec4u(p.other0, p.other1, p.other2, p.other3))];
            } else {
                total += g;
            }
        }
    }
    total = sum_lanes(local, p.lanes, total);
    if lane == 0u && i < p.count {
        dx[i] += total;
    }
}
