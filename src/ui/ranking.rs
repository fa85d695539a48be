//! Rankings by similarity of unit vectors.

use crate::dot::dot;

/// Cosines of a unit vector with each row of `rows`, `[count, width]`.
pub fn cosines(query: &[f32], rows: &[f32]) -> Vec<f32> {
    if query.is_empty() {
        return Vec::new();
    }
    rows.chunks_exact(query.len()).map(|row| dot(query, row)).collect()
}

/// Cosines of every row of `a` with every row of `b`, `[a, b]`.
pub fn similarity(a: &[f32], b: &[f32], width: usize) -> Vec<f32> {
    a.chunks_exact(width.max(1)).flat_map(|row| cosines(row, b)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cosines_come_row_by_row() {
        let rows = [1.0, 0.0, 0.6, 0.8, 0.0, 1.0];
        let scores = cosines(&[0.0, 1.0], &rows);
        assert_eq!(scores, [0.0, 0.8, 1.0]);
        assert_eq!(similarity(&rows, &rows, 2)[..3], [1.0, 0.6, 0.0]);
    }
}
