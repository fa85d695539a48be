//! What a model asks of its files, and how a device keeps it.

use std::ops::Range;

use crate::layout::Storage;
use crate::tensor::Shape;

/// A weight, the names under which a file may hold it, in order of preference, its shape, how a device
/// stores it, and under which names, with their number: one, unless it is larger than a buffer may be.
#[derive(Clone, Debug, PartialEq)]
pub struct ParamSpec {
    pub name: String,
    pub aliases: Vec<String>,
    pub shape: Shape,
    pub storage: Storage,
    pub parts: Vec<(String, usize)>,
}

impl ParamSpec {
    /// Bytes on the device.
    pub fn bytes(&self) -> u64 {
        self.parts.iter().map(|(_, rows)| self.part_shape(*rows).bytes() as u64).sum()
    }

    /// Numbers of a row: what one index of the first axis holds.
    pub fn width(&self) -> usize {
        self.shape.numel() / self.shape.first().copied().unwrap_or(1).max(1)
    }

    /// The shape on the device of a part of so many rows.
    pub fn part_shape(&self, rows: usize) -> Shape {
        match &self.shape[..] {
            &[_, width] => self.storage.shape([rows, width]),
            [] => self.shape.clone(),
            [_, rest @ ..] => [&[rows], rest].concat().into(),
        }
    }

    /// Which parts the words `start .. start + count` fall into: name, the first word within the part, and which of the
    /// `count` words.
    pub fn split_range(&self, start: usize, count: usize) -> Vec<(&str, usize, Range<usize>)> {
        let mut first = 0;
        let mut all = Vec::new();
        for (name, rows) in &self.parts {
            let end = first + self.part_shape(*rows).numel();
            let (from, to) = (start.max(first), (start + count).min(end));
            if from < to {
                all.push((name.as_str(), from - first, from - start..to - start));
            }
            first = end;
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_fall_into_the_parts_of_their_rows() {
        let parts = vec![("a".to_string(), 2), ("b".to_string(), 1)];
        let param = ParamSpec {
            name: "w".into(),
            aliases: Vec::new(),
            shape: [3, 4].into(),
            storage: Storage::PLAIN,
            parts,
        };
        assert_eq!(param.split_range(0, 3), [("a", 0, 0..3)]);
        assert_eq!(param.split_range(6, 5), [("a", 6, 0..2), ("b", 0, 2..5)]);
        assert_eq!(param.split_range(11, 1), [("b", 3, 0..1)]);
        assert_eq!(param.part_shape(2), [2, 4].into());
        let packed = ParamSpec { storage: Storage::Int8, ..param };
        assert_eq!(packed.part_shape(2), [2, 2].into());
        assert_eq!(packed.split_range(2, 4), [("a", 2, 0..2), ("b", 0, 2..4)]);
    }
}
