//! Products with a matrix that is kept in panels ([`Layout::Panels`](crate::layout::Layout)), as the register tile of
//! `gemm_wasm.rs` reads it, so that nothing of it has to be packed.

use super::gemm::Mat;
use crate::layout::PANEL;

/// `c = a b`, `a` `[m,k]`, `c` `[m,n]` contiguous, `b` `[k,n]` in panels of its columns, `[n/8,k,8]`, all extents at least 1;
/// `finish` is applied to every finished run of rows.
pub fn gemm_panels(
    [m, n, k]: [usize; 3],
    a: Mat,
    panels: &[f32],
    c: &mut [f32],
    finish: impl Fn(&mut [f32]),
) {
    assert!(m * n * k > 0 && a.holds(m, k), "a is smaller than [{m},{k}]");
    assert!(panels.len() >= n.next_multiple_of(PANEL) * k, "b is smaller than [{k},{n}]");
    assert!(c.len() >= m * n, "c is smaller than [{m},{n}]");
    body([m, n, k], a, panels, c, finish);
}

#[cfg(target_arch = "wasm32")]
use super::gemm_wasm::gemm_panels as body;

/// The layout is for WebAssembly; elsewhere a panel is a product of its own.
#[cfg(not(target_arch = "wasm32"))]
fn body([m, n, k]: [usize; 3], a: Mat, panels: &[f32], c: &mut [f32], finish: impl Fn(&mut [f32])) {
    for (j, panel) in panels.chunks_exact(PANEL * k).enumerate().take(n.div_ceil(PANEL)) {
        let first = j * PANEL;
        let extents = [m, PANEL.min(n - first), k];
        super::gemm::gemm(extents, a, Mat::new(panel, PANEL, 1), 0.0, &mut c[first..], (n, 1));
    }
    finish(c);
}
