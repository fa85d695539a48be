// y_value(line, step) = y[line + step]: lines of a matrix kept as f32.

@group(0) @binding(1) var<storage, read> y: array<f32>;

/// The value `step` behind the beginning of a line.
fn y_value(line: u32, step: u32) -> f32 {
    return y[line + step];
}

/// Four values of a line.
fn y_quad(line: u32, steps: vec4u) -> vec4f {
    let i = line + steps;
    return vec4f(y[i.x], y[i.y], y[i.z], y[i.w]);
}

/// What all values of a line are multiplied by.
fn y_scale(line: u32) -> f32 {
    return 1.0;
}
