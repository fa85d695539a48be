//! Weights in the safetensors format (<https://github.com/huggingface/safetensors>).

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use half::{bf16, f16};
use safetensors::tensor::{Dtype, Metadata, SafeTensorError, SafeTensors, TensorInfo, View};

use crate::tensor::{Data, HostTensor, Shape};

/// What can be wrong with a safetensors file; `file` is the name under which it was opened.
#[derive(Debug, thiserror::Error)]
pub enum SafetensorsError {
    #[error("{file} is not a safetensors file: {source}")]
    Malformed { file: String, source: SafeTensorError },
    #[error("{file} has no tensor `{tensor}`")]
    Missing { file: String, tensor: String },
    #[error("`{tensor}` in {file} has shape {found}, expected {expected}")]
    Misshapen { file: String, tensor: String, expected: Shape, found: Shape },
    #[error("`{tensor}` in {file} holds {found:?}, expected F32, F16, BF16, I64, I32 or U32")]
    Unsupported { file: String, tensor: String, found: Dtype },
    #[error("`{tensor}` in {file} holds {found} at element {index}, expected an id in 0..=4294967295")]
    NotAnId { file: String, tensor: String, index: usize, found: i64 },
    #[error("`{tensor}` holds {found} at element {index}, beyond the largest f16 of 65504")]
    Overflow { tensor: String, index: usize, found: f32 },
}

/// A safetensors file in memory; a tensor is converted when it is asked for.
pub struct SafetensorsFile {
    file: String,
    bytes: Vec<u8>,
    /// Where the data begins in `bytes`.
    start: usize,
    header: Metadata,
}

impl SafetensorsFile {
    /// Checks the header; `file` names the source in errors.
    pub fn new(file: impl Into<String>, bytes: Vec<u8>) -> Result<Self, SafetensorsError> {
        let file = file.into();
        match SafeTensors::read_metadata(&bytes) {
            // Eight bytes hold the length of the header.
            Ok((length, header)) => Ok(SafetensorsFile { file, bytes, start: 8 + length, header }),
            Err(source) => Err(SafetensorsError::Malformed { file, source }),
        }
    }

    /// The names of all tensors, in the order of their data.
    pub fn names(&self) -> Vec<String> {
        self.header.offset_keys()
    }

    /// The free-text metadata.
    pub fn metadata(&self) -> BTreeMap<&str, &str> {
        let entries = self.header.metadata().iter().flatten();
        entries.map(|(key, value)| (key.as_str(), value.as_str())).collect()
    }

    /// The shape of a tensor, if the file has it.
    pub fn shape(&self, tensor: &str) -> Option<Shape> {
        Some(self.header.info(tensor)?.shape.as_slice().into())
    }

    /// A tensor of any shape: f32, f16 and bf16 as f32; i64, i32 and u32 as u32.
    pub fn tensor(&self, tensor: &str) -> Result<HostTensor, SafetensorsError> {
        let info = self.info(tensor)?;
        let bytes = &self.bytes[self.start + info.data_offsets.0..self.start + info.data_offsets.1];
        let data = match info.dtype {
            Dtype::F32 => Data::F32(elements(bytes, f32::from_le_bytes)),
            Dtype::F16 => Data::F32(elements(bytes, |b| f16::from_le_bytes(b).to_f32())),
            Dtype::BF16 => Data::F32(elements(bytes, |b| bf16::from_le_bytes(b).to_f32())),
            Dtype::U32 => Data::U32(elements(bytes, u32::from_le_bytes)),
            Dtype::I32 => self.ids(tensor, elements(bytes, |b| i32::from_le_bytes(b).into()))?,
            Dtype::I64 => self.ids(tensor, elements(bytes, i64::from_le_bytes))?,
            found => {
                let (file, tensor) = (self.file.clone(), tensor.to_string());
                return Err(SafetensorsError::Unsupported { file, tensor, found });
            }
        };
        Ok(HostTensor { shape: info.shape.as_slice().into(), data })
    }

    /// A tensor that must have the shape `expected`.
    pub fn shaped(&self, tensor: &str, expected: &Shape) -> Result<HostTensor, SafetensorsError> {
        let found: Shape = self.info(tensor)?.shape.as_slice().into();
        if found != *expected {
            let (file, tensor, expected) = (self.file.clone(), tensor.to_string(), expected.clone());
            return Err(SafetensorsError::Misshapen { file, tensor, expected, found });
        }
        self.tensor(tensor)
    }

