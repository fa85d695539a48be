// Gradients of conv2d.wgsl, whose parameters these are, i,j being places of y and p,q of the filter:
// dx[b,c,i*stride+p-padding,j*stride+q-padding] += sum_o dy[b,o,i,j] weight[o,c,p,q],
// dweight[o,c,p,q] += sum_bij dy[b,o,i,j] x[b,c,i*stride+p-padding,j*stride+q-padding], dbias[o] += sum_bij dy[b,o,i,j].

@group(0) @binding(1) var<storage, read> dy: array<f32>;
@group(0) @binding(2) var<storage, read_write> dx: array<f32>;
@group(0) @binding(0) var<storage, read> x_weight: array<f32>;
@group(0) @binding(3) var<uniform> grad_params: Params;

/// The output row or column at which weight `p` meets input `at`; beyond `extent` if there is none.
fn meeting(at: u32, p: u32, extent: u32) -> u32 {
    let offset = at + grad_params.padding - p;
    let index = offset / grad_params.stride;
    let meets = at + grad_params.padding >= p && index * grad_params.stride == offset;
    return select(extent, index, meets);
}

/// dx[b,c,row,col] += sum over o,p,q of dy weight, where the output position meets the input.
@compute @workgroup_size(256)
fn backward_x(
    @builtin(workgroup_id) group: vec3u,
    @builtin(num_workgroups) groups: vec3u,
    @builtin(local_invocation_index) local: u32,
) {
    let n = grad_params;
    let index = flat_index(group, groups, local);
    let at = vec2u(index / n.width % n.height, index % n.width);
    let plane = index / (n.width * n.height);
    let b = plane / n.channels;
    let c = plane % n.channels;
    if b >= n.batch {
        return;
    }
    var sum = 0.0;
    for (var p = 0u; p < n.kernel_height; p++) {
        let i = meeting(at.x, p, n.out_height);
        if i >= n.out_height {
            continue;
        }
        for (var q = 0u; q < n.kernel_width; q++) {
            let j = meeting(at.y, q, n.out_width);
            if j >= n.out_width {
                continue;
            }
            for (var o = 0u; o < n.out_channels; o++) {
                let w = ((o * n.channels + c) * n.kernel_height + p) * n.kernel_width + q;
                sum += dy[((b * n.out_channels + o) * n.out_height + i) * n.out_width + j] * x_weight[w];
            }
        }
    }
    dx[index] += sum;
}

@group(0) @binding(0) var<storage, read> w_x: array<f32>;
@group(0) @binding(2) var<storage, read_write> dweight: array<f32>;

/// dweight[o,c,p,q] += sum over b,i,j of dy x: one workgroup per weight, its lanes share the sum.
@compute @workgroup_size(64)
fn backward_weight(
    @builtin(workgroup_id) group: vec3u,
    @builtin(num_workgroups) groups: vec3u,
    @builtin(local_invocation_index) local: u32,
) {
    let n = grad_params;
    let index = flat_group(group, groups);
    let p = index / n.kernel_width % n.kernel_height;
    let q = index % n.kernel_width;
    let map = index / (n.kernel_width * n.kernel_height);
    let c = map % n.channels;
    let o = map / n.channels;
    if o >= n.out_channels {
        return;
    }
    let positions = n.out_height * n.out_width;
    var sum = 0.0;
    for (var i = local; i < n.batch * positions; i += LANES) {
        let b = i / positions;
        let position = i % positions;
        let row = position / n.out_width * n.stride + p - n.padding;
        let col = position % n.out_width * n.stride + q - n.padding;
        if row < n.height && col < n.width {
            let input = w_x[((b * n.channels + c) * n.height + row) * n.width + col];
            sum += dy[(b * n.out_channels + o) * positions + position] * input;
        }
    }
    sum = lanes_sum(local, sum);
    if local == 0u {
        dweight[index] += sum;
    }
}

@group(0) @binding(0) var<storage, read> b_dy: array<f32>;
@group(0) @binding(1) var<storage, read_write> dbias: array<f32>;
@group(0) @binding(2) var<uniform> bias_params: Params;

/// dbias[o] += sum over b,i,j of dy.
@compute @workgroup_size(64)
fn backward_bias(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
    let n = bias_params;
    let positions = n.out_height * n.out_width;
    var sum = 0.0;
    for (var i = local; i < n.batch * positions; i += LANES) {
        sum += b_dy[(i / positions * n.out_channels + group.x) * positions + i % positions];
    }
    sum = lanes_sum(local, sum);
    if local == 0u {
        dbias[group.x] += sum;
    }
}
