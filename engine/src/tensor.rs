//! Shapes and tensors in host memory.

use std::fmt;
use std::ops::Deref;

/// The extents of a contiguous row-major tensor, outermost first, made by `.into()` of an array, a slice or a vector; a
/// scalar has no extents and one element.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Shape(Vec<usize>);

impl Shape {
    /// Number of elements.
    pub fn numel(&self) -> usize {
        self.0.iter().product()
    }

    /// Bytes of [`Shape::numel`] elements of four bytes; the largest u128 where there are more.
    pub fn bytes(&self) -> u128 {
        self.0.iter().fold(size_of::<u32>() as u128, |bytes, extent| bytes.saturating_mul(*extent as u128))
    }

    /// The last extent; 1 for a scalar.
    pub fn last(&self) -> usize {
        self.0.last().copied().unwrap_or(1)
    }

    /// Number of rows when the tensor is read as a matrix `[rows, last]`.
    pub fn rows(&self) -> usize {
        self.0[..self.0.len().saturating_sub(1)].iter().product()
    }

    /// The same shape with another last extent; panics for a scalar.
    pub fn with_last(&self, last: usize) -> Shape {
        let mut dims = self.0.clone();
        *dims.last_mut().expect("a scalar has no last extent") = last;
        Shape(dims)
    }
}

impl Deref for Shape {
    type Target = [usize];

    fn deref(&self) -> &[usize] {
        &self.0
    }
}

impl<const N: usize> From<[usize; N]> for Shape {
    fn from(dims: [usize; N]) -> Self {
        Shape(dims.to_vec())
    }
}

impl From<&[usize]> for Shape {
    fn from(dims: &[usize]) -> Self {
        Shape(dims.to_vec())
    }
}

impl From<Vec<usize>> for Shape {
    fn from(dims: Vec<usize>) -> Self {
        Shape(dims)
    }
}

impl From<&Shape> for Shape {
    fn from(shape: &Shape) -> Self {
        shape.clone()
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let dims: Vec<String> = self.0.iter().map(usize::to_string).collect();
        write!(f, "[{}]", dims.join(","))
    }
}

impl fmt::Debug for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The index of the first number that is not finite.
pub fn first_not_finite(values: &[f32]) -> Option<usize> {
    /// Numbers that are looked at without a branch.
    const RUN: usize = 1024;
    const EXPONENT: u32 = 0x7f80_0000;
    let is_not = |value: &f32| value.to_bits() & EXPONENT == EXPONENT;
    let run = values.chunks(RUN).position(|run| run.iter().fold(false, |any, value| any | is_not(value)))?;
    values[run * RUN..].iter().position(is_not).map(|at| run * RUN + at)
}

/// Element type: activations and weights are f32, ids and lengths u32. Both take four bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DType {
    /// `torch.float32`.
    F32,
    /// `torch.uint32`.
    U32,
}

/// Elements of a [`HostTensor`], in row-major order.
#[derive(Clone, PartialEq, Debug)]
pub enum Data {
    /// Of [`DType::F32`].
    F32(Vec<f32>),
    /// Of [`DType::U32`].
    U32(Vec<u32>),
}

/// A tensor in host memory, contiguous and row-major.
///
/// ```
/// use triptych_engine::tensor::HostTensor;
///
/// let x = HostTensor::f32([2, 3], vec![0.0, 1.0, 2.0, 3.0, 4.0, 5.0]);
/// assert_eq!((x.shape.numel(), x.shape.rows(), x.shape.last()), (6, 2, 3));
/// assert_eq!(x.as_f32()[1 * 3 + 2], 5.0); // x[1, 2]
/// ```
#[derive(Clone, PartialEq, Debug)]
pub struct HostTensor {
    /// Its product is the number of elements in `data`.
    pub shape: Shape,
    /// All elements.
    pub data: Data,
}

impl HostTensor {
    /// A tensor of f32; panics where `values` does not hold `shape.numel()` elements.
    pub fn f32(shape: impl Into<Shape>, values: Vec<f32>) -> Self {
        let shape = shape.into();
        assert_eq!(shape.numel(), values.len(), "values do not fill shape {shape}");
        HostTensor { shape, data: Data::F32(values) }
    }

    /// A tensor of u32; panics where `values` does not hold `shape.numel()` elements.
    pub fn u32(shape: impl Into<Shape>, values: Vec<u32>) -> Self {
        let shape = shape.into();
        assert_eq!(shape.numel(), values.len(), "values do not fill shape {shape}");
        HostTensor { shape, data: Data::U32(values) }
    }

    /// A tensor of f32 zeros.
    pub fn zeros(shape: impl Into<Shape>) -> Self {
        let shape = shape.into();
        let count = shape.numel();
        HostTensor { shape, data: Data::F32(vec![0.0; count]) }
    }

    /// The type of the elements.
    pub fn dtype(&self) -> DType {
        match self.data {
            Data::F32(_) => DType::F32,
            Data::U32(_) => DType::U32,
        }
    }

    /// The elements of an f32 tensor; another type is a bug of the caller.
    pub fn as_f32(&self) -> &[f32] {
        match &self.data {
            Data::F32(values) => values,
            Data::U32(_) => panic!("expected an f32 tensor, got u32"),
        }
    }

    /// The elements of a u32 tensor; another type is a bug of the caller.
    pub fn as_u32(&self) -> &[u32] {
        match &self.data {
            Data::U32(values) => values,
            Data::F32(_) => panic!("expected a u32 tensor, got f32"),
        }
    }

    /// The elements as four-byte words, the form in which devices hold them.
    pub fn words(&self) -> &[u32] {
        match &self.data {
            Data::F32(values) => bytemuck::cast_slice(values),
            Data::U32(values) => values,
        }
    }

    /// A tensor of `dtype` from its words; panics where there are not `shape.numel()` of them.
    pub fn from_words(shape: Shape, dtype: DType, words: &[u32]) -> Self {
        match dtype {
            DType::F32 => HostTensor::f32(shape, bytemuck::cast_slice(words).to_vec()),
            DType::U32 => HostTensor::u32(shape, words.to_vec()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_number_that_is_none_is_found() {
        let mut values = vec![f32::MAX; 5000];
        assert_eq!(first_not_finite(&values), None);
        values[4999] = f32::NEG_INFINITY;
        assert_eq!(first_not_finite(&values), Some(4999));
        values[1023] = f32::NAN;
        assert_eq!(first_not_finite(&values), Some(1023));
    }

    #[test]
    fn bytes_do_not_overflow() {
        assert_eq!(Shape::from([2, 3]).bytes(), 24);
        assert_eq!(Shape::from([1 << 32, 1 << 32, 1 << 32]).bytes(), 1 << 98);
        assert_eq!(Shape::from([usize::MAX; 4]).bytes(), u128::MAX);
    }
}
