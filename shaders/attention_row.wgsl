// y[B,Tq,D] and probs[B,H,Tq,Tk] of attention.wgsl, one workgroup per query of a head. Keys come in pieces whose scores fit
// into the workgroup's memory; what was mixed before is rescaled whenever a piece raises the largest score (Milakov &
// Gimelshein 2018).

/// Keys of a piece; a multiple of the lanes, so that a lane meets its own keys again.
const PIECE = 2048u;

var<workgroup> weights: array<f32, PIECE>;

/// The largest score of a row, and the sum of `exp(score - largest)`.
struct Row {
    largest: f32,
    total: f32,
}

/// Where a row's query, and the first of its keys and values, begin.
fn places(p: Params, row: u32) -> vec2u {
    let width = p.heads * p.head_dim;
    let h = row / p.queries % p.heads;
    let b = row / p.queries / p.heads;
    let query = (b * p.queries + row % p.queries) * width + h * p.head_dim;
    return vec2u(query, b * p.keys * width + h * p.head_dim);
}

fn score(p: Params, at: vec2u, j: u32) -> f32 {
    var sum = 0.0;
    for (var d = 0u; d < p.head_dim; d++) {
        sum += q[at.x + d] * k[at.y + j * p.heads * p.head_dim + d];
    }
    return sum * p.scale;
}

/// Writes the y of row (b, h, i), which sees `seen` keys; one that sees none gets zeros, after one empty piece.
fn attend(p: Params, row: u32, seen: u32, local: u32) -> Row {
    let at = places(p, row);
    var met = Row(-1e30, 0.0);
    for (var first = 0u; first < max(seen, 1u); first += PIECE) {
        let count = min(seen - first, PIECE);
        var largest = met.largest;
        for (var j = local; j < count; j += LANES) {
            let s = score(p, at, first + j);
            weights[j] = s;
            largest = max(largest, s);
        }
        largest = lanes_max(local, largest);
        var sum = 0.0;
        for (var j = local; j < count; j += LANES) {
            let e = exp(max(weights[j] - largest, -87.0));
            weights[j] = e;
            sum += e;
        }
        let factor = exp(max(met.largest - largest, -87.0));
        met = Row(largest, met.total * factor + lanes_sum(local, sum));
        let is_last = first + PIECE >= seen;
        for (var d = local; d < p.head_dim; d += LANES) {
            var mixed = 0.0;
            if first > 0u {
                mixed = y[at.x + d] * factor;
            }
            for (var j = 0u; j < count; j++) {
                mixed += weights[j] * v[at.y + (first + j) * p.heads * p.head_dim + d];
            }
            y[at.x + d] = select(mixed, mixed / max(met.total, 1e-30), is_last);
        }
        workgroupBarrier();
    }
    return met;
}

@compute @workgroup_size(64)
fn forward(
    @builtin(workgroup_id) group: vec3u,
    @builtin(num_workgroups) groups: vec3u,
    @builtin(local_invocation_index) local: u32,
) {
    let row = flat_group(group, groups);
    if row < params.batch * params.heads * params.queries {
        let seen = visible(params, row / params.queries / params.heads, row % params.queries);
        attend(params, row, seen, local);
    }
}

@compute @workgroup_size(64)
fn forward_traced(
    @builtin(workgroup_id) group: vec3u,
    @builtin(num_workgroups) groups: vec3u,
    @builtin(local_invocation_index) local: u32,
) {
    let p = traced_params;
    let row = flat_group(group, groups);
    if row < p.batch * p.heads * p.queries {
        let seen = visible(p, row / p.queries / p.heads, row % p.queries);
        let met = attend(p, row, seen, local);
        let at = places(p, row);
        let total = max(met.total, 1e-30);
        // The last piece is still there.
        let last = (max(seen, 1u) - 1u) / PIECE * PIECE;
        for (var j = local; j < p.keys; j += LANES) {
            var prob = 0.0;
            if j < last {
                prob = exp(max(score(p, at, j) - met.largest, -87.0)) / total;
            } else if j < seen {
                prob = weights[j - last] / total;
            }
            probs[row * p.keys + j] = prob;
        }
    }
}