    fn info(&self, tensor: &str) -> Result<&TensorInfo, SafetensorsError> {
        let missing = || SafetensorsError::Missing { file: self.file.clone(), tensor: tensor.to_string() };
        self.header.info(tensor).ok_or_else(missing)
    }

    fn ids(&self, tensor: &str, values: Vec<i64>) -> Result<Data, SafetensorsError> {
        let id = |(index, &found): (usize, &i64)| {
            u32::try_from(found).map_err(|_| SafetensorsError::NotAnId {
                file: self.file.clone(),
                tensor: tensor.to_string(),
                index,
                found,
            })
        };
        Ok(Data::U32(values.iter().enumerate().map(id).collect::<Result<_, _>>()?))
    }
}

/// Little-endian elements of `N` bytes; the header has already been checked against the length.
fn elements<T, const N: usize>(bytes: &[u8], read: impl Fn([u8; N]) -> T) -> Vec<T> {
    let (chunks, _) = bytes.as_chunks::<N>();
    chunks.iter().map(|chunk| read(*chunk)).collect()
}

/// How f32 tensors are stored; u32 tensors always are as they are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Precision {
    F32,
    /// Rounded to nearest, ties to even.
    F16,
}

/// The bytes of a safetensors file. Equal tensors give equal bytes where `metadata` has at most one entry: the format's
/// library writes several in any order.
pub fn to_bytes<'a>(
    tensors: impl IntoIterator<Item = (&'a str, &'a HostTensor)>,
    metadata: &[(&str, &str)],
    precision: Precision,
) -> Result<Vec<u8>, SafetensorsError> {
    let mut views = Vec::new();
    for (name, tensor) in tensors {
        views.push((name, Stored::new(name, tensor, precision)?));
    }
    let entries: HashMap<String, String> =
        metadata.iter().map(|(key, value)| (key.to_string(), value.to_string())).collect();
    let metadata = (!entries.is_empty()).then_some(entries);
    Ok(safetensors::serialize(views, metadata).expect("shapes fit their data, and the header fits in 100 MB"))
}

/// A tensor as it is written.
struct Stored<'a> {
    dtype: Dtype,
    shape: &'a [usize],
    bytes: Cow<'a, [u8]>,
}

impl<'a> Stored<'a> {
    fn new(name: &str, tensor: &'a HostTensor, precision: Precision) -> Result<Self, SafetensorsError> {
        let (dtype, bytes) = match (&tensor.data, precision) {
            (Data::U32(_), _) => (Dtype::U32, words(tensor)),
            (Data::F32(_), Precision::F32) => (Dtype::F32, words(tensor)),
            (Data::F32(values), Precision::F16) => (Dtype::F16, Cow::Owned(halves(name, values)?)),
        };
        Ok(Stored { dtype, shape: &tensor.shape, bytes })
    }
}

fn words(tensor: &HostTensor) -> Cow<'_, [u8]> {
    match cfg!(target_endian = "little") {
        true => Cow::Borrowed(bytemuck::cast_slice(tensor.words())),
        false => Cow::Owned(tensor.words().iter().flat_map(|word| word.to_le_bytes()).collect()),
    }
}

fn halves(name: &str, values: &[f32]) -> Result<Vec<u8>, SafetensorsError> {
    let mut bytes = Vec::with_capacity(values.len() * 2);
    for (index, &found) in values.iter().enumerate() {
        let value = f16::from_f32(found);
        if value.is_infinite() && found.is_finite() {
            return Err(SafetensorsError::Overflow { tensor: name.to_string(), index, found });
        }
        bytes.extend(value.to_le_bytes());
    }
    Ok(bytes)
}

impl View for Stored<'_> {
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

#[cfg(test)]
mod tests {
    use super::*;

