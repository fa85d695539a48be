//! The weights of a checkpoint: `model.safetensors`, or the shards that `model.safetensors.index.json` lists.

use std::collections::HashMap;
use std::io;

use super::read_at::Files;
use super::safetensors::{SafetensorsError, SafetensorsFile};
use crate::tensor::Shape;

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
        self.places.contains_key(tensor)
    }

    /// Hands out a tensor of numbers that must be there with the shape `expected`, in pieces of f32 with the element that
    /// each begins at.
    pub fn pieces<E: From<SafetensorsError>>(
        &self,
        tensor: &str,
        expected: &Shape,
        take: impl FnMut(usize, Vec<f32>) -> Result<(), E>,
    ) -> Result<(), E> {
        let place = self.places.get(tensor).copied();
        let shard = match (place, self.shards.len()) {
            (Some(place), _) => &self.shards[place],
            (None, 1) => &self.shards[0],
            (None, _) => {
                let (file, tensor) = (INDEX.to_string(), tensor.to_string());
                return Err(SafetensorsError::Missing { file, tensor }.into());
            }
        };
        shard.pieces(tensor, expected, take)
    }
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
    names.sort_unstable();
    names.dedup();
    // A name from a download must not lead out of the folder.
    match names.iter().find(|file| file.contains(['/', '\\']) || file.starts_with('.')) {
        Some(file) => Err(WeightsError::Index(format!("`{file}` is not the name of a file beside it"))),
        None => Ok((index, names)),
    }
}

fn open(files: &dyn Files, name: &str) -> Result<Option<SafetensorsFile>, WeightsError> {
    let source = files.open(name).map_err(|source| unreadable(name, source))?;
    Ok(source.map(|source| SafetensorsFile::open(name.to_string(), source)).transpose()?)
}

fn unreadable(file: &str, source: io::Error) -> WeightsError {
    WeightsError::Unreadable { file: file.to_string(), source }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::io::read_at::ReadAt;
    use crate::io::safetensors::{Precision, to_bytes};
    use crate::tensor::HostTensor;

    struct Memory(Vec<(&'static str, Vec<u8>)>);

    impl Files for Memory {
        fn open(&self, name: &str) -> io::Result<Option<Box<dyn ReadAt>>> {
            let found = self.0.iter().find(|(file, _)| *file == name);
            Ok(found.map(|(_, bytes)| Box::new(bytes.clone()) as Box<dyn ReadAt>))
        }
    }

    fn shard(name: &str, tensor: HostTensor) -> Vec<u8> {
        to_bytes([(name, &tensor)], &[], Precision::F32).unwrap()
    }

    fn sharded(index: &str) -> Memory {
        Memory(vec![
            (INDEX, index.as_bytes().to_vec()),
            ("model-1.safetensors", shard("a", HostTensor::f32([2], vec![1.0, 2.0]))),
            ("model-2.safetensors", shard("b", HostTensor::u32([1], vec![7]))),
        ])
    }

    fn message<T>(result: Result<T, WeightsError>) -> String {
        result.map(|_| ()).unwrap_err().to_string()
    }

    #[test]
    fn shards_are_one() {
        let files = sharded(r#"{"weight_map":{"a":"model-1.safetensors","b":"model-2.safetensors"}}"#);
        let weights = Weights::open(&files).unwrap();
        assert!(weights.has("a") && !weights.has("c"));
        let values = |tensor: &str, shape: [usize; 1]| {
            let mut values = Vec::new();
            let piece = |start, piece: Vec<f32>| -> Result<(), WeightsError> {
                assert_eq!(start, values.len());
                values.extend(piece);
                Ok(())
            };
            weights.pieces(tensor, &shape.into(), piece).map(|()| values)
        };
        assert_eq!(values("a", [2]).unwrap(), [1.0, 2.0]);
        assert_eq!(message(values("c", [2])), format!("{INDEX} has no tensor `c`"));
        assert_eq!(
            message(values("b", [1])),
            "`b` in model-2.safetensors holds U32, expected F32, F16 or BF16"
        );
        assert_eq!(message(values("a", [3])), "`a` in model-1.safetensors has shape [2], expected [3]");
    }

    #[test]
    fn what_the_index_lists_must_be_there() {
        let missing = sharded(r#"{"weight_map":{"a":"model-3.safetensors"}}"#);
        assert_eq!(
            message(Weights::open(&missing)),
            format!("{INDEX} lists model-3.safetensors, which is not there")
        );
        let outside = sharded(r#"{"weight_map":{"a":"../model-1.safetensors"}}"#);
        assert!(message(Weights::open(&outside)).contains("`../model-1.safetensors` is not the name"));
        assert!(message(Weights::open(&sharded("{}"))).contains("missing field `weight_map`"));
        let nothing = Memory(Vec::new());
        assert_eq!(message(Weights::open(&nothing)), format!("there is neither {WHOLE} nor {INDEX}"));
    }
}
