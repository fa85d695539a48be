//! Sizes of a SigLIP model, as in its `config.json`, with the defaults of transformers.

use serde::Deserialize;
use serde_json::Value;

use crate::model::architecture::{ConfigError, part};
use crate::model::encoder::{Encoder, Projections};
use crate::model::transformers::{activation, divides, picture, positive};
use crate::ops::activation::Activation;

#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    pub text: TextConfig,
    pub vision: VisionConfig,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default)]
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
    /// Width of the text's vector; `hidden_size` where it is left out.
    projection_size: Option<usize>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default)]
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

impl Default for TextConfig {
    fn default() -> Self {
        TextConfig {
            vocab_size: 32000,
            hidden_size: 768,
            intermediate_size: 3072,
            num_hidden_layers: 12,
            num_attention_heads: 12,
            max_position_embeddings: 64,
            hidden_act: Activation::GeluTanh,
            layer_norm_eps: 1e-6,
            pad_token_id: 1,
            projection_size: None,
        }
    }
}

impl Default for VisionConfig {
    fn default() -> Self {
        VisionConfig {
            hidden_size: 768,
            intermediate_size: 3072,
            num_hidden_layers: 12,
            num_attention_heads: 12,
            num_channels: 3,
            image_size: 224,
            patch_size: 16,
            hidden_act: Activation::GeluTanh,
            layer_norm_eps: 1e-6,
        }
    }
}

impl Config {
    /// Reads the whole `config.json`.
    pub fn parse(config: &Value) -> Result<Self, ConfigError> {
        let (text, vision): (TextConfig, VisionConfig) =
            (part(config, "text_config")?, part(config, "vision_config")?);
        let sizes = [
            ("intermediate_size", text.intermediate_size),
            ("vocab_size", text.vocab_size),
            ("max_position_embeddings", text.max_position_embeddings),
        ];
        positive("text_config", &sizes)?;
        positive("vision_config", &[("intermediate_size", vision.intermediate_size)])?;
        divides("text_config", text.num_attention_heads, text.hidden_size)?;
        divides("vision_config", vision.num_attention_heads, vision.hidden_size)?;
        picture(vision.image_size, vision.patch_size, vision.num_channels)?;
        if text.projection_size() != vision.hidden_size {
            return Err(ConfigError::Size(format!(
                "text_config.projection_size is {}, expected vision_config.hidden_size {}",
                text.projection_size(),
                vision.hidden_size
            )));
        }
        Ok(Config { text, vision })
    }
}

impl TextConfig {
    /// Width of the shared embedding space, `E`.
    pub fn projection_size(&self) -> usize {
        self.projection_size.unwrap_or(self.hidden_size)
    }

    /// Vocabulary, longest row and width: the sizes of the embedding tables.
    pub(super) fn tables(&self) -> [usize; 3] {
        [self.vocab_size, self.max_position_embeddings, self.hidden_size]
    }

    pub(super) fn encoder(&self) -> Encoder {
        Encoder {
            depth: self.num_hidden_layers,
            heads: self.num_attention_heads,
            intermediate: self.intermediate_size,
            act: self.hidden_act,
            eps: self.layer_norm_eps,
            causal: false,
            projections: Projections::Separate,
        }
    }
}

impl VisionConfig {
    /// Patches of a picture, `P`.
    pub fn patches(&self) -> usize {
        (self.image_size / self.patch_size).pow(2)
    }

    pub(super) fn encoder(&self) -> Encoder {
        Encoder {
            depth: self.num_hidden_layers,
            heads: self.num_attention_heads,
            intermediate: self.intermediate_size,
            act: self.hidden_act,
            eps: self.layer_norm_eps,
            causal: false,
            projections: Projections::Separate,
        }
    }
}
