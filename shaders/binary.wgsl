// out[..] = x[..] + y[..] or x[..] y[..], either side broadcast; up to four axes, numpy's rules.

struct Params {
    count: u32,
    multiply: u32,
    // extents of out but the first
    d1: u32,
    d2: u32,
    d3: u32,
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
        let c = coordinates(i, params.d1, params.d2, params.d3);
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
    d1: u32,
    d2: u32,
    d3: u32,
    // elements of out per element of the operand, and the extents of the broadcast axes but the first
    sums: u32,
    r1: u32,
    r2: u32,
    r3: u32,
    // strides in out, and in the other operand
    g0: u32,
    g1: u32,
    g2: u32,
    g3: u32,
    o0: u32,
    o1: u32,
    o2: u32,
    o3: u32,
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
        let c = coordinates(i, p.d1, p.d2, p.d3);
        for (var k = lane; k < p.sums; k += p.lanes) {
            let b = c + coordinates(k, p.r1, p.r2, p.r3);
            let g = dy[at(b, vec4u(p.g0, p.g1, p.g2, p.g3))];
            if p.multiply == 1u {
                total += g * other[at(b, vec4u(p.o0, p.o1, p.o2, p.o3))];
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
