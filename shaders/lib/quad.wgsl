// product(a, b) = b^T a of matrices [4,4], for kernels that keep blocks in registers.

const QUAD = vec4u(0u, 1u, 2u, 3u);

/// Dot products of the columns of `a`, in columns, with those of `b`: `transpose(b) a`.
fn product(a: mat4x4f, b: mat4x4f) -> mat4x4f {
    return mat4x4f(a[0] * b, a[1] * b, a[2] * b, a[3] * b);
}
