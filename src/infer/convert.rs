//! The folder of a model to a smaller one that loads like it.

use std::path::Path;

use super::load::stored_name;
use super::load_error::read;
use super::{LoadError, VisionLanguageModel};
use crate::io::file::{FileError, Folder, write_atomic, write_folder};
use crate::io::safetensors::SafetensorsError;
use crate::io::weights::{Shards, TensorSpec, Weights, WriteError};
use crate::model::param_spec::ParamSpec;
use crate::precision::Precision;

/// Largest file of weights in bytes that static hosts take, such as GitHub Pages.
pub const MAX_FILE: u64 = 25_000_000;

/// Fewest elements of a matrix that becomes int8: below, its scales and their names eat up what is saved.
const SMALLEST: usize = 1024;

/// What is copied as it is where it is there: all that a model has beside its weights.
const COPIED: [&str; 10] = [
    "config.json",
    "generation_config.json",
    "preprocessor_config.json",
    "processor_config.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "tokenizer.json",
    "vocab.json",
    "merges.txt",
    "vocab.txt",
];

/// What a conversion did.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Converted {
    /// Tensors that were written, scales and parts not counted.
    pub tensors: usize,
    /// Files that hold them.
    pub files: usize,
    /// Bytes of the weights' files, before and after.
    pub before: u64,
    pub after: u64,
}

#[derive(Debug, thiserror::Error)]
pub enum ConvertError {
    #[error(transparent)]
    Load(#[from] LoadError),
    #[error(transparent)]
    Write(#[from] WriteError),
    #[error(transparent)]
    File(#[from] FileError),
}

impl From<SafetensorsError> for ConvertError {
    fn from(error: SafetensorsError) -> Self {
        ConvertError::Load(error.into())
    }
}

/// Writes the model of the folder `from` into the folder `out`, which must be absent or empty and is there whole or not
/// at all. In f16 all weights are but scalars; in int8 the matrices, while vectors, scalars, positions and small matrices stay
/// f32. Only the weights that the model asks for are written, shared ones once, no file of them larger than `limit` bytes.
/// A tensor passes through memory in pieces; `progress` hears how many of all have passed.
pub fn convert(
    from: &Folder,
    out: &Path,
    precision: Precision,
    limit: u64,
    mut progress: impl FnMut(usize, usize),
) -> Result<Converted, ConvertError> {
    let params = VisionLanguageModel::architecture(from)?.file_params();
    let weights = Weights::open(from).map_err(LoadError::from)?;
    // No room is made before all headers agree.
    params.iter().try_for_each(|param| weights.check(stored_name(&weights, param), &param.shape))?;
    let stored: Vec<TensorSpec> = params.iter().map(|param| stored(param, precision)).collect();
    write_folder(out, |folder| {
        for file in COPIED {
            if let Some(bytes) = read(from, file)? {
                write_atomic(&folder.join(file), &bytes)?;
            }
        }
        let all = params.len();
        let mut shards = Shards::create(folder, &stored, limit)?;
        for (i, (param, stored)) in params.iter().zip(&stored).enumerate() {
            let mut writer = shards.tensor(stored);
            let take = |_, values| -> Result<(), ConvertError> { Ok(writer.take(values)?) };
            weights.pieces(stored_name(&weights, param), &param.shape, take)?;
            writer.finish()?;
            progress(i + 1, all);
        }
        let sizes = shards.finish()?;
        let (before, after) = (weights.bytes(), sizes.iter().sum());
        Ok(Converted { tensors: all, files: sizes.len(), before, after })
    })
}

/// How a weight is stored: f16 is as near to a bias as to a matrix, but an integer only to what shares its row's scale.
fn stored(param: &ParamSpec, precision: Precision) -> TensorSpec {
    let (name, shape) = (&param.name, &param.shape);
    let matrix = shape.len() > 1 && shape[0] > 1 && shape.numel() >= SMALLEST;
    let reduced = match precision {
        Precision::F32 => true,
        Precision::F16 => shape.numel() > 1,
        Precision::Int8 => matrix && !name.contains("position_embedding"),
    };
    let precision = if reduced { precision } else { Precision::F32 };
    TensorSpec { name: name.clone(), shape: shape.clone(), precision }
}
