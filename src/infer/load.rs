//! From a model's files to a model on a device.

use std::collections::HashMap;

use super::decoding::GenerationConfig;
use super::kv_cache::KvCache;
use super::load_error::read;
use super::weight_uploader::WeightUploader;
use super::{LoadError, ModelTokenizer, VisionLanguageModel};
use crate::device::{Device, DeviceError};
use crate::io::preprocess::{Family, ImageProcessor, PreprocessError};
use crate::io::read_at::Files;
use crate::io::weights::Weights;
use crate::limits;
use crate::model::architecture::Architecture;
use crate::model::param_spec::ParamSpec;
use crate::precision::Precision;

impl VisionLanguageModel {
    /// Puts the weights on the device in pieces of a few megabytes; each tensor is checked against the shape that the model
    /// asks for, and must be finite. Matrices of linear maps and tables of tokens are kept in `precision`, all else as f32.
    pub fn load(device: Device, files: &dyn Files, precision: Precision) -> Result<Self, LoadError> {
        let architecture = Self::architecture(files)?;
        limits::fits("the weights", architecture.bytes(precision).into(), limits::weights())?;
        let (image_processor, note) = image_processor(files, &architecture)?;
        let tokenizer = ModelTokenizer::open(files, &architecture)?;
        let (generation, unfollowed) = GenerationConfig::open(files, &architecture, tokenizer.as_ref())?;
        let weights = Weights::open(files)?;
        let specs = architecture.param_specs(precision, device.layout());
        // No room is made before all headers agree.
        specs.iter().try_for_each(|param| weights.check(stored_name(&weights, param), &param.shape))?;
        let mut params = device.param_store();
        for param in specs {
            let mut uploader = WeightUploader::new(&mut params, &param)?;
            weights.pieces(stored_name(&weights, &param), &param.shape, |_, values| uploader.take(values))?;
        }
        let (plans, cache) = (HashMap::new(), KvCache::default());
        let notes = note.into_iter().chain(unfollowed).collect();
        Ok(VisionLanguageModel {
            architecture,
            image_processor,
            tokenizer,
            precision,
            generation,
            notes,
            device,
            params,
            plans,
            cache,
        })
    }

    /// What the `config.json` among the files describes.
    pub fn architecture(files: &dyn Files) -> Result<Architecture, LoadError> {
        const FILE: &str = "config.json";
        Ok(Architecture::parse(&read(files, FILE)?.ok_or(LoadError::Absent(FILE))?)?)
    }

    /// A weight of one element.
    pub(super) async fn scalar(&self, name: &str) -> Result<f32, DeviceError> {
        Ok(self.params.read(name).await?.as_f32()[0])
    }
}

/// How pictures become a model's, and a note where defaults were taken.
fn image_processor(
    files: &dyn Files,
    architecture: &Architecture,
) -> Result<(ImageProcessor, Option<String>), PreprocessError> {
    let side = architecture.vision().image_size as u32;
    let family = match architecture {
        Architecture::Playroom(_) => return Ok((ImageProcessor::centre_square(side), None)),
        Architecture::Clip(_) => Family::Clip,
        Architecture::Siglip(_) => Family::Siglip,
        Architecture::Blip(..) => Family::Blip,
    };
    ImageProcessor::open(files, family, side)
}

/// The name under which the files hold a weight.
pub(super) fn stored_name<'a>(weights: &Weights, param: &'a ParamSpec) -> &'a str {
    let other = param.aliases.iter().find(|other| !weights.has(&param.name) && weights.has(other));
    other.unwrap_or(&param.name)
}