    /// A file of one tensor `x`, from its raw parts.
    fn file(dtype: &str, shape: &str, data: &[u8]) -> SafetensorsFile {
        let header =
            format!(r#"{{"x":{{"dtype":"{dtype}","shape":{shape},"data_offsets":[0,{}]}}}}"#, data.len());
        let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
        bytes.extend(header.as_bytes());
        bytes.extend(data);
        SafetensorsFile::new("test.safetensors", bytes).unwrap()
    }

    #[test]
    fn every_element_type_is_read_as_f32_or_u32() {
        let f32s = file("F32", "[2]", &[0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0]);
        assert_eq!(f32s.tensor("x").unwrap(), HostTensor::f32([2], vec![1.0, -2.0]));
        let f16s = file("F16", "[2,1]", &[0, 0x3c, 0x01, 0]);
        assert_eq!(f16s.tensor("x").unwrap(), HostTensor::f32([2, 1], vec![1.0, 2f32.powi(-24)]));
        let bf16s = file("BF16", "[]", &[0x80, 0xbf]);
        assert_eq!(bf16s.tensor("x").unwrap(), HostTensor::f32([], vec![-1.0]));
        let i64s = file("I64", "[1]", &[7, 0, 0, 0, 0, 0, 0, 0]);
        assert_eq!(i64s.tensor("x").unwrap(), HostTensor::u32([1], vec![7]));
        let i32s = file("I32", "[1]", &[1, 1, 0, 0]);
        assert_eq!(i32s.tensor("x").unwrap(), HostTensor::u32([1], vec![257]));
        let u32s = file("U32", "[1]", &[0xff; 4]);
        assert_eq!(u32s.tensor("x").unwrap(), HostTensor::u32([1], vec![u32::MAX]));
    }

    #[test]
    fn errors_name_the_file_the_tensor_and_both_sides() {
        let negative = file("I64", "[1]", &[0xff; 8]);
        let message = negative.tensor("x").unwrap_err().to_string();
        assert_eq!(
            message,
            "`x` in test.safetensors holds -1 at element 0, expected an id in 0..=4294967295"
        );
        let message = negative.tensor("y").unwrap_err().to_string();
        assert_eq!(message, "test.safetensors has no tensor `y`");
        let message = negative.shaped("x", &[2, 3].into()).unwrap_err().to_string();
        assert_eq!(message, "`x` in test.safetensors has shape [1], expected [2,3]");
        let message = file("F64", "[1]", &[0; 8]).tensor("x").unwrap_err().to_string();
        assert!(message.starts_with("`x` in test.safetensors holds F64"), "{message}");
        let error = SafetensorsFile::new("short", vec![1, 2, 3]).map(|_| ()).unwrap_err();
        assert!(error.to_string().starts_with("short is not a safetensors file"), "{error}");
    }

    #[test]
    fn what_is_written_is_read_back() {
        let weight = HostTensor::f32([2, 2], vec![1.5, -0.1, 65504.0, 1e-7]);
        let ids = HostTensor::u32([3], vec![0, 1, u32::MAX]);
        let tensors = [("weight", &weight), ("ids", &ids)];
        let bytes = to_bytes(tensors, &[("state", "{}")], Precision::F32).unwrap();
        assert_eq!(bytes, to_bytes(tensors, &[("state", "{}")], Precision::F32).unwrap());
        let back = SafetensorsFile::new("f", bytes).unwrap();
        assert_eq!(back.names(), ["weight", "ids"]);
        assert_eq!(back.metadata(), BTreeMap::from([("state", "{}")]));
        assert_eq!(back.shaped("weight", &[2, 2].into()).unwrap(), weight);
        assert_eq!(back.tensor("ids").unwrap(), ids);

        let back = SafetensorsFile::new("f", to_bytes(tensors, &[], Precision::F16).unwrap()).unwrap();
        let rounded = [1.5, -0.099975586, 65504.0, 1.1920929e-7];
        assert_eq!(back.tensor("weight").unwrap(), HostTensor::f32([2, 2], rounded.to_vec()));
        assert_eq!(back.tensor("ids").unwrap(), ids);
    }

    #[test]
    fn a_value_beyond_f16_is_refused() {
        let large = HostTensor::f32([2], vec![0.0, 65520.0]);
        let message = to_bytes([("w", &large)], &[], Precision::F16).unwrap_err().to_string();
        assert_eq!(message, "`w` holds 65520 at element 1, beyond the largest f16 of 65504");
    }
}
