//! Weights in the safetensors format (<https://github.com/huggingface/safetensors>).

mod error;
mod int8;
mod write;

pub use error::SafetensorsError;
pub use write::{Floats, halves, to_bytes};

use std::collections::BTreeMap;
use std::io;

use half::{bf16, f16};
use safetensors::tensor::{Dtype, Metadata, SafeTensorError, TensorInfo};

use super::placeholder::{BEGINNING, Placeholder};
use super::read_at::ReadAt;
use crate::tensor::{Data, HostTensor, Shape, first_not_finite};

/// Largest header in bytes that the format allows.
pub(super) const MAX_HEADER: u64 = 100_000_000;
/// Bytes of a tensor that are read and converted at a time; a multiple of every element's size.
const PIECE: usize = 1 << 22;

/// A safetensors file; a tensor is read and converted when it is asked for.
pub struct SafetensorsFile {
    file: String,
    source: Box<dyn ReadAt>,
    /// Where the data begins in the file.
    start: u64,
    header: Metadata,
}

impl SafetensorsFile {
    /// Reads and checks the header; `file` names the source in errors.
    pub fn new(file: impl Into<String>, source: impl ReadAt + 'static) -> Result<Self, SafetensorsError> {
        Self::open(file.into(), Box::new(source))
    }

    /// As [`SafetensorsFile::new`], of a source already boxed.
    pub fn open(file: String, source: Box<dyn ReadAt>) -> Result<Self, SafetensorsError> {
        let (start, header) = expect_header(&file, &*source)?;
        Ok(SafetensorsFile { file, source, start, header })
    }

    /// The name under which the file was opened.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// Length in bytes.
    pub fn size(&self) -> u64 {
        self.source.size()
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
        let data = match info.dtype {
            Dtype::F32 => Data::F32(self.elements(info, f32::from_le_bytes)?),
            Dtype::F16 => Data::F32(self.elements(info, |b| f16::from_le_bytes(b).to_f32())?),
            Dtype::BF16 => Data::F32(self.elements(info, |b| bf16::from_le_bytes(b).to_f32())?),
            Dtype::U32 => Data::U32(self.elements(info, u32::from_le_bytes)?),
            Dtype::I32 => self.ids(tensor, self.elements(info, |b| i32::from_le_bytes(b).into())?)?,
            Dtype::I64 => self.ids(tensor, self.elements(info, i64::from_le_bytes)?)?,
            found => {
                let (file, tensor) = (self.file.clone(), tensor.to_string());
                return Err(SafetensorsError::Unsupported { file, tensor, found });
            }
        };
        Ok(HostTensor { shape: info.shape.as_slice().into(), data })
    }

    /// A tensor of numbers that must have the shape `expected` and be finite.
    pub fn shaped(&self, tensor: &str, expected: &Shape) -> Result<HostTensor, SafetensorsError> {
        let found = self.expect(tensor, expected)?.dtype;
        match found {
            Dtype::F32 | Dtype::F16 | Dtype::BF16 => self.finite(tensor),
            found => {
                let (file, tensor) = (self.file.clone(), tensor.to_string());
                Err(SafetensorsError::NoNumbers { file, tensor, found })
            }
        }
    }

    /// A tensor whose numbers, if it has some, must be finite.
    pub fn finite(&self, tensor: &str) -> Result<HostTensor, SafetensorsError> {
        let found = self.tensor(tensor)?;
        let Data::F32(values) = &found.data else { return Ok(found) };
        match first_not_finite(values) {
            None => Ok(found),
            Some(index) => {
                let (file, tensor, found) = (self.file.clone(), tensor.to_string(), values[index]);
                Err(SafetensorsError::NotFinite { file, tensor, index, found })
            }
        }
    }

    /// What the header says of a tensor that must be there with the shape `expected`.
    pub(super) fn expect(&self, tensor: &str, expected: &Shape) -> Result<&TensorInfo, SafetensorsError> {
        let info = self.info(tensor)?;
        let found: Shape = info.shape.as_slice().into();
        if found != *expected {
            let (file, tensor, expected) = (self.file.clone(), tensor.to_string(), expected.clone());
            return Err(SafetensorsError::ShapeMismatch { file, tensor, expected, found });
        }
        Ok(info)
    }

    fn info(&self, tensor: &str) -> Result<&TensorInfo, SafetensorsError> {
        let missing = || SafetensorsError::Missing { file: self.file.clone(), tensor: tensor.to_string() };
        self.header.info(tensor).ok_or_else(missing)
    }

    /// Hands out a tensor of numbers, which must have the shape `expected`, in pieces of f32 with the element that each
    /// begins at; no more than a piece is in memory at a time.
    pub fn pieces<E: From<SafetensorsError>>(
        &self,
        tensor: &str,
        expected: &Shape,
        take: impl FnMut(usize, Vec<f32>) -> Result<(), E>,
    ) -> Result<(), E> {
        let info = self.expect(tensor, expected)?;
        match info.dtype {
            Dtype::F32 => self.each(info, f32::from_le_bytes, take),
            Dtype::F16 => self.each(info, |b| f16::from_le_bytes(b).to_f32(), take),
            Dtype::BF16 => self.each(info, |b| bf16::from_le_bytes(b).to_f32(), take),
            found => {
                let (file, tensor) = (self.file.clone(), tensor.to_string());
                Err(SafetensorsError::NoNumbers { file, tensor, found }.into())
            }
        }
    }

