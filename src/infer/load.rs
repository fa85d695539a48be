//! From a model folder's files to a [`Runner`].

use std::collections::HashMap;

use super::decoding::GenerationConfig;
use super::next::Kept;
use super::{Runner, SPECIALS, Words};
use crate::device::{Device, DeviceError};
use crate::io::read_at::ReadAt;
use crate::io::safetensors::{SafetensorsError, SafetensorsFile};
use crate::io::tokenizer::TokenizerError;
use crate::model::playroom::{self, Config, ConfigError};
use crate::plan::{PlanBuilder, SlotKind};
use crate::tensor::DType::{F32, U32};

/// What `config.json` of a Playroom model names itself.
pub(super) const MODEL_TYPE: &str = "triptych-playroom";

/// `config.json`, `tokenizer.json` and `model.safetensors`.
pub struct ModelFiles {
    pub config: Vec<u8>,
    pub tokenizer: Vec<u8>,
    pub weights: Box<dyn ReadAt>,
}

#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    #[error("config.json is not a Playroom model's: {0}")]
    Config(serde_json::Error),
    #[error("config.json: {0}")]
    Size(#[from] ConfigError),
    #[error("config.json says `{0}`; only `triptych-playroom` models are known")]
    Architecture(String),
    #[error(transparent)]
    Tokenizer(#[from] TokenizerError),
    #[error("tokenizer.json has {found} tokens, config.json says {expected}")]
    Vocabulary { expected: usize, found: usize },
    #[error("tokenizer.json has ids up to {largest}, config.json says that there are {expected}")]
    Ids { largest: u32, expected: usize },
    #[error(transparent)]
    Weights(#[from] SafetensorsError),
    #[error(transparent)]
    Device(#[from] DeviceError),
}

impl Runner {
    /// Puts the weights on the device; each is checked against the shape that the model asks for, and must be finite.
    pub fn load(device: Device, files: ModelFiles) -> Result<Self, LoadError> {
        let config = parse_config(&files.config)?;
        let words = Words::new(&files.tokenizer)?;
        if words.tokenizer.vocab_size() != config.vocab_size {
            let (expected, found) = (config.vocab_size, words.tokenizer.vocab_size());
            return Err(LoadError::Vocabulary { expected, found });
        }
        let (largest, expected) = (words.tokenizer.largest_id(), config.vocab_size);
        if largest as usize >= expected {
            return Err(LoadError::Ids { largest, expected });
        }
        let weights = SafetensorsFile::open("model.safetensors".to_string(), files.weights)?;
        let mut bank = device.bank();
        for (name, shape) in weight_shapes(&config) {
            let tensor = weights.shaped(&name, &shape)?;
            bank.store(&name, &tensor)?;
        }
        let parameters = bank.contents().iter().map(|(_, shape)| shape.numel()).sum();
        let banned = (0..SPECIALS.len() as u32).filter(|&id| id != words.end).collect();
        let generation = GenerationConfig::until(words.end, banned);
        let (plans, kept) = (HashMap::new(), Kept::default());
        Ok(Runner { config, words, device, bank, plans, parameters, generation, kept })
    }
}

fn parse_config(json: &[u8]) -> Result<Config, LoadError> {
    #[derive(serde::Deserialize)]
    struct Kind {
        #[serde(default)]
        model_type: String,
    }
    let kind: Kind = serde_json::from_slice(json).map_err(LoadError::Config)?;
    if kind.model_type != MODEL_TYPE {
        return Err(LoadError::Architecture(kind.model_type));
    }
    let config: Config = serde_json::from_slice(json).map_err(LoadError::Config)?;
    config.check()?;
    Ok(config)
}

/// Names and shapes of all weights, from the towers' own emission.
fn weight_shapes(config: &Config) -> Vec<(String, crate::tensor::Shape)> {
    let mut b = PlanBuilder::new();
    let side = config.image_size;
    let pixels = b.input("pixels", [1, 3, side, side], F32);
    let ids = b.input("ids", [1, 1], U32);
    let lengths = b.input("lengths", [1], U32);
    let image = playroom::encode_image(&mut b, config, pixels);
    playroom::image_embeds(&mut b, config, image);
    let text = playroom::encode_text(&mut b, config, ids, lengths);
    playroom::text_embeds(&mut b, config, text, lengths);
    let memory = playroom::memory(&mut b, config, image);
    playroom::match_words(&mut b, config, ids, lengths, &memory);
    let hidden = playroom::decode(&mut b, config, ids, &memory);
    playroom::decoder_logits(&mut b, config, hidden);
    playroom::temperature(&mut b);
    let plan = b.finish();
    plan.slots_of(SlotKind::Stored).map(|slot| (slot.name.clone(), slot.shape.clone())).collect()
}
