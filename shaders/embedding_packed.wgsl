// y[r,:] = table[ids[r] - first,:]; table [vocabulary, words], a row unpacked to `width` values, zeros for ids of another
// part of the table.

struct Params {
    rows: u32,
    width: u32,
    vocabulary: u32,
    first: u32,
    words: u32,
    is_int8: u32,
}

@group(0) @binding(0) var<storage, read> table: array<u32>;
@group(0) @binding(1) var<storage, read> ids: array<u32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
@group(0) @binding(3) var<uniform> params: Params;

/// Number `d` of the row that begins at the word `line`: f16, or int8 behind a scale.
fn value(line: u32, d: u32) -> f32 {
    if params.is_int8 == 1u {
        return 127.0 * bitcast<f32>(table[line]) * unpack4x8snorm(table[line + 1u + d / 4u])[d % 4u];
    }
    return unpack2x16float(table[line + d / 2u])[d % 2u];
}

@compute @workgroup_size(256)
fn forward(
    @builtin(workgroup_id) group: vec3u,
    @builtin(num_workgroups) groups: vec3u,
    @builtin(local_invocation_index) local: u32,
) {
    let i = flat_index(group, groups, local);
    if i < params.rows * params.width {
        let row = ids[i / params.width] - params.first;
        let line = min(row, params.vocabulary - 1u) * params.words;
        y[i] = select(0.0, value(line, i % params.width), row < params.vocabulary);
    }
}
