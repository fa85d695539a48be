// y[B,O,H',W'] of conv2d.wgsl, 16 channels by 16 positions per invocation, no shared memory and no barrier: for adapters
// where barriers and loads are dear. The products of matmul_blocked.wgsl, with patches read where they stand.

/// Channels and positions of an invocation.
const BLOCK = 16u;

/// Where the weights of four steps meet x: index from the patch's first element, and row and column in the patch.
struct Steps {
    offset: vec4u,
    row: vec4u,
    col: vec4u,
    keep: vec4<bool>,
}

/// Steps count columns of the patch, then rows, then channels.
fn steps(first: u32, size: u32) -> Steps {
    let step = first + QUAD;
    let line = step / params.kernel_width;
    let channel = line / params.kernel_height;
    let col = step - line * params.kernel_width;
    let row = line - channel * params.kernel_height;
    let offset = (channel * params.height + row) * params.width + col;
    return Steps(offset, row, col, step < vec4u(size));
}

/// Four patches: their first elements' indices, rows and columns, which wrap around below zero.
struct Patches {
    offset: vec4u,
    row: vec4u,
    col: vec4u,
}

/// The patches of four positions; those beyond the last repeat it, and are not stored.
fn patches(b: u32, position: u32) -> Patches {
    let at = min(position + QUAD, vec4u(params.out_height * params.out_width - 1u));
    let row = at / params.out_width * params.stride - params.padding;
    let col = at % params.out_width * params.stride - params.padding;
    return Patches((b * params.channels * params.height + row) * params.width + col, row, col);
}

/// Four elements of a patch, zeros beyond the picture.
fn x_quad(offset: u32, row: u32, col: u32, s: Steps) -> vec4f {
    let inside = (row + s.row < vec4u(params.height)) & (col + s.col < vec4u(params.width)) & s.keep;
    let i = select(vec4u(), offset + s.offset, inside);
    return select(vec4f(), vec4f(x[i.x], x[i.y], x[i.z], x[i.w]), inside);
}

/// A column per patch.
fn x_block(p: Patches, s: Steps) -> mat4x4f {
    return mat4x4f(
        x_quad(p.offset.x, p.row.x, p.col.x, s),
        x_quad(p.offset.y, p.row.y, p.col.y, s),
        x_quad(p.offset.z, p.row.z, p.col.z, s),
        x_quad(p.offset.w, p.row.w, p.col.w, s),
    );
}

fn w_quad(i: vec4u) -> vec4f {
    return vec4f(weight[i.x], weight[i.y], weight[i.z], weight[i.w]);
}

/// A column per channel; channels beyond the last repeat it, and are not stored.
fn w_block(channel: u32, size: u32, steps: vec4u) -> mat4x4f {
    let rows = min(channel + QUAD, vec4u(params.out_channels - 1u)) * size;
    return mat4x4f(w_quad(rows.x + steps), w_quad(rows.y + steps), w_quad(rows.z + steps), w_quad(rows.w + steps));
}

/// A column per channel.
fn start(channel: u32) -> mat4x4f {
    if params.has_bias == 0u {
        return mat4x4f();
    }
    let i = min(channel + QUAD, vec4u(params.out_channels - 1u));
    return mat4x4f(vec4f(bias[i.x]), vec4f(bias[i.y]), vec4f(bias[i.z]), vec4f(bias[i.w]));
}

/// Element (i, j) of the square is sums[4 (i / 4) + j / 4][i % 4][j % 4].
var<private> sums: array<mat4x4f, 16>;

fn multiply(b: u32, channel: u32, position: u32) {
    let size = params.channels * params.kernel_height * params.kernel_width;
    let p0 = patches(b, position);
    let p1 = patches(b, position + 4u);
    let p2 = patches(b, position + 8u);
    let p3 = patches(b, position + 12u);
    let s0 = start(channel);
    let s1 = start(channel + 4u);
    let s2 = start(channel + 8u);
    let s3 = start(channel + 12u);
    var s = array(s0, s0, s0, s0, s1, s1, s1, s1, s2, s2, s2, s2, s3, s3, s3, s3);
    for (var first = 0u; first < size; first += 4u) {
        let at = steps(first, size);
        let l = min(first + QUAD, vec4u(size - 1u));
        let a0 = w_block(channel, size, l);
        let a1 = w_block(channel + 4u, size, l);
        let a2 = w_block(channel + 8u, size, l);
        let a3 = w_block(channel + 12u, size, l);
        let b0 = x_block(p0, at);
        s[0] += product(a0, b0);
        s[4] += product(a1, b0);
        s[8] += product(a2, b0);
        s[12] += product(a3, b0);
        let b1 = x_block(p1, at);
        s[1] += product(a0, b1);
        s[5] += product(a1, b1);
        s[9] += product(a2, b1);
        s[13] += product(a3, b1);
        let b2 = x_block(p2, at);
        s[2] += product(a0, b2);
        s[6] += product(a1, b2);
        s[10] += product(a2, b2);
        s[14] += product(a3, b2);
        let b3 = x_block(p3, at);
        s[3] += product(a0, b3);
        s[7] += product(a1, b3);
        s[11] += product(a2, b3);
        s[15] += product(a3, b3);
    }
    sums = s;
}

@compute @workgroup_size(4, 2)
fn forward(@builtin(global_invocation_id) id: vec3u) {
    let positions = params.out_height * params.out_width;
    let channel = id.y * BLOCK;
    let position = id.x * BLOCK;
    if channel >= params.out_channels || position >= positions {
        return;
    }
    multiply(id.z, channel, position);
    for (var i = 0u; i < min(BLOCK, params.out_channels - channel); i++) {
        let at = (id.z * params.out_channels + channel + i) * positions + position;
        for (var j = 0u; j < min(BLOCK, positions - position); j++) {
            y[at + j] = sums[i / 4u * 4u + j / 4u][i % 4u][j % 4u];
        }
    }
}
