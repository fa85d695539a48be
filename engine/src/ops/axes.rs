//! Index arithmetic over up to four axes, padded on the left with extents of 1.

use crate::tensor::Shape;

/// Extents or strides.
pub(super) type Axes = [u32; 4];

/// The extents of `shape`.
pub(super) fn pad(shape: &Shape) -> Axes {
    assert!(shape.len() <= 4, "at most four axes, got {shape}");
    let mut axes = [1; 4];
    for (axis, extent) in axes[4 - shape.len()..].iter_mut().zip(shape.iter()) {
        *axis = *extent as u32;
    }
    axes
}

/// Row-major strides.
pub(super) fn strides(extents: Axes) -> Axes {
    std::array::from_fn(|a| extents[a + 1..].iter().product())
}

/// All extents but the first, which indexing does without.
pub(super) fn tail(extents: Axes) -> [u32; 3] {
    [extents[1], extents[2], extents[3]]
}

/// Coordinates of element `i` of a tensor with these extents but the first.
pub(super) fn coordinates(i: usize, tail: [u32; 3]) -> [usize; 4] {
    let [d1, d2, d3] = tail.map(|d| d as usize);
    [i / d3 / d2 / d1, i / d3 / d2 % d1, i / d3 % d2, i % d3]
}

/// Place of an element, by its coordinates.
pub(super) fn at(coordinates: [usize; 4], strides: Axes) -> usize {
    coordinates.iter().zip(strides).map(|(c, s)| c * s as usize).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coordinates_invert_places() {
        let extents = pad(&[3, 4, 5].into());
        assert_eq!((extents, strides(extents)), ([1, 3, 4, 5], [60, 20, 5, 1]));
        assert_eq!(coordinates(33, tail(extents)), [0, 1, 2, 3]);
        assert_eq!(at([0, 1, 2, 3], strides(extents)), 33);
    }
}
