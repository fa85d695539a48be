//! How a device stores the f32 matrices `[N, K]` of linear maps in plans for inference: as its products read them.

use crate::tensor::Shape;

/// Rows of a panel.
pub const PANEL: usize = 8;

#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Layout {
    /// `[N, K]`, as PyTorch stores them.
    #[default]
    Rows,
    /// `[K, N]`.
    Columns,
    /// `[N / 8, K, 8]`: eight rows side by side, zeros where the last panel has fewer.
    Panels,
}

impl Layout {
    /// What a matrix `[rows, width]` is stored as.
    pub fn shape(self, [rows, width]: [usize; 2]) -> Shape {
        match self {
            Layout::Rows => [rows, width].into(),
            Layout::Columns => [width, rows].into(),
            Layout::Panels => [rows.div_ceil(PANEL), width, PANEL].into(),
        }
    }

    /// How many of all rows are laid out together; 1 where they stay as they are.
    pub fn group(self, rows: usize) -> usize {
        match self {
            Layout::Rows => 1,
            Layout::Columns => rows,
            Layout::Panels => PANEL,
        }
    }

    /// A group of at most `group` rows `[_, width]` as it is stored: `[width, group]`, zeros for the rows it lacks.
    pub fn lay(group: usize, width: usize, rows: &[f32]) -> Vec<f32> {
        /// Rows that are taken at a time: as many numbers as a cache line holds.
        const RUN: usize = 16;
        let mut laid = vec![0.0; group * width];
        for (run, rows) in rows.chunks(RUN * width).enumerate() {
            for (l, line) in laid.chunks_exact_mut(group).enumerate() {
                let places = line[run * RUN..].iter_mut();
                places.zip(rows[l..].iter().step_by(width)).for_each(|(place, value)| *place = *value);
            }
        }
        laid
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_a_group_lie_side_by_side() {
        let (rows, width) = (19, 3);
        let matrix: Vec<f32> = (0..rows * width).map(|i| i as f32).collect();
        for (layout, groups) in [(Layout::Rows, 19), (Layout::Columns, 1), (Layout::Panels, 3)] {
            let group = layout.group(rows);
            let parts: Vec<Vec<f32>> =
                matrix.chunks(group * width).map(|rows| Layout::lay(group, width, rows)).collect();
            assert_eq!(parts.len(), groups);
            assert_eq!(parts.concat().len(), layout.shape([rows, width]).numel());
            for (at, value) in matrix.iter().enumerate() {
                let (row, l) = (at / width, at % width);
                assert_eq!(parts[row / group][l * group + row % group], *value, "{layout:?} {row} {l}");
            }
        }
        assert_eq!(Layout::lay(PANEL, 1, &[7.0, 8.0]), [7.0, 8.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
    }
}
