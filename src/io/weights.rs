//! The weights of a checkpoint: `model.safetensors`, or the shards that `model.safetensors.index.json` lists. A tensor may
//! lie in parts, `<name>.part0` and on, each with rows of the first axis. One of I8 has an f32 scale per row, `[R]`, in
//! `<name>.scale`, which may lie in parts itself: an element is its integer times the scale of its row.

#[cfg(not(target_arch = "wasm32"))]
mod error;
#[cfg(not(target_arch = "wasm32"))]
mod layout;
#[cfg(not(target_arch = "wasm32"))]
mod write;

#[cfg(not(target_arch = "wasm32"))]
pub use error::WriteError;
#[cfg(not(target_arch = "wasm32"))]
pub use layout::TensorSpec;
#[cfg(not(target_arch = "wasm32"))]
pub use write::{Shards, TensorWriter};

use crate::order;
use std::collections::HashMap;
use std::io;

use safetensors::tensor::Dtype;

use super::read_at::Files;
use super::safetensors::{SafetensorsError, SafetensorsFile};
use crate::limits::{self, LimitError};
use crate::tensor::{Shape, first_not_finite};

pub(super) const WHOLE: &str = "model.safetensors";
pub(super) const INDEX: &str = "model.safetensors.index.json";

#[derive(Debug, thiserror::Error)]
pub enum WeightsError {
    #[error("there is neither {WHOLE} nor {INDEX}")]
    Absent,
    #[error("{file} cannot be read: {source}")]
    Unreadable { file: String, source: io::Error },
    #[error("{INDEX} is not an index of shards: {0}")]
    Index(String),
    #[error("{INDEX} lists {file}, which is not there")]
    Shard { file: String },
    #[error("{INDEX} lists {0}")]
    Limit(#[from] LimitError),
    #[error(transparent)]
    File(#[from] SafetensorsError),
}

/// Tensors in one or more files; each is read when it is asked for.
pub struct Weights {
    shards: Vec<SafetensorsFile>,
    /// The shard of every tensor.
    places: HashMap<String, usize>,
}

impl Weights {
    /// Reads the headers.
    pub fn open(files: &dyn Files) -> Result<Self, WeightsError> {
        if let Some(whole) = open(files, WHOLE)? {
            let places = whole.names().into_iter().map(|name| (name, 0)).collect();
            return Ok(Weights { shards: vec![whole], places });
        }
        let index = files.read(INDEX).map_err(|source| unreadable(INDEX, source))?;
        Self::sharded(files, &index.ok_or(WeightsError::Absent)?)
    }

    fn sharded(files: &dyn Files, index: &[u8]) -> Result<Self, WeightsError> {
        let (index, names) = parse(index)?;
        let mut shards = Vec::new();
        for file in &names {
            let shard = open(files, file)?.ok_or_else(|| WeightsError::Shard { file: file.to_string() })?;
            shards.push(shard);
        }
        let number = |file: &String| names.binary_search(file).expect("every shard is among the names");
        let places = index.weight_map.iter().map(|(tensor, file)| (tensor.clone(), number(file))).collect();
        Ok(Weights { shards, places })
    }

    pub fn has(&self, tensor: &str) -> bool {
        self.places.contains_key(tensor) || self.places.contains_key(&part_name(tensor, 0))
    }

    /// Bytes of all files.
    pub fn bytes(&self) -> u64 {
        self.shards.iter().map(SafetensorsFile::size).sum()
    }

    /// Hands out a tensor of numbers that must be there with the shape `expected`, in pieces of f32 with the element that
    /// each begins at, whatever is stored: f32, f16, bf16 or int8, whole or in parts. All are finite.
    pub fn pieces<E: From<SafetensorsError>>(
        &self,
        tensor: &str,
        expected: &Shape,
        mut take: impl FnMut(usize, Vec<f32>) -> Result<(), E>,
    ) -> Result<(), E> {
        self.stored(tensor, expected, |start, values| match first_not_finite(&values) {
            None => take(start, values),
            Some(at) => {
                let (file, tensor) = (self.file_of(tensor)?, tensor.to_string());
                Err(SafetensorsError::NotFinite { file, tensor, index: start + at, found: values[at] }.into())
            }
        })
    }

    /// As [`Weights::pieces`], whatever the numbers are.
    fn stored<E: From<SafetensorsError>>(
        &self,
        tensor: &str,
        expected: &Shape,
        mut take: impl FnMut(usize, Vec<f32>) -> Result<(), E>,
    ) -> Result<(), E> {
        let width = expected.numel() / rows(expected).max(1);
        let mut row = 0;
        let mut scales = None;
        for (name, shape) in self.parts(tensor, expected)? {
            let shard = self.shard(&name)?;
            let take = |at, values| take(row * width + at, values);
            if shard.expect(&name, &shape)?.dtype == Dtype::I8 {
                let all: &Vec<f32> = match &mut scales {
                    Some(scales) => scales,
                    none => none.insert(self.scales(tensor, rows(expected))?),
                };
                shard.scaled_pieces(&name, &shape, &all[row..row + rows(&shape)], take)?;
            } else {
                shard.pieces(&name, &shape, take)?;
            }
            row += rows(&shape);
        }
        Ok(())
    }

    /// Whether a tensor is there with the shape `expected`, by the headers alone.
    pub fn check(&self, tensor: &str, expected: &Shape) -> Result<(), SafetensorsError> {
        let parts = self.parts(tensor, expected)?;
        parts.iter().try_for_each(|(name, shape)| self.shard(name)?.expect(name, shape).map(drop))
    }

    /// The file of a tensor or a part.
    fn shard(&self, name: &str) -> Result<&SafetensorsFile, SafetensorsError> {
        match (self.places.get(name), &self.shards[..]) {
            (Some(&place), shards) => Ok(&shards[place]),
            (None, [whole]) => Ok(whole),
            _ => Err(SafetensorsError::Missing { file: INDEX.to_string(), tensor: name.to_string() }),
        }
    }

    /// The name of the file of a tensor, or of its first part.
    fn file_of(&self, tensor: &str) -> Result<String, SafetensorsError> {
        let shard = self.shard(tensor).or_else(|_| self.shard(&part_name(tensor, 0)))?;
        Ok(shard.file().to_string())
    }

    /// The names under which a tensor is stored with the shape that each must have: one, or those of its parts.
    fn parts(&self, tensor: &str, expected: &Shape) -> Result<Vec<(String, Shape)>, SafetensorsError> {
        if self.places.contains_key(tensor) || !self.has(tensor) {
            return Ok(vec![(tensor.to_string(), expected.clone())]);
        }
        let names = (0..).map(|k| part_name(tensor, k)).take_while(|name| self.places.contains_key(name));
        let mut parts = Vec::new();
        let mut sum: usize = 0;
        for name in names {
            let shape = with_rows(expected, self.rows_of(&name)?);
            sum = rows(&shape).saturating_add(sum);
            parts.push((name, shape));
        }
        match sum == rows(expected) {
            true => Ok(parts),
            false => Err(SafetensorsError::ShapeMismatch {
                file: format!("{} parts of {INDEX}", parts.len()),
                tensor: tensor.to_string(),
                expected: expected.clone(),
                found: with_rows(expected, sum),
            }),
        }
    }

    fn rows_of(&self, name: &str) -> Result<usize, SafetensorsError> {
        let shard = self.shard(name)?;
        let missing =
            || SafetensorsError::Missing { file: shard.file().to_string(), tensor: name.to_string() };
        Ok(rows(&shard.shape(name).ok_or_else(missing)?))
    }

    /// The scales of an I8 tensor of so many rows.
    fn scales(&self, tensor: &str, rows: usize) -> Result<Vec<f32>, SafetensorsError> {
        let name = scale_name(tensor);
        for (part, shape) in self.parts(&name, &[rows].into())? {
            let shard = self.shard(&part)?;
            if shard.expect(&part, &shape)?.dtype == Dtype::I8 {
                let (file, found) = (shard.file().to_string(), Dtype::I8);
                return Err(SafetensorsError::NoNumbers { file, tensor: part, found });
            }
        }
        let mut scales = Vec::with_capacity(rows);
        self.stored(&name, &[rows].into(), |_, piece| -> Result<(), SafetensorsError> {
            scales.extend(piece);
            Ok(())
        })?;
        match scales.iter().position(|scale| !(scale.is_finite() && *scale >= 0.0)) {
            None => Ok(scales),
            Some(row) => {
                let file = self.file_of(&name)?;
                Err(SafetensorsError::Scale { file, tensor: name, row, found: scales[row] })
            }
        }
    }
}

/// The name of part `k` of a tensor.
fn part_name(tensor: &str, k: usize) -> String {
    format!("{tensor}.part{k}")
}

/// The name of the scales of a tensor.
fn scale_name(tensor: &str) -> String {
    format!("{tensor}.scale")
}

/// Extent of the first axis; 1 of a scalar.
fn rows(shape: &Shape) -> usize {
    shape.first().copied().unwrap_or(1)
}

/// The shape with another extent of the first axis; a scalar stays one.
fn with_rows(shape: &Shape, rows: usize) -> Shape {
    let mut dims = shape.to_vec();
    dims.iter_mut().take(1).for_each(|first| *first = rows);
    dims.into()
}

#[derive(serde::Deserialize)]
struct Index {
    weight_map: HashMap<String, String>,
}

/// The names of the shards that an index lists, in alphabetical order.
pub(super) fn shards(index: &[u8]) -> Result<Vec<String>, WeightsError> {
    Ok(parse(index)?.1)
}

fn parse(index: &[u8]) -> Result<(Index, Vec<String>), WeightsError> {
    let index: Index = serde_json::from_slice(index).map_err(|e| WeightsError::Index(e.to_string()))?;
    let mut names: Vec<String> = index.weight_map.values().cloned().collect();
    order::sort(&mut names);
    names.dedup();
    limits::shards(names.len())?;
    match names.iter().find(|file| !is_shard(file)) {
        Some(file) => {
            let start: String = file.chars().take(80).collect();
            Err(WeightsError::Index(format!("`{start}` is not the name of a safetensors file beside it")))
        }
        None => Ok((index, names)),
    }
}

/// A name that leads out of no folder, on no system, and into no other file's place.
fn is_shard(file: &str) -> bool {
    let is_letter = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    file.len() <= 200
        && file.ends_with(".safetensors")
        && !file.starts_with('.')
        && file.chars().all(is_letter)
}

fn open(files: &dyn Files, name: &str) -> Result<Option<SafetensorsFile>, WeightsError> {
    let source = files.open(name).map_err(|source| unreadable(name, source))?;
    Ok(source.map(|source| SafetensorsFile::open(name.to_string(), source)).transpose()?)
}

fn unreadable(file: &str, source: io::Error) -> WeightsError {
    WeightsError::Unreadable { file: file.to_string(), source }
}

#[cfg(test)]
mod tests;
