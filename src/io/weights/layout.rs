//! Which tensor lies where in which shard.

use crate::order;
use std::collections::HashMap;

use safetensors::tensor::{Dtype, Metadata, TensorInfo};

use super::error::WriteError;
use super::{WHOLE, part_name, rows, scale_name};
use crate::precision::Precision;
use crate::tensor::Shape;

/// Bytes of a file beside its tensors and their lines in the header, at most: its length, braces, metadata, padding.
const FIXED: u64 = 64;
/// Bytes of a tensor's line in the header beside its name and shape, at most.
const LINE: u64 = 96;
/// Bytes of `.part` and a number, at most.
const PART: u64 = 16;

/// A tensor that will be written.
#[derive(Clone, Debug)]
pub struct TensorSpec {
    pub name: String,
    pub shape: Shape,
    /// Int8 stands as I8, its scales, one per row of the first axis, in the tensor `<name>.scale`, `[R]`.
    pub precision: Precision,
}

/// A file of the layout: what stands before the data.
pub(super) struct Shard {
    pub file: String,
    /// The length of the header and the header.
    pub head: Vec<u8>,
    pub names: Vec<String>,
    pub size: u64,
}

/// Where bytes of a tensor lie.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Region {
    pub shard: usize,
    pub start: u64,
    pub bytes: usize,
}

pub(super) struct Layout {
    pub shards: Vec<Shard>,
    /// The regions of every tensor, scales included, part after part.
    pub regions: HashMap<String, Vec<Region>>,
}

/// A tensor, or rows of one, as a file holds it.
struct Entry {
    tensor: String,
    name: String,
    dtype: Dtype,
    shape: Shape,
}

impl Entry {
    fn bytes(&self) -> u64 {
        self.shape.numel() as u64 * self.dtype.bitsize() as u64 / 8
    }

    /// The same in memory and in a header, whose offsets are `usize`.
    fn length(&self) -> usize {
        usize::try_from(self.bytes()).expect("offsets of a header fit")
    }

    /// Bytes in the file, its line in the header included, at most.
    fn cost(&self) -> u64 {
        self.bytes() + LINE + self.name.len() as u64 + self.shape.to_string().len() as u64
    }
}

impl Layout {
    /// Fills one shard after the other in the order of `tensors`; none is larger than `limit` bytes. A tensor that no shard
    /// holds whole is split by rows.
    pub(super) fn new(tensors: &[TensorSpec], limit: u64) -> Result<Self, WriteError> {
        let mut shards: Vec<Vec<Entry>> = Vec::new();
        let mut used = limit;
        for spec in tensors {
            for entry in entries(spec, limit)? {
                if used + entry.cost() > limit {
                    shards.push(Vec::new());
                    used = FIXED;
                }
                used += entry.cost();
                shards.last_mut().expect("the first entry opens a shard").push(entry);
            }
        }
        let count = shards.len();
        let mut layout = Layout { shards: Vec::new(), regions: HashMap::new() };
        for (number, entries) in shards.into_iter().enumerate() {
            let file = match count {
                1 => WHOLE.to_string(),
                _ => format!("model-{:05}-of-{count:05}.safetensors", number + 1),
            };
            layout.close(file, entries);
            let size = layout.shards[number].size;
            assert!(size <= limit, "a shard of {size} bytes, at most {limit} were planned");
        }
        Ok(layout)
    }

    /// Gives the tensors of a shard their regions, wide elements first, so that each lies at a multiple of its size.
    fn close(&mut self, file: String, mut entries: Vec<Entry>) {
        order::sort_by_key(&mut entries, |entry| std::cmp::Reverse(entry.dtype.bitsize()));
        let mut at = 0;
        let mut infos = Vec::new();
        for entry in &entries {
            let end = at + entry.length();
            let (dtype, shape) = (entry.dtype, entry.shape.to_vec());
            infos.push((entry.name.clone(), TensorInfo { dtype, shape, data_offsets: (at, end) }));
            at = end;
        }
        let format = HashMap::from([("format".to_string(), "pt".to_string())]);
        let header = Metadata::new(Some(format), infos).expect("the tensors lie one behind the other");
        let mut header = serde_json::to_vec(&header).expect("plain data serialises");
        header.resize(header.len().next_multiple_of(8), b' ');
        let head = [&(header.len() as u64).to_le_bytes()[..], &header].concat();
        let mut start = head.len() as u64;
        let shard = self.shards.len();
        for entry in &entries {
            let region = Region { shard, start, bytes: entry.length() };
            self.regions.entry(entry.tensor.clone()).or_default().push(region);
            start += entry.bytes();
        }
        let names = entries.into_iter().map(|entry| entry.name).collect();
        self.shards.push(Shard { file, head, names, size: start });
    }
}

/// What the files hold of a tensor: itself or its parts, and its scales.
fn entries(spec: &TensorSpec, limit: u64) -> Result<Vec<Entry>, WriteError> {
    let dtype = match spec.precision {
        Precision::F32 => Dtype::F32,
        Precision::F16 => Dtype::F16,
        Precision::Int8 => Dtype::I8,
    };
    let mut entries = split(&spec.name, dtype, &spec.shape, limit)?;
    if spec.precision == Precision::Int8 {
        entries.extend(split(&scale_name(&spec.name), Dtype::F32, &[rows(&spec.shape)].into(), limit)?);
    }
    Ok(entries)
}

fn split(tensor: &str, dtype: Dtype, shape: &Shape, limit: u64) -> Result<Vec<Entry>, WriteError> {
    let entry = |name: String, shape: Shape| Entry { tensor: tensor.to_string(), name, dtype, shape };
    let whole = entry(tensor.to_string(), shape.clone());
    if FIXED + whole.cost() <= limit {
        return Ok(vec![whole]);
    }
    let rows = rows(shape);
    let (row, beside) = (whole.bytes() / rows as u64, FIXED + PART + whole.cost() - whole.bytes());
    let most = usize::try_from(limit.saturating_sub(beside) / row).unwrap_or(usize::MAX);
    if most == 0 {
        return Err(WriteError::Row { tensor: tensor.to_string(), row, limit });
    }
    let part = |(k, start): (usize, usize)| {
        let mut shape = shape.to_vec();
        shape[0] = most.min(rows - start);
        entry(part_name(tensor, k), shape.into())
    };
    Ok((0..rows).step_by(most).enumerate().map(part).collect())
}
