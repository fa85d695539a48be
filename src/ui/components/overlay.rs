//! What is drawn over the picture.

/// What is drawn over the picture.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Overlay {
    /// Attention of each cell, `[grid * grid]`.
    pub map: Option<Vec<f32>>,
    /// The object whose outline is drawn.
    pub object: Option<usize>,
    /// The cell that looks.
    pub patch: Option<usize>,
}
