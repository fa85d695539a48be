// dbias[j] += sum_r dout[r,j]; dout [rows, cols].

struct Params {
    rows: u32,
    cols: u32,
}

@group(0) @binding(0) var<storage, read> dout: array<f32>;
@group(0) @binding(1) var<storage, read_write> dbias: array<f32>;
@group(0) @binding(2) var<uniform> params: Params;

const COLS = 32u;
const LANES = 8u;

var<workgroup> sums: array<f32, 256>;

/// A workgroup owns 32 columns; its eight lanes take every eighth row.
@compute @workgroup_size(COLS, LANES)
fn backward(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) id: vec3u) {
    let col = group.x * COLS + id.x;
    var sum = 0.0;
    if col < params.cols {
        for (var row = id.y; row < params.rows; row += LANES) {
            sum += dout[row * params.cols + col];
        }
    }
    sums[id.y * COLS + id.x] = sum;
    workgroupBarrier();
    if id.y == 0u && col < params.cols {
        for (var lane = 1u; lane < LANES; lane++) {
            sum += sums[lane * COLS + id.x];
        }
        dbias[col] += sum;
    }
}