    /// Little-endian elements of `N` bytes, piece by piece; the header has already been checked against the length.
    fn each<T, E: From<SafetensorsError>, const N: usize>(
        &self,
        info: &TensorInfo,
        read: impl Fn([u8; N]) -> T,
        mut take: impl FnMut(usize, Vec<T>) -> Result<(), E>,
    ) -> Result<(), E> {
        let (start, end) = info.data_offsets;
        let mut piece = vec![0; PIECE.min(end - start)];
        for at in (start..end).step_by(PIECE) {
            let piece = &mut piece[..PIECE.min(end - at)];
            let unreadable = |source| SafetensorsError::Unreadable { file: self.file.clone(), source };
            self.source.read_at(self.start + at as u64, piece).map_err(unreadable)?;
            let (chunks, _) = piece.as_chunks::<N>();
            take((at - start) / N, chunks.iter().map(|chunk| read(*chunk)).collect())?;
        }
        Ok(())
    }

    /// All elements of a tensor.
    fn elements<T, const N: usize>(
        &self,
        info: &TensorInfo,
        read: impl Fn([u8; N]) -> T,
    ) -> Result<Vec<T>, SafetensorsError> {
        let (start, end) = info.data_offsets;
        let mut values = Vec::with_capacity((end - start) / N);
        self.each(info, read, |_, piece| {
            values.extend(piece);
            Ok(())
        })
        .map(|()| values)
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

/// Whether a file has a header of the format that agrees with its length; fails as [`SafetensorsFile::new`] does.
pub fn check(file: &str, source: &dyn ReadAt) -> Result<(), SafetensorsError> {
    expect_header(file, source).map(|_| ())
}

fn expect_header(file: &str, source: &dyn ReadAt) -> Result<(u64, Metadata), SafetensorsError> {
    let named = file.to_string();
    match header(source) {
        Ok(Ok(header)) => Ok(header),
        Ok(Err(malformed)) => {
            let start = source.read_vec(0, source.size().min(BEGINNING as u64));
            let found = start.ok().and_then(|start| Placeholder::of(file, &start));
            Err(match found {
                Some(found) => SafetensorsError::Placeholder { file: named, found },
                None => SafetensorsError::Malformed { file: named, source: malformed },
            })
        }
        Err(source) => Err(SafetensorsError::Unreadable { file: named, source }),
    }
}

/// Where the data begins, and what the header says of it; the inner error is the file's, the outer the medium's.
fn header(source: &dyn ReadAt) -> io::Result<Result<(u64, Metadata), SafeTensorError>> {
    let mut length = [0; 8];
    if source.size() < 8 {
        return Ok(Err(SafeTensorError::HeaderTooSmall));
    }
    source.read_at(0, &mut length)?;
    let length = u64::from_le_bytes(length);
    if length > MAX_HEADER {
        return Ok(Err(SafeTensorError::HeaderTooLarge));
    }
    if 8 + length > source.size() {
        return Ok(Err(SafeTensorError::InvalidHeaderLength));
    }
    let bytes = source.read_vec(8, length)?;
    let header: Metadata = match serde_json::from_slice(&bytes) {
        Ok(header) => header,
        Err(error) => return Ok(Err(SafeTensorError::InvalidHeaderDeserialization(error))),
    };
    match 8 + length + header.data_len() as u64 == source.size() {
        true => Ok(Ok((8 + length, header))),
        false => Ok(Err(SafeTensorError::MetadataIncompleteBuffer)),
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
        let pointer =
            [&b"version https://git-lfs.github.com/spec/"[..], b"v1\noid sha256:0\nsize 600\n"].concat();
        let error = SafetensorsFile::new("cloned", pointer).map(|_| ()).unwrap_err();
        assert!(error.to_string().starts_with("cloned is only a Git LFS pointer"), "{error}");
        let error = SafetensorsFile::new("page", b"<!doctype html><p>No".to_vec()).map(|_| ()).unwrap_err();
        assert!(error.to_string().starts_with("page is not there: a web page"), "{error}");
        let error = negative.shaped("x", &[1].into()).unwrap_err().to_string();
        assert_eq!(error, "`x` in test.safetensors holds I64, expected F32, F16 or BF16");
    }

    #[test]
    fn what_is_written_is_read_back() {
        let weight = HostTensor::f32([2, 2], vec![1.5, -0.1, 65504.0, 1e-7]);
        let ids = HostTensor::u32([3], vec![0, 1, u32::MAX]);
        let tensors = [("weight", &weight), ("ids", &ids)];
        let bytes = to_bytes(tensors, &[("state", "{}")], Floats::F32).unwrap();
        assert_eq!(bytes, to_bytes(tensors, &[("state", "{}")], Floats::F32).unwrap());
        let back = SafetensorsFile::new("f", bytes).unwrap();
        assert_eq!(back.names(), ["weight", "ids"]);
        assert_eq!(back.metadata(), BTreeMap::from([("state", "{}")]));
        assert_eq!(back.shaped("weight", &[2, 2].into()).unwrap(), weight);
        assert_eq!(back.tensor("ids").unwrap(), ids);

        let back = SafetensorsFile::new("f", to_bytes(tensors, &[], Floats::F16).unwrap()).unwrap();
        let rounded = [1.5, -0.099975586, 65504.0, 1.1920929e-7];
        assert_eq!(back.tensor("weight").unwrap(), HostTensor::f32([2, 2], rounded.to_vec()));
        assert_eq!(back.tensor("ids").unwrap(), ids);
    }

    #[test]
    fn a_value_beyond_f16_is_refused() {
        let large = HostTensor::f32([2], vec![0.0, 65520.0]);
        let message = to_bytes([("w", &large)], &[], Floats::F16).unwrap_err().to_string();
        assert_eq!(message, "`w` holds 65520 at element 1, beyond the largest f16 of 65504");
    }
}
