// y_value(line, step) = y[j / 8, step, j % 8], j = line / K: lines of a matrix kept as f32 in panels of eight, [N / 8, K, 8].
// `line` is where a line would begin if each lay by itself.

@group(0) @binding(1) var<storage, read> y: array<f32>;

/// Where the value `step` of the line stands.
fn y_place(line: u32, step: u32) -> u32 {
    let column = line / params.k;
    return (column / 8u * params.k + step) * 8u + column % 8u;
}

fn y_value(line: u32, step: u32) -> f32 {
    return y[y_place(line, step)];
}

/// Four values of a line.
fn y_quad(line: u32, steps: vec4u) -> vec4f {
    let first = y_place(line, 0u);
    let i = first + 8u * steps;
    return vec4f(y[i.x], y[i.y], y[i.z], y[i.w]);
}

/// What all values of a line are multiplied by.
fn y_scale(line: u32) -> f32 {
    return 1.0;
}
