// y[B,Tq,D] = softmax(mask(scale q k^T)) v, head by head; q [B,Tq,D], k, v [B,Tk,D]; a query sees its first keys only.

struct Params {
    batch: u32,
    heads: u32,
    queries: u32,
    keys: u32,
    head_dim: u32,
    causal: u32,
    has_lengths: u32,
    scale: f32,
}

@group(0) @binding(0) var<storage, read> q: array<f32>;
@group(0) @binding(1) var<storage, read> k: array<f32>;
@group(0) @binding(2) var<storage, read> v: array<f32>;
@group(0) @binding(3) var<storage, read> lengths: array<u32>;
@group(0) @binding(4) var<storage, read_write> y: array<f32>;
@group(0) @binding(5) var<uniform> params: Params;

@group(0) @binding(5) var<storage, read_write> probs: array<f32>;
@group(0) @binding(6) var<uniform> traced_params: Params;

/// Keys that query i of batch element b sees.
fn visible(p: Params, b: u32, i: u32) -> u32 {
    var seen = p.keys;
    if p.causal == 1u {
        seen = min(seen, i + 1u);
    }
    if p.has_lengths == 1u {
        seen = min(seen, lengths[b]);
    }
    return seen;
}
