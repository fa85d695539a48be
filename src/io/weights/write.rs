//! Weights into shards of limited size, each tensor piece by piece.

use std::collections::{BTreeMap, VecDeque};
use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde_json::json;

use super::layout::{Layout, Place};
use super::{INDEX, rows, scale_name};
use crate::io::safetensors::{SafetensorsError, halves};
use crate::limits::{self, LimitError};
use crate::precision::{Precision, quantize};
use crate::tensor::Shape;

/// A tensor that will be written.
#[derive(Clone, Debug)]
pub struct Stored {
    pub name: String,
    pub shape: Shape,
    /// Int8 stands as I8, its scales, one per row of the first axis, in the tensor `<name>.scale`, `[R]`.
    pub precision: Precision,
}

#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    #[error("{file} cannot be written: {source}")]
    Unwritable { file: String, source: io::Error },
    #[error("a row of `{tensor}` has {row} bytes, a file at most {limit}")]
    Row { tensor: String, row: u64, limit: u64 },
    #[error("`{tensor}` holds {found} at element {index}, expected a finite number")]
    NotFinite { tensor: String, index: usize, found: f32 },
    #[error("the model would need {0}")]
    Limit(#[from] LimitError),
    #[error(transparent)]
    Value(#[from] SafetensorsError),
}

/// The shards of a model while they are written: `model.safetensors`, or several files with an index in the form of
/// transformers. A tensor that is larger than a file may be lies as `<name>.part0`, `<name>.part1`, ..., each with rows of
/// the first axis, in their order; transformers does not read such parts, [`super::Weights`] does.
pub struct Shards {
    folder: PathBuf,
    layout: Layout,
    files: Vec<File>,
}

impl Shards {
    /// Creates the files, none larger than `limit` bytes.
    pub fn create(folder: &Path, tensors: &[Stored], limit: u64) -> Result<Self, WriteError> {
        let layout = Layout::new(tensors, limit)?;
        limits::shards(layout.shards.len())?;
        let mut files = Vec::new();
        for shard in &layout.shards {
            let created = File::create_new(folder.join(&shard.file)).and_then(|mut file| {
                file.set_len(shard.size)?;
                file.write_all(&shard.head)?;
                Ok(file)
            });
            files.push(created.map_err(|source| unwritable(&shard.file, source))?);
        }
        Ok(Shards { folder: folder.to_path_buf(), layout, files })
    }

    /// Takes the numbers of a tensor that was among those for which the files were created.
    pub fn tensor<'a>(&'a mut self, stored: &'a Stored) -> TensorWriter<'a> {
        let places = self.places(&stored.name);
        TensorWriter { shards: self, stored, places, taken: 0, begun: Vec::new(), scales: Vec::new() }
    }

    /// Writes the index if there are several files and brings all of them to the disk; returns the sizes of the
    /// files with weights in bytes.
    pub fn finish(self) -> Result<Vec<u64>, WriteError> {
        for (file, shard) in self.files.iter().zip(&self.layout.shards) {
            file.sync_all().map_err(|source| unwritable(&shard.file, source))?;
        }
        let shards = &self.layout.shards;
        if shards.len() > 1 {
            let places = shards.iter().flat_map(|shard| shard.names.iter().map(|name| (name, &shard.file)));
            let weight_map: BTreeMap<_, _> = places.collect();
            let total_size: usize = self.layout.places.values().flatten().map(|place| place.bytes).sum();
            let index = json!({ "metadata": { "total_size": total_size }, "weight_map": weight_map });
            let text = serde_json::to_vec_pretty(&index).expect("plain data serialises");
            std::fs::write(self.folder.join(INDEX), text).map_err(|source| unwritable(INDEX, source))?;
        }
        Ok(shards.iter().map(|shard| shard.size).collect())
    }

    fn places(&self, tensor: &str) -> VecDeque<Place> {
        self.layout.places[tensor].iter().cloned().collect()
    }

    /// Fills `places` from the front and takes away what is full.
    fn write(&mut self, places: &mut VecDeque<Place>, mut bytes: &[u8]) -> Result<(), WriteError> {
        while !bytes.is_empty() {
            let place = places.front_mut().expect("no more bytes than the shape has");
            let (now, later) = bytes.split_at(place.bytes.min(bytes.len()));
            let file = &mut self.files[place.shard];
            let written = file.seek(SeekFrom::Start(place.start)).and_then(|_| file.write_all(now));
            written.map_err(|source| unwritable(&self.layout.shards[place.shard].file, source))?;
            place.start += now.len() as u64;
            place.bytes -= now.len();
            bytes = later;
            if place.bytes == 0 {
                places.pop_front();
            }
        }
        Ok(())
    }
}

/// A tensor that is being written.
pub struct TensorWriter<'a> {
    shards: &'a mut Shards,
    stored: &'a Stored,
    places: VecDeque<Place>,
    /// Elements that were taken before.
    taken: usize,
    /// A row of which more is to come.
    begun: Vec<f32>,
    scales: Vec<f32>,
}

impl TensorWriter<'_> {
    /// The next numbers, in row-major order.
    pub fn take(&mut self, values: Vec<f32>) -> Result<(), WriteError> {
        let start = self.taken;
        self.taken += values.len();
        let bytes = match self.stored.precision {
            Precision::F32 => values.iter().flat_map(|value| value.to_le_bytes()).collect(),
            Precision::F16 => halves(&self.stored.name, start, &values)?,
            Precision::Int8 => self.integers(start, values)?,
        };
        self.shards.write(&mut self.places, &bytes)
    }

    /// The integers of all rows that are complete.
    fn integers(&mut self, start: usize, values: Vec<f32>) -> Result<Vec<u8>, WriteError> {
        if let Some(at) = values.iter().position(|value| !value.is_finite()) {
            let (tensor, index, found) = (self.stored.name.clone(), start + at, values[at]);
            return Err(WriteError::NotFinite { tensor, index, found });
        }
        self.begun.extend(values);
        let rows = self.begun.chunks_exact(self.stored.shape.numel() / rows(&self.stored.shape));
        let rest = rows.remainder().to_vec();
        let mut bytes = Vec::with_capacity(self.begun.len());
        for row in rows {
            let (scale, integers) = quantize(row);
            self.scales.push(scale);
            bytes.extend(integers.map(|integer| integer as u8));
        }
        self.begun = rest;
        Ok(bytes)
    }

    /// Writes what only the whole tensor tells: its scales.
    pub fn finish(self) -> Result<(), WriteError> {
        assert!(self.places.is_empty(), "`{}` was not written whole", self.stored.name);
        if self.stored.precision == Precision::Int8 {
            let bytes: Vec<u8> = self.scales.iter().flat_map(|scale| scale.to_le_bytes()).collect();
            let mut places = self.shards.places(&scale_name(&self.stored.name));
            self.shards.write(&mut places, &bytes)?;
        }
        Ok(())
    }
}

fn unwritable(file: &str, source: io::Error) -> WriteError {
    WriteError::Unwritable { file: file.to_string(), source }
}
