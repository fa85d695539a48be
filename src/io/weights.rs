//! The weights of a checkpoint: `model.safetensors`, or the shards that `model.safetensors.index.json` lists.

use std::collections::HashMap;
use std::io;

use super::read_at::Files;
use super::safetensors::{SafetensorsError, SafetensorsFile};
use crate::tensor::{HostTensor, Shape};

const WHOLE: &str = "model.safetensors";
const INDEX: &str = "model.safetensors.index.json";

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
        #[derive(serde::Deserialize)]
        struct Index {
            weight_map: HashMap<String, String>,
        }
        let index: Index = serde_json::from_slice(index).map_err(|e| WeightsError::Index(e.to_string()))?;
        let mut names: Vec<&String> = index.weight_map.values().collect();
        names.sort_unstable();
        names.dedup();
        let mut shards = Vec::new();
        for file in &names {
            // A name from a download must not lead out of the folder.
            if file.contains(['/', '\\']) || file.starts_with('.') {
                return Err(WeightsError::Index(format!("`{file}` is not the name of a file beside it")));
            }
            let shard = open(files, file)?.ok_or_else(|| WeightsError::Shard { file: file.to_string() })?;
            shards.push(shard);
        }
        let number = |file: &String| names.binary_search(&file).expect("every shard is among the names");
        let places = index.weight_map.iter().map(|(tensor, file)| (tensor.clone(), number(file))).collect();
        Ok(Weights { shards, places })
    }

    pub fn has(&self, tensor: &str) -> bool {
        self.places.contains_key(tensor)
    }

    /// A tensor that must be there with the shape `expected`.
    pub fn shaped(&self, tensor: &str, expected: &Shape) -> Result<HostTensor, WeightsError> {
        let place = self.places.get(tensor);
        match (place, &self.shards[..]) {
            (Some(&shard), shards) => Ok(shards[shard].shaped(tensor, expected)?),
            (None, [whole]) => Ok(whole.shaped(tensor, expected)?),
            (None, _) => {
                let (file, tensor) = (INDEX.to_string(), tensor.to_string());
                Err(SafetensorsError::Missing { file, tensor }.into())
            }
        }
    }
}

fn open(files: &dyn Files, name: &str) -> Result<Option<SafetensorsFile>, WeightsError> {
    let source = files.open(name).map_err(|source| unreadable(name, source))?;
    Ok(source.map(|source| SafetensorsFile::open(name.to_string(), source)).transpose()?)
}

fn unreadable(file: &str, source: io::Error) -> WeightsError {
    WeightsError::Unreadable { file: file.to_string(), source }
}
