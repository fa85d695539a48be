// y[B,Tq,D] of attention.wgsl, eight queries of a head per invocation, no shared memory and no barrier: for adapters where
// barriers and loads are dear. Sixteen keys at a time; y is rescaled whenever they raise a query's largest score (Milakov &
// Gimelshein 2018).

const QUERIES = 8u;
const KEYS = 16u;
/// Score of a key that is not seen.
const LEAST = -1e30;

fn q_quad(i: vec4u, keep: vec4<bool>) -> vec4f {
    return select(vec4f(), vec4f(q[i.x], q[i.y], q[i.z], q[i.w]), keep);
}

fn k_quad(i: vec4u) -> vec4f {
    return vec4f(k[i.x], k[i.y], k[i.z], k[i.w]);
}

fn v_quad(i: vec4u) -> vec4f {
    return vec4f(v[i.x], v[i.y], v[i.z], v[i.w]);
}

fn y_quad(i: vec4u) -> vec4f {
    return vec4f(y[i.x], y[i.y], y[i.z], y[i.w]);
}

/// A column per query; zeros where `keep` is false.
fn q_block(rows: vec4u, cols: vec4u, keep: vec4<bool>) -> mat4x4f {
    return mat4x4f(
        q_quad(rows.x + cols, keep),
        q_quad(rows.y + cols, keep),
        q_quad(rows.z + cols, keep),
        q_quad(rows.w + cols, keep),
    );
}

/// A column per key.
fn k_block(rows: vec4u, cols: vec4u) -> mat4x4f {
    return mat4x4f(k_quad(rows.x + cols), k_quad(rows.y + cols), k_quad(rows.z + cols), k_quad(rows.w + cols));
}

/// A column per column of v.
fn v_block(rows: vec4u, cols: vec4u) -> mat4x4f {
    let block = mat4x4f(v_quad(rows.x + cols), v_quad(rows.y + cols), v_quad(rows.z + cols), v_quad(rows.w + cols));
    return transpose(block);
}

/// A column per query, each multiplied with the query's factor.
fn y_block(rows: vec4u, cols: vec4u, factor: vec4f) -> mat4x4f {
    return mat4x4f(
        y_quad(rows.x + cols) * factor.x,
        y_quad(rows.y + cols) * factor.y,
        y_quad(rows.z + cols) * factor.z,
        y_quad(rows.w + cols) * factor.w,
    );
}

/// Scores of four keys from `first`, in columns, for four queries that see `seen` keys.
fn mask(s: mat4x4f, first: u32, seen: vec4u) -> mat4x4f {
    let least = vec4f(LEAST);
    return mat4x4f(
        select(least, s[0] * params.scale, vec4u(first) < seen),
        select(least, s[1] * params.scale, vec4u(first + 1u) < seen),
        select(least, s[2] * params.scale, vec4u(first + 2u) < seen),
        select(least, s[3] * params.scale, vec4u(first + 3u) < seen),
    );
}

fn largest_of(s: mat4x4f) -> vec4f {
    return max(max(s[0], s[1]), max(s[2], s[3]));
}

fn weight(s: vec4f, largest: vec4f) -> vec4f {
    return select(vec4f(), exp(max(s - largest, vec4f(-87.0))), s > vec4f(LEAST));
}

fn weigh(s: mat4x4f, largest: vec4f) -> mat4x4f {
    return mat4x4f(weight(s[0], largest), weight(s[1], largest), weight(s[2], largest), weight(s[3], largest));
}

/// Four queries: their rows in q and y, the keys that they see, what they met, and sixteen keys' scores or weights.
struct Group {
    rows: vec4u,
    seen: vec4u,
    largest: vec4f,
    total: vec4f,
    /// By which the former part of y is to be multiplied.
    factor: vec4f,
    w0: mat4x4f,
    w1: mat4x4f,
    w2: mat4x4f,
    w3: mat4x4f,
}

fn begin(b: u32, h: u32, i: u32) -> Group {
    var g: Group;
    let at = min(i + QUAD, vec4u(params.queries - 1u));
    g.rows = (b * params.queries + at) * (params.heads * params.head_dim) + h * params.head_dim;
    g.seen = vec4u(
        visible(params, b, at.x),
        visible(params, b, at.y),
        visible(params, b, at.z),
        visible(params, b, at.w),
    );
    g.largest = vec4f(LEAST);
    return g;
}

/// Replaces the scores of sixteen keys from `first` by their weights, a column per query.
fn soften(group: Group, first: u32) -> Group {
    var g = group;
    let s0 = mask(g.w0, first, g.seen);
    let s1 = mask(g.w1, first + 4u, g.seen);
    let s2 = mask(g.w2, first + 8u, g.seen);
    let s3 = mask(g.w3, first + 12u, g.seen);
    let met = max(max(largest_of(s0), largest_of(s1)), max(largest_of(s2), largest_of(s3)));
    g.largest = max(group.largest, met);
    let w0 = weigh(s0, g.largest);
    let w1 = weigh(s1, g.largest);
    let w2 = weigh(s2, g.largest);
    let w3 = weigh(s3, g.largest);
    let sums = w0 + w1 + w2 + w3;
    g.factor = exp(max(group.largest - g.largest, vec4f(-87.0)));
    g.total = group.total * g.factor + sums[0] + sums[1] + sums[2] + sums[3];
    g.w0 = transpose(w0);
    g.w1 = transpose(w1);
    g.w2 = transpose(w2);
    g.w3 = transpose(w3);
    return g;
}

