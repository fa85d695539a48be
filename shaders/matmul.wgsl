// out[z,i,j] = act(sum_l x[z,i,l] y[z,l,j] + bias[j]); x [batch,M,K] and y [batch,K,N] read through strides, out contiguous. How
// y is stored is given by a separate source piece, in which a line is a column of y.

struct Params {
    batch: u32,
    m: u32,
    n: u32,
    k: u32,
    x_batch: u32,
    x_row: u32,
    x_col: u32,
    y_batch: u32,
    y_row: u32,
    y_col: u32,
    has_bias: u32,
    act: u32,
    accumulate: u32,
}

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> bias: array<f32>;
@group(0) @binding(3) var<storage, read_write> out: array<f32>;
@group(0) @binding(4) var<uniform> params: Params;
