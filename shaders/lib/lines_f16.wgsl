// y_value(line, step) = half step of the words from y[line] on: lines of a matrix packed as f16, two in a word.

@group(0) @binding(1) var<storage, read> y: array<u32>;

/// The value `step` of the line that begins at the word `line`.
fn y_value(line: u32, step: u32) -> f32 {
    return unpack2x16float(y[line + step / 2u])[step % 2u];
}

/// Four values of a line from a multiple of four on; what lies behind its end is zero.
fn y_quad(line: u32, steps: vec4u) -> vec4f {
    let word = line + steps.x / 2u;
    return vec4f(unpack2x16float(y[word]), unpack2x16float(y[word + 1u]));
}

/// What all values of a line are multiplied by.
fn y_scale(line: u32) -> f32 {
    return 1.0;
}
