//! Weights into shards of limited size, each tensor piece by piece.

use std::collections::{BTreeMap, VecDeque};
use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde_json::json;

use super::error::WriteError;
use super::layout::{Layout, Region, TensorSpec};
use super::{INDEX, rows, scale_name};
use crate::io::safetensors::halves;
use crate::limits;
use crate::precision::{Precision, quantize};

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
    pub fn create(folder: &Path, tensors: &[TensorSpec], limit: u64) -> Result<Self, WriteError> {
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
    pub fn tensor<'a>(&'a mut self, spec: &'a TensorSpec) -> TensorWriter<'a> {
        let regions = self.regions(&spec.name);
        TensorWriter { shards: self, spec, regions, taken: 0, begun: Vec::new(), scales: Vec::new() }
    }

    /// Writes the index if there are several files and brings all of them to the disk; returns the sizes of the
    /// files with weights in bytes.
    pub fn finish(self) -> Result<Vec<u64>, WriteError> {
        for (file, shard) in self.files.iter().zip(&self.layout.shards) {
            file.sync_all().map_err(|source| unwritable(&shard.file, source))?;
        }
        let shards = &self.layout.shards;
        if shards.len() > 1 {
            let regions = shards.iter().flat_map(|shard| shard.names.iter().map(|name| (name, &shard.file)));
            let weight_map: BTreeMap<_, _> = regions.collect();
            let total_size: usize = self.layout.regions.values().flatten().map(|region| region.bytes).sum();
            let index = json!({ "metadata": { "total_size": total_size }, "weight_map": weight_map });
            let text = serde_json::to_vec_pretty(&index).expect("plain data serialises");
            std::fs::write(self.folder.join(INDEX), text).map_err(|source| unwritable(INDEX, source))?;
        }
        Ok(shards.iter().map(|shard| shard.size).collect())
    }

    fn regions(&self, tensor: &str) -> VecDeque<Region> {
        self.layout.regions[tensor].iter().cloned().collect()
    }

    /// Fills `regions` from the front and takes away what is full.
    fn write(&mut self, regions: &mut VecDeque<Region>, mut bytes: &[u8]) -> Result<(), WriteError> {
        while !bytes.is_empty() {
            let region = regions.front_mut().expect("no more bytes than the shape has");
            let (now, later) = bytes.split_at(region.bytes.min(bytes.len()));
            let file = &mut self.files[region.shard];
            let written = file.seek(SeekFrom::Start(region.start)).and_then(|_| file.write_all(now));
            written.map_err(|source| unwritable(&self.layout.shards[region.shard].file, source))?;
            region.start += now.len() as u64;
            region.bytes -= now.len();
            bytes = later;
            if region.bytes == 0 {
                regions.pop_front();
            }
        }
        Ok(())
    }
}

/// A tensor that is being written.
pub struct TensorWriter<'a> {
    shards: &'a mut Shards,
    spec: &'a TensorSpec,
    regions: VecDeque<Region>,
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
        let bytes = match self.spec.precision {
            Precision::F32 => values.iter().flat_map(|value| value.to_le_bytes()).collect(),
            Precision::F16 => halves(&self.spec.name, start, &values)?,
            Precision::Int8 => self.integers(start, values)?,
        };
        self.shards.write(&mut self.regions, &bytes)
    }

    /// The integers of all rows that are complete.
    fn integers(&mut self, start: usize, values: Vec<f32>) -> Result<Vec<u8>, WriteError> {
        if let Some(at) = values.iter().position(|value| !value.is_finite()) {
            let (tensor, index, found) = (self.spec.name.clone(), start + at, values[at]);
            return Err(WriteError::NotFinite { tensor, index, found });
        }
        self.begun.extend(values);
        let rows = self.begun.chunks_exact(self.spec.shape.numel() / rows(&self.spec.shape));
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
        assert!(self.regions.is_empty(), "`{}` was not written whole", self.spec.name);
        if self.spec.precision == Precision::Int8 {
            let bytes: Vec<u8> = self.scales.iter().flat_map(|scale| scale.to_le_bytes()).collect();
            let mut regions = self.shards.regions(&scale_name(&self.spec.name));
            self.shards.write(&mut regions, &bytes)?;
        }
        Ok(())
    }
}

fn unwritable(file: &str, source: io::Error) -> WriteError {
    WriteError::Unwritable { file: file.to_string(), source }
}
