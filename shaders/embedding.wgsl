// y[r,:] = table[ids[r] - first,:]; table [vocabulary, width], zeros for ids of another part of the table.

struct Params {
    rows: u32,
    width: u32,
    vocabulary: u32,
    first: u32,
}

@group(0) @binding(0) var<storage, read> table: array<f32>;
@group(0) @binding(1) var<storage, read> ids: array<u32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(256)
fn forward(
    @builtin(workgroup_id) group: vec3u,
    @builtin(num_workgroups) groups: vec3u,
    @builtin(local_invocation_index) local: u32,
) {
    let i = flat_index(group, groups, local);
    if i < params.rows * params.width {
        let row = ids[i / params.width] - params.first;
        let safe = min(row, params.vocabulary - 1u);
        y[i] = select(0.0, table[safe * params.width + i % params.width], row < params.vocabulary);
    }
}

@group(0) @binding(0) var<storage, read> dy_ids: array<u32>;
@group(0) @binding(1) var<storage, read> dy: array<f32>;
@group(0) @binding(2) var<storage, read_write> dtable: array<f32>;

const LANES = 64u;
const BITS = 32u;

// Bit k of word w: whether id 32 w + k of the current block names this workgroup's row of the table.
var<workgroup> matches: array<u32, LANES>;

// One workgroup per row of the table: dtable[v] += sum of dy[r] over all r with ids[r] = first + v, in the order of r.
@compute @workgroup_size(64)
fn backward(
    @builtin(workgroup_id) group: vec3u,
    @builtin(num_workgroups) groups: vec3u,
    @builtin(local_invocation_index) local: u32,
) {
    let v = flat_group(group, groups);
    if v >= params.vocabulary {
        return;
    }
    for (var block = 0u; block < params.rows; block += LANES * BITS) {
        let start = block + local * BITS;
        var word = 0u;
        for (var k = 0u; k < min(BITS, params.rows - min(start, params.rows)); k++) {
            word |= select(0u, 1u, dy_ids[start + k] == v + params.first) << k;
        }
        matches[local] = word;
        workgroupBarrier();
        for (var w = 0u; w < LANES; w++) {
            for (var rest = matches[w]; rest != 0u; rest &= rest - 1u) {
                let r = block + w * BITS + firstTrailingBit(rest);
                for (var d = local; d < params.width; d += LANES) {
                    dtable[v * params.width + d] += dy[r * params.width + d];
                }
            }
        }
        workgroupBarrier();
    }
}
