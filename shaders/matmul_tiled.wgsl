// out[batch,M,N] of matmul.wgsl, 64x64 elements per workgroup, 4x4 per invocation; x and y pass through shared memory 16
// columns at a time.

/// Extent of the square of `out` that a workgroup owns.
const TILE = 64u;
const DEPTH = 16u;
const INVOCATIONS = 256u;

/// Transposed: element (row, depth) of the piece of x is x_piece[depth * TILE + row].
var<workgroup> x_piece: array<f32, 1024>;
var<workgroup> y_piece: array<f32, 1024>;

/// Copies the pieces that start at `start` of the inner dimension; zeros beyond the edges.
fn load(batch: u32, origin: vec2u, start: u32, local: u32) {
    for (var i = local; i < TILE * DEPTH; i += INVOCATIONS) {
        // Neighbouring invocations read neighbouring addresses, whichever axis is contiguous.
        let by_depth = vec2u(i / DEPTH, i % DEPTH);
        let by_extent = vec2u(i % TILE, i / TILE);
        let p = select(by_extent, by_depth, params.x_col == 1u);
        let q = select(by_extent, by_depth, params.y_row == 1u);
        let row = origin.y + p.x;
        let col = origin.x + q.x;
        var a = 0.0;
        var b = 0.0;
        if row < params.m && start + p.y < params.k {
            a = x[batch * params.x_batch + row * params.x_row + (start + p.y) * params.x_col];
        }
        if col < params.n && start + q.y < params.k {
            b = y_value(batch * params.y_batch + col * params.y_col, (start + q.y) * params.y_row);
        }
        x_piece[p.y * TILE + p.x] = a;
        y_piece[q.y * TILE + q.x] = b;
    }
}

/// Element (row, col) of a batch, after bias and activation.
fn store(batch: u32, row: u32, col: u32, product: f32) {
    var value = product * y_scale(batch * params.y_batch + col * params.y_col);
    if params.has_bias == 1u {
        value += bias[col];
    }
    value = activate(params.act, value);
    let i = (batch * params.m + row) * params.n + col;
    if params.accumulate == 1u {
        value += out[i];
    }
    out[i] = value;
}

@compute @workgroup_size(16, 16)
fn forward(
    @builtin(workgroup_id) group: vec3u,
    @builtin(local_invocation_id) id: vec3u,
    @builtin(local_invocation_index) local: u32,
) {
    let origin = group.xy * TILE;
    var sums: array<vec4f, 4>;
    for (var start = 0u; start < params.k; start += DEPTH) {
        load(group.z, origin, start, local);
        workgroupBarrier();
        for (var l = 0u; l < DEPTH; l++) {
            let i = l * TILE + 4u * id.y;
            // Columns 16 apart, so that neighbours read neighbouring banks.
            let j = l * TILE + id.x;
            let v = vec4f(y_piece[j], y_piece[j + 16u], y_piece[j + 32u], y_piece[j + 48u]);
            sums[0] += x_piece[i] * v;
            sums[1] += x_piece[i + 1u] * v;
            sums[2] += x_piece[i + 2u] * v;
            sums[3] += x_piece[i + 3u] * v;
        }
        workgroupBarrier();
    }
    for (var i = 0u; i < 4u; i++) {
        for (var j = 0u; j < 4u; j++) {
            let row = origin.y + 4u * id.y + i;
            let col = origin.x + id.x + 16u * j;
            if row < params.m && col < params.n {
                store(group.z, row, col, sums[i][j]);
            }
        }
    }
}
