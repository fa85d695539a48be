//! What the `config.json` files of Hugging Face's transformers have in common: the sizes of two towers, names of
//! activations, and rules that sizes must obey.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use super::config_error::ConfigError;
use super::encoder::{Encoder, Projections};
use crate::ops::activation::Activation;

/// Sizes of a text tower.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
pub struct TextConfig {
    pub vocab_size: usize,
    pub hidden_size: usize,
    pub intermediate_size: usize,
    pub num_hidden_layers: usize,
    pub num_attention_heads: usize,
    pub max_position_embeddings: usize,
    #[serde(deserialize_with = "activation")]
    pub hidden_act: Activation,
    pub layer_norm_eps: f32,
    pub pad_token_id: u32,
}

/// Sizes of a vision tower.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
pub struct VisionConfig {
    pub hidden_size: usize,
    pub intermediate_size: usize,
    pub num_hidden_layers: usize,
    pub num_attention_heads: usize,
    pub num_channels: usize,
    pub image_size: usize,
    pub patch_size: usize,
    #[serde(deserialize_with = "activation")]
    pub hidden_act: Activation,
    pub layer_norm_eps: f32,
}

impl TextConfig {
    /// Reads `text_config`; what it leaves out is taken from `defaults`.
    pub(super) fn parse(config: &Value, defaults: &Value) -> Result<Self, ConfigError> {
        let text: TextConfig = part(config, "text_config", defaults)?;
        let named = [
            ("intermediate_size", text.intermediate_size),
            ("vocab_size", text.vocab_size),
            ("max_position_embeddings", text.max_position_embeddings),
        ];
        sizes("text_config", &named)?;
        tower("text_config", text.num_hidden_layers, text.num_attention_heads, text.hidden_size)?;
        epsilon("text_config", text.layer_norm_eps)?;
        Ok(text)
    }

    /// Vocabulary, longest row and width: the sizes of the embedding tables.
    pub(super) fn tables(&self) -> [usize; 3] {
        [self.vocab_size, self.max_position_embeddings, self.hidden_size]
    }

    pub(super) fn encoder(&self, causal: bool) -> Encoder {
        Encoder {
            depth: self.num_hidden_layers,
            heads: self.num_attention_heads,
            intermediate: self.intermediate_size,
            act: self.hidden_act,
            eps: self.layer_norm_eps,
            causal,
            projections: Projections::Separate,
        }
    }
}

impl VisionConfig {
    /// Reads `vision_config`; what it leaves out is taken from `defaults`.
    pub(super) fn parse(config: &Value, defaults: &Value) -> Result<Self, ConfigError> {
        let vision: VisionConfig = part(config, "vision_config", defaults)?;
        sizes("vision_config", &[("intermediate_size", vision.intermediate_size)])?;
        tower("vision_config", vision.num_hidden_layers, vision.num_attention_heads, vision.hidden_size)?;
        epsilon("vision_config", vision.layer_norm_eps)?;
        picture(vision.image_size, vision.patch_size, vision.num_channels)?;
        Ok(vision)
    }

    /// Patches of a picture, `P`.
    pub fn patches(&self) -> usize {
        (self.image_size / self.patch_size).pow(2)
    }

    pub(super) fn encoder(&self, projections: Projections) -> Encoder {
        Encoder {
            depth: self.num_hidden_layers,
            heads: self.num_attention_heads,
            intermediate: self.intermediate_size,
            act: self.hidden_act,
            eps: self.layer_norm_eps,
            causal: false,
            projections,
        }
    }
}

/// Entries of a part of the configuration, those that it leaves out from `defaults`. Files of OpenAI's models give the
/// part again as `<name>_dict`, which transformers prefers.
pub(super) fn part<T: DeserializeOwned>(
    config: &Value,
    name: &str,
    defaults: &Value,
) -> Result<T, ConfigError> {
    let found = config.get(format!("{name}_dict")).or_else(|| config.get(name));
    let empty = Map::new();
    let own = match found {
        None => &empty,
        Some(Value::Object(own)) => own,
        Some(other) => return Err(ConfigError::Size(format!("{name} is {other}, expected an object"))),
    };
    Ok(serde_json::from_value(over(defaults, own))?)
}

