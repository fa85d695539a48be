// values[r,i] = x[r,indices[r,i]], the i-th largest of row r, equal ones by ascending index; x [rows, width]. k rounds, each
// taking what follows the last.

struct Params {
    rows: u32,
    width: u32,
    k: u32,
}

const LANES = 64u;

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> values: array<f32>;
@group(0) @binding(2) var<storage, read_write> indices: array<u32>;
@group(0) @binding(3) var<uniform> params: Params;

/// The best candidate of each lane; the index `width` stands for none.
var<workgroup> best_values: array<f32, LANES>;
var<workgroup> best_indices: array<u32, LANES>;

/// Whether element (v, i) stands before element (w, j).
fn before(v: f32, i: u32, w: f32, j: u32) -> bool {
    return v > w || (v == w && i < j);
}

@compute @workgroup_size(64)
fn forward(
    @builtin(workgroup_id) group: vec3u,
    @builtin(num_workgroups) groups: vec3u,
    @builtin(local_invocation_index) local: u32,
) {
    let row = flat_group(group, groups);
    if row >= params.rows {
        return;
    }
    let start = row * params.width;
    var last_value = 0.0;
    var last_index = 0u;
    for (var round = 0u; round < params.k; round++) {
        var value = 0.0;
        var index = params.width;
        for (var i = local; i < params.width; i += LANES) {
            let candidate = x[start + i];
            let left = round == 0u || before(last_value, last_index, candidate, i);
            if left && (index == params.width || before(candidate, i, value, index)) {
                value = candidate;
                index = i;
            }
        }
        best_values[local] = value;
        best_indices[local] = index;
        workgroupBarrier();
        for (var step = LANES / 2u; step > 0u; step /= 2u) {
            if local < step {
                let other = best_indices[local + step];
                let here = best_indices[local];
                let better = before(best_values[local + step], other, best_values[local], here);
                if other < params.width && (here == params.width || better) {
                    best_values[local] = best_values[local + step];
                    best_indices[local] = other;
                }
            }
            workgroupBarrier();
        }
        last_value = best_values[0];
        last_index = best_indices[0];
        workgroupBarrier();
        if local == 0u {
            values[row * params.k + round] = last_value;
            indices[row * params.k + round] = last_index;
        }
    }
}
