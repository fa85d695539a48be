// out[batch,M,N] of matmul.wgsl, 16x16 elements per invocation, no shared memory and no barrier: for adapters where barriers
// and loads are dear.
// Products are of 4x4 matrices: four rows, four columns and four steps of the inner dimension.

/// Extent of the square of `out` that an invocation owns.
const BLOCK = 16u;

fn x_quad(i: vec4u) -> vec4f {
    return vec4f(x[i.x], x[i.y], x[i.z], x[i.w]);
}

/// A column per row of x.
fn x_block(rows: vec4u, steps: vec4u) -> mat4x4f {
    return mat4x4f(x_quad(rows.x + steps), x_quad(rows.y + steps), x_quad(rows.z + steps), x_quad(rows.w + steps));
}

/// A column per column of y; zeros where `keep` is false.
fn y_block(cols: vec4u, steps: vec4u, keep: vec4<bool>) -> mat4x4f {
    return mat4x4f(
        select(vec4f(), y_quad(cols.x, steps), keep),
        select(vec4f(), y_quad(cols.y, steps), keep),
        select(vec4f(), y_quad(cols.z, steps), keep),
        select(vec4f(), y_quad(cols.w, steps), keep),
    );
}

/// Four rows beyond the edge repeat the last one; they are not stored.
fn x_rows(batch: u32, row: u32) -> vec4u {
    return min(row + QUAD, vec4u(params.m - 1u)) * params.x_row + batch * params.x_batch;
}

fn y_cols(batch: u32, col: u32) -> vec4u {
    return min(col + QUAD, vec4u(params.n - 1u)) * params.y_col + batch * params.y_batch;
}

fn bias_quad(col: u32) -> vec4f {
    if params.has_bias == 0u {
        return vec4f();
    }
    let i = min(col + QUAD, vec4u(params.n - 1u));
    return vec4f(bias[i.x], bias[i.y], bias[i.z], bias[i.w]);
}

var<private> sums: array<mat4x4f, 16>;

/// Leaves rows `row..row+16` of the product in `sums`: element (i, j) is sums[4 (i / 4) + j / 4][i % 4][j % 4].
fn multiply_square(batch: u32, row: u32, col: u32) {
    let r0 = x_rows(batch, row);
    let r1 = x_rows(batch, row + 4u);
    let r2 = x_rows(batch, row + 8u);
    let r3 = x_rows(batch, row + 12u);
    let c0 = y_cols(batch, col);
    let c1 = y_cols(batch, col + 4u);
    let c2 = y_cols(batch, col + 8u);
    let c3 = y_cols(batch, col + 12u);
    var s: array<mat4x4f, 16>;
    for (var l = 0u; l < params.k; l += 4u) {
        let steps = min(l + QUAD, vec4u(params.k - 1u));
        let keep = l + QUAD < vec4u(params.k);
        let i = steps * params.x_col;
        let j = steps * params.y_row;
        let a0 = x_block(r0, i);
        let a1 = x_block(r1, i);
        let a2 = x_block(r2, i);
        let a3 = x_block(r3, i);
        let b0 = y_block(c0, j, keep);
        s[0] += product(a0, b0);
        s[4] += product(a1, b0);
        s[8] += product(a2, b0);
        s[12] += product(a3, b0);
        let b1 = y_block(c1, j, keep);
        s[1] += product(a0, b1);
        s[5] += product(a1, b1);
        s[9] += product(a2, b1);
        s[13] += product(a3, b1);
        let b2 = y_block(c2, j, keep);
        s[2] += product(a0, b2);
        s[6] += product(a1, b2);
        s[10] += product(a2, b2);
        s[14] += product(a3, b2);
        let b3 = y_block(c3, j, keep);
        s[3] += product(a0, b3);
        s[7] += product(a1, b3);
        s[11] += product(a2, b3);
        s[15] += product(a3, b3);
    }
    sums = s;
}