/// Entries of the whole file, those that it leaves out from `defaults`.
pub(super) fn whole<T: DeserializeOwned>(config: &Value, defaults: &Value) -> Result<T, ConfigError> {
    let empty = Map::new();
    Ok(serde_json::from_value(over(defaults, config.as_object().unwrap_or(&empty)))?)
}

fn over(defaults: &Value, own: &Map<String, Value>) -> Value {
    let mut all = defaults.as_object().cloned().unwrap_or_default();
    all.extend(own.iter().map(|(name, value)| (name.clone(), value.clone())));
    Value::Object(all)
}

/// An activation by the name it has in `hidden_act`.
fn activation<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Activation, D::Error> {
    let name = String::deserialize(deserializer)?;
    match name.as_str() {
        "gelu" => Ok(Activation::Gelu),
        "gelu_pytorch_tanh" | "gelu_new" => Ok(Activation::GeluTanh),
        "quick_gelu" => Ok(Activation::QuickGelu),
        "relu" => Ok(Activation::Relu),
        "silu" | "swish" => Ok(Activation::Silu),
        _ => Err(serde::de::Error::custom(format!(
            "`hidden_act` is `{name}`, expected gelu, gelu_pytorch_tanh, gelu_new, quick_gelu, relu or silu"
        ))),
    }
}

/// Largest size and depth that are taken for a model's and not for a damaged file's.
const MAX_SIZE: usize = 1 << 20;
const MAX_DEPTH: usize = 1024;

/// Checks that every size is positive and plausible, by the names they have in the file.
pub(super) fn sizes(part: &str, sizes: &[(&str, usize)]) -> Result<(), ConfigError> {
    match sizes.iter().find(|(_, size)| !(1..=MAX_SIZE).contains(size)) {
        Some((name, size)) => {
            Err(ConfigError::Size(format!("{part}.{name} is {size}, expected 1 to {MAX_SIZE}")))
        }
        None => Ok(()),
    }
}

/// Checks the depth of a tower, and that its heads share its width evenly.
fn tower(part: &str, depth: usize, heads: usize, width: usize) -> Result<(), ConfigError> {
    sizes(part, &[("num_attention_heads", heads), ("hidden_size", width)])?;
    if !(1..=MAX_DEPTH).contains(&depth) {
        let found = format!("{part}.num_hidden_layers is {depth}, expected 1 to {MAX_DEPTH}");
        return Err(ConfigError::Size(found));
    }
    match width.is_multiple_of(heads) {
        true => Ok(()),
        false => Err(ConfigError::Size(format!(
            "{part}.num_attention_heads is {heads}, expected a divisor of hidden_size {width}"
        ))),
    }
}

/// Checks that what keeps a norm from dividing by zero does.
fn epsilon(part: &str, eps: f32) -> Result<(), ConfigError> {
    match eps > 0.0 && eps.is_finite() {
        true => Ok(()),
        false => {
            Err(ConfigError::Size(format!("{part}.layer_norm_eps is {eps}, expected a positive number")))
        }
    }
}

/// Checks that a picture has RGB channels and at least one patch on a side.
fn picture(side: usize, patch: usize, channels: usize) -> Result<(), ConfigError> {
    if channels != 3 {
        return Err(ConfigError::Size(format!("vision_config.num_channels is {channels}, expected 3")));
    }
    sizes("vision_config", &[("image_size", side)])?;
    match (1..=side).contains(&patch) {
        true => Ok(()),
        false => Err(ConfigError::Size(format!(
            "vision_config.patch_size is {patch}, expected 1 to image_size {side}"
        ))),
    }
}
