// y_scale(line) y_value(line, step) = scale q[step]: lines of a matrix packed as int8, a word with the scale, then four
// integers in a word.

@group(0) @binding(1) var<storage, read> y: array<u32>;

/// The value `step` of the line that begins at the word `line`, in parts of 127.
fn y_value(line: u32, step: u32) -> f32 {
    return unpack4x8snorm(y[line + 1u + step / 4u])[step % 4u];
}

/// Four values of a line from a multiple of four on; what lies behind its end is zero.
fn y_quad(line: u32, steps: vec4u) -> vec4f {
    return unpack4x8snorm(y[line + 1u + steps.x / 4u]);
}

/// What all values of a line are multiplied by.
fn y_scale(line: u32) -> f32 {
    return 127.0 * bitcast<f32>(y[line]);
}
