//! How a device stores the matrices `[N, K]` of linear maps: packed, or in f32 as its products read them.

use crate::precision::Precision;
use crate::tensor::{DType, Shape};

/// What a plan stores a matrix as. Packed rows follow one another; only f32 has a layout.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Storage {
    /// f32 in this order.
    F32(Layout),
    /// [`Precision::F16`], by rows.
    F16,
    /// [`Precision::Int8`], by rows.
    Int8,
}

impl Storage {
    /// As PyTorch stores matrices, and all that is no matrix.
    pub const PLAIN: Storage = Storage::F32(Layout::Rows);

    /// Of matrices in this precision, those of f32 in this layout.
    pub fn new(precision: Precision, layout: Layout) -> Self {
        match precision {
            Precision::F32 => Storage::F32(layout),
            Precision::F16 => Storage::F16,
            Precision::Int8 => Storage::Int8,
        }
    }

    /// How many bits a number takes.
    pub fn precision(self) -> Precision {
        match self {
            Storage::F32(_) => Precision::F32,
            Storage::F16 => Precision::F16,
            Storage::Int8 => Precision::Int8,
        }
    }

    /// The element type of the slot; packed rows are u32 words.
    pub fn dtype(self) -> DType {
        match self {
            Storage::F32(_) => DType::F32,
            Storage::F16 | Storage::Int8 => DType::U32,
        }
    }

    /// The shape of the slot that stores a matrix `[rows, width]`.
    pub fn shape(self, [rows, width]: [usize; 2]) -> Shape {
        match self {
            Storage::F32(layout) => layout.shape([rows, width]),
            Storage::F16 | Storage::Int8 => [rows, self.precision().row_words(width)].into(),
        }
    }
}

/// Rows of a panel: the width of the register tile of a product.
pub const PANEL: usize = 8;

/// How an f32 matrix `[N, K]` lies in memory.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Layout {
    /// `[N, K]`, as PyTorch stores them.
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

    /// Rows of a matrix `[rows, width]` as they are stored, of whole groups or up to its last row: group after group
    /// `[width, group]`, zeros for the rows that the last one lacks.
    pub fn reorder(self, [rows, width]: [usize; 2], some: &[f32]) -> Vec<f32> {
        /// Rows that are taken at a time: as many numbers as a cache line holds.
        const RUN: usize = 16;
        let group = self.group(rows);
        let whole = group * width;
        let mut reordered = vec![0.0; some.len().next_multiple_of(whole)];
        for (reordered, rows) in reordered.chunks_exact_mut(whole).zip(some.chunks(whole)) {
            for (run, rows) in rows.chunks(RUN * width).enumerate() {
                for (l, line) in reordered.chunks_exact_mut(group).enumerate() {
                    let places = line[run * RUN..].iter_mut();
                    places.zip(rows[l..].iter().step_by(width)).for_each(|(place, value)| *place = *value);
                }
            }
        }
        reordered
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_a_group_lie_side_by_side() {
        let (rows, width) = (19, 3);
        let matrix: Vec<f32> = (0..rows * width).map(|i| i as f32).collect();
        for layout in [Layout::Rows, Layout::Columns, Layout::Panels] {
            let (group, reordered) = (layout.group(rows), layout.reorder([rows, width], &matrix));
            assert_eq!(reordered.len(), layout.shape([rows, width]).numel());
            for (at, value) in matrix.iter().enumerate() {
                let (row, l) = (at / width, at % width);
                let place = row / group * group * width + l * group + row % group;
                assert_eq!(reordered[place], *value, "{layout:?} {row} {l}");
            }
        }
        assert_eq!(Layout::Panels.reorder([2, 1], &[7.0, 8.0]), [7.0, 8.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
    }
}