fn store_row(at: u32, d: u32, value: vec4f) {
    y[at + d] = value.x;
    if d + 1u < params.head_dim {
        y[at + d + 1u] = value.y;
    }
    if d + 2u < params.head_dim {
        y[at + d + 2u] = value.z;
    }
    if d + 3u < params.head_dim {
        y[at + d + 3u] = value.w;
    }
}

/// Four queries from `i`, four columns from `d`; queries beyond the last are not stored.
fn store_block(rows: vec4u, i: u32, d: u32, values: mat4x4f) {
    if i < params.queries {
        store_row(rows.x, d, values[0]);
    }
    if i + 1u < params.queries {
        store_row(rows.y, d, values[1]);
    }
    if i + 2u < params.queries {
        store_row(rows.z, d, values[2]);
    }
    if i + 3u < params.queries {
        store_row(rows.w, d, values[3]);
    }
}

/// y of four queries over the keys so far; divided by the weights' total after the last ones.
fn mix(g: Group, cols: vec4u, part: mat4x4f, first: bool, last: bool) -> mat4x4f {
    var values = part;
    if !first {
        values += y_block(g.rows, cols, g.factor);
    }
    if last {
        let scale = 1.0 / max(g.total, vec4f(1e-30));
        values = mat4x4f(values[0] * scale.x, values[1] * scale.y, values[2] * scale.z, values[3] * scale.w);
    }
    return values;
}

fn key_rows(start: u32, first: u32) -> vec4u {
    return start + min(first + QUAD, vec4u(params.keys - 1u)) * (params.heads * params.head_dim);
}

@compute @workgroup_size(4)
fn forward(
    @builtin(workgroup_id) group: vec3u,
    @builtin(num_workgroups) groups: vec3u,
    @builtin(local_invocation_index) local: u32,
) {
    let blocks = (params.queries + QUERIES - 1u) / QUERIES;
    let index = flat_group(group, groups) * 4u + local;
    let i = index % blocks * QUERIES;
    let h = index / blocks % params.heads;
    let b = index / blocks / params.heads;
    if b >= params.batch {
        return;
    }
    var g0 = begin(b, h, i);
    var g1 = begin(b, h, i + 4u);
    let start = b * params.keys * params.heads * params.head_dim + h * params.head_dim;
    let seen = max(g0.seen, g1.seen);
    // A query that sees no key gives zeros, after one round.
    let limit = max(max(max(seen.x, seen.y), max(seen.z, seen.w)), 1u);
    for (var first = 0u; first < limit; first += KEYS) {
        let k0 = key_rows(start, first);
        let k1 = key_rows(start, first + 4u);
        let k2 = key_rows(start, first + 8u);
        let k3 = key_rows(start, first + 12u);
        g0.w0 = mat4x4f();
        g0.w1 = mat4x4f();
        g0.w2 = mat4x4f();
        g0.w3 = mat4x4f();
        g1.w0 = mat4x4f();
        g1.w1 = mat4x4f();
        g1.w2 = mat4x4f();
        g1.w3 = mat4x4f();
        for (var d = 0u; d < params.head_dim; d += 4u) {
            let cols = min(d + QUAD, vec4u(params.head_dim - 1u));
            let keep = d + QUAD < vec4u(params.head_dim);
            let q0 = q_block(g0.rows, cols, keep);
            let q1 = q_block(g1.rows, cols, keep);
            let a0 = k_block(k0, cols);
            g0.w0 += product(a0, q0);
            g1.w0 += product(a0, q1);
            let a1 = k_block(k1, cols);
            g0.w1 += product(a1, q0);
            g1.w1 += product(a1, q1);
            let a2 = k_block(k2, cols);
            g0.w2 += product(a2, q0);
            g1.w2 += product(a2, q1);
            let a3 = k_block(k3, cols);
            g0.w3 += product(a3, q0);
            g1.w3 += product(a3, q1);
        }
        g0 = soften(g0, first);
        g1 = soften(g1, first);
        let last = first + KEYS >= limit;
        for (var d = 0u; d < params.head_dim; d += 4u) {
            let cols = min(d + QUAD, vec4u(params.head_dim - 1u));
            let v0 = v_block(k0, cols);
            let v1 = v_block(k1, cols);
            let v2 = v_block(k2, cols);
            let v3 = v_block(k3, cols);
            let p0 = product(g0.w0, v0) + product(g0.w1, v1) + product(g0.w2, v2) + product(g0.w3, v3);
            let p1 = product(g1.w0, v0) + product(g1.w1, v1) + product(g1.w2, v2) + product(g1.w3, v3);
            store_block(g0.rows, i, d, mix(g0, cols, p0, first == 0u, last));
            store_block(g1.rows, i + 4u, d, mix(g1, cols, p1, first == 0u, last));
        }
    }
}
