// y[b,o,i,j] of conv2d.wgsl, one element per invocation.

@compute @workgroup_size(256)
fn forward(
    @builtin(workgroup_id) group: vec3u,
    @builtin(num_workgroups) groups: vec3u,
    @builtin(local_invocation_index) local: u32,
) {
    let i = flat_index(group, groups, local);
    let at = vec2u(i / params.out_width % params.out_height, i % params.out_width);
    let map = i / (params.out_width * params.out_height);
    let b = map / params.out_channels;
    let o = map % params.out_channels;
    if b >= params.batch {
        return;
    }
    var sum = 0.0;
    if params.has_bias == 1u {
        sum = bias[o];
    }
    for (var c = 0u; c < params.channels; c++) {
        for (var p = 0u; p < params.kernel_height; p++) {
            // Wraps around below zero, and is then beyond the height too.
            let row = at.x * params.stride + p - params.padding;
            if row >= params.height {
                continue;
            }
            let x_row = ((b * params.channels + c) * params.height + row) * params.width;
            let w_row = ((o * params.channels + c) * params.kernel_height + p) * params.kernel_width;
            for (var q = 0u; q < params.kernel_width; q++) {
                let col = at.y * params.stride + q - params.padding;
                if col < params.width {
                    sum += x[x_row + col] * weight[w_row + q];
                }
            }
        }
    }
    y[i] = sum;
}