/// Leaves rows `row..row+4` in the first four of `sums`.
fn multiply_strip(batch: u32, row: u32, col: u32) {
    let r = x_rows(batch, row);
    let c0 = y_cols(batch, col);
    let c1 = y_cols(batch, col + 4u);
    let c2 = y_cols(batch, col + 8u);
    let c3 = y_cols(batch, col + 12u);
    var s: array<mat4x4f, 4>;
    for (var l = 0u; l < params.k; l += 4u) {
        let steps = min(l + QUAD, vec4u(params.k - 1u));
        let keep = l + QUAD < vec4u(params.k);
        let a = x_block(r, steps * params.x_col);
        let j = steps * params.y_row;
        s[0] += product(a, y_block(c0, j, keep));
        s[1] += product(a, y_block(c1, j, keep));
        s[2] += product(a, y_block(c2, j, keep));
        s[3] += product(a, y_block(c3, j, keep));
    }
    sums[0] = s[0];
    sums[1] = s[1];
    sums[2] = s[2];
    sums[3] = s[3];
}

/// Scales the first `rows` rows of `sums` and adds the bias.
fn scale_rows(batch: u32, col: u32, rows: u32) {
    for (var j = 0u; j < 4u; j++) {
        let lines = y_cols(batch, col + 4u * j);
        let scale = vec4f(y_scale(lines.x), y_scale(lines.y), y_scale(lines.z), y_scale(lines.w));
        let offset = bias_quad(col + 4u * j);
        for (var i = 0u; i < rows; i++) {
            sums[i / 4u * 4u + j][i % 4u] = sums[i / 4u * 4u + j][i % 4u] * scale + offset;
        }
    }
}

/// The activation of CLIP has a loop of its own: adapters on a CPU compute every case of a switch, but enter no loop
/// that has nothing to do.
fn activate_rows(rows: u32) {
    if params.act == QUICK_GELU {
        for (var i = 0u; i < 4u * rows; i++) {
            let v = sums[i / 16u * 4u + i % 4u][i / 4u % 4u];
            let e = exp(clamp(-QUICK * v, vec4f(-87.0), vec4f(88.0)));
            sums[i / 16u * 4u + i % 4u][i / 4u % 4u] = v / (1.0 + e);
        }
    } else {
        for (var i = 0u; i < 4u * rows; i++) {
            let v = sums[i / 16u * 4u + i % 4u][i / 4u % 4u];
            let a = vec2f(activate(params.act, v.x), activate(params.act, v.y));
            let b = vec2f(activate(params.act, v.z), activate(params.act, v.w));
            sums[i / 16u * 4u + i % 4u][i / 4u % 4u] = vec4f(a, b);
        }
    }
}

fn store_quad(at: u32, product: vec4f) {
    var value = product;
    if params.accumulate == 1u {
        value += vec4f(out[at], out[at + 1u], out[at + 2u], out[at + 3u]);
    }
    out[at] = value.x;
    out[at + 1u] = value.y;
    out[at + 2u] = value.z;
    out[at + 3u] = value.w;
}

/// Stores the first `rows` rows of `sums`.
fn store_rows(batch: u32, row: u32, col: u32, rows: u32) {
    scale_rows(batch, col, rows);
    if params.act != 0u {
        activate_rows(rows);
    }
    for (var i = 0u; i < rows; i++) {
        let at = (batch * params.m + row + i) * params.n + col;
        if col + BLOCK <= params.n {
            store_quad(at, sums[i / 4u * 4u][i % 4u]);
            store_quad(at + 4u, sums[i / 4u * 4u + 1u][i % 4u]);
            store_quad(at + 8u, sums[i / 4u * 4u + 2u][i % 4u]);
            store_quad(at + 12u, sums[i / 4u * 4u + 3u][i % 4u]);
            continue;
        }
        for (var j = 0u; col + j < params.n; j++) {
            let before = select(0.0, out[at + j], params.accumulate == 1u);
            out[at + j] = before + sums[i / 4u * 4u + j / 4u][i % 4u][j % 4u];
        }
    }
}

@compute @workgroup_size(4, 2)
fn forward(@builtin(global_invocation_id) id: vec3u) {
    let first = id.y * BLOCK;
    let col = id.x * BLOCK;
    if first >= params.m || col >= params.n {
        return;
    }
    if first + 8u < params.m {
        multiply_square(id.z, first, col);
        store_rows(id.z, first, col, min(BLOCK, params.m - first));
    } else {
        for (var row = first; row < params.m; row += 4u) {
            multiply_strip(id.z, row, col);
            store_rows(id.z, row, col, min(4u, params.m - row));
        }
    }
}
