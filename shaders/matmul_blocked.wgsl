// 8x8 elements per invocation in registers, no shared memory and no barrier: for adapters where barriers are dear.

const BLOCK = 8u;

@compute @workgroup_size(8, 8)
fn forward(@builtin(global_invocation_id) id: vec3u) {
    let row = id.y * BLOCK;
    let col = id.x * BLOCK;
    if row >= params.m || col >= params.n {
        return;
    }
    // Rows and columns beyond the edge repeat the last one; their products are not stored.
    let last_row = params.m - 1u;
    let last_col = params.n - 1u;
    let r = min(vec4u(row) + vec4u(0u, 1u, 2u, 3u), vec4u(last_row)) * params.x_row + id.z * params.x_batch;
    let s = min(vec4u(row) + vec4u(4u, 5u, 6u, 7u), vec4u(last_row)) * params.x_row + id.z * params.x_batch;
    let c = min(vec4u(col) + vec4u(0u, 1u, 2u, 3u), vec4u(last_col)) * params.y_col + id.z * params.y_batch;
    let d = min(vec4u(col) + vec4u(4u, 5u, 6u, 7u), vec4u(last_col)) * params.y_col + id.z * params.y_batch;
    var sums: array<vec4f, 16>;
    for (var l = 0u; l < params.k; l++) {
        let i = l * params.x_col;
        let j = l * params.y_row;
        let a = vec4f(x[r.x + i], x[r.y + i], x[r.z + i], x[r.w + i]);
        let b = vec4f(x[s.x + i], x[s.y + i], x[s.z + i], x[s.w + i]);
        let u = vec4f(y[c.x + j], y[c.y + j], y[c.z + j], y[c.w + j]);
        let v = vec4f(y[d.x + j], y[d.y + j], y[d.z + j], y[d.w + j]);
        sums[0] += a.x * u;
        sums[1] += a.x * v;
        sums[2] += a.y * u;
        sums[3] += a.y * v;
        sums[4] += a.z * u;
        sums[5] += a.z * v;
        sums[6] += a.w * u;
        sums[7] += a.w * v;
        sums[8] += b.x * u;
        sums[9] += b.x * v;
        sums[10] += b.y * u;
        sums[11] += b.y * v;
        sums[12] += b.z * u;
        sums[13] += b.z * v;
        sums[14] += b.w * u;
        sums[15] += b.w * v;
    }
    for (var i = 0u; i < min(BLOCK, params.m - row); i++) {
        for (var j = 0u; j < min(BLOCK, params.n - col); j++) {
            store(id.z, row + i, col + j, sums[2u * i + j / 4u][j % 4u]);
        }
    }
}
