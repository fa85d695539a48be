//! Tensors to the bytes of a safetensors file.

use std::borrow::Cow;
use std::collections::HashMap;

use half::f16;
use safetensors::tensor::{Dtype, View};

use super::SafetensorsError;
use crate::tensor::{Data, HostTensor};

/// How f32 tensors are stored; u32 tensors always are as they are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Floats {
    F32,
    /// Rounded to nearest, ties to even.
    F16,
}

/// The bytes of a safetensors file. Equal tensors give equal bytes where `metadata` has at most one entry: the format's
/// library writes several in any order.
pub fn to_bytes<'a>(
    tensors: impl IntoIterator<Item = (&'a str, &'a HostTensor)>,
    metadata: &[(&str, &str)],
    floats: Floats,
) -> Result<Vec<u8>, SafetensorsError> {
    let mut views = Vec::new();
    for (name, tensor) in tensors {
        views.push((name, EncodedTensor::new(name, tensor, floats)?));
    }
    let entries: HashMap<String, String> =
        metadata.iter().map(|(key, value)| (key.to_string(), value.to_string())).collect();
    let metadata = (!entries.is_empty()).then_some(entries);
    Ok(safetensors::serialize(views, metadata).expect("shapes fit their data, and the header fits in 100 MB"))
}

/// A tensor as it is written.
struct EncodedTensor<'a> {
    dtype: Dtype,
    shape: &'a [usize],
    bytes: Cow<'a, [u8]>,
}

impl<'a> EncodedTensor<'a> {
    fn new(name: &str, tensor: &'a HostTensor, floats: Floats) -> Result<Self, SafetensorsError> {
        let (dtype, bytes) = match (&tensor.data, floats) {
            (Data::U32(_), _) => (Dtype::U32, words(tensor)),
            (Data::F32(_), Floats::F32) => (Dtype::F32, words(tensor)),
            (Data::F32(values), Floats::F16) => (Dtype::F16, Cow::Owned(halves(name, 0, values)?)),
        };
        Ok(EncodedTensor { dtype, shape: &tensor.shape, bytes })
    }
}

fn words(tensor: &HostTensor) -> Cow<'_, [u8]> {
    match cfg!(target_endian = "little") {
        true => Cow::Borrowed(bytemuck::cast_slice(tensor.words())),
        false => Cow::Owned(tensor.words().iter().flat_map(|word| word.to_le_bytes()).collect()),
    }
}

/// The bytes of `values` as f16, which begin at element `start` of the tensor `name`.
pub fn halves(name: &str, start: usize, values: &[f32]) -> Result<Vec<u8>, SafetensorsError> {
    let mut bytes = Vec::with_capacity(values.len() * 2);
    for (index, &found) in values.iter().enumerate() {
        let value = f16::from_f32(found);
        if value.is_infinite() && found.is_finite() {
            let (tensor, index) = (name.to_string(), start + index);
            return Err(SafetensorsError::Overflow { tensor, index, found });
        }
        bytes.extend(value.to_le_bytes());
    }
    Ok(bytes)
}

impl View for EncodedTensor<'_> {
    fn dtype(&self) -> Dtype {
        self.dtype
    }

    fn shape(&self) -> &[usize] {
        self.shape
    }

    fn data(&self) -> Cow<'_, [u8]> {
        Cow::Borrowed(&self.bytes)
    }

    fn data_len(&self) -> usize {
        self.bytes.len()
    }
}
