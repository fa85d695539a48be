//! Sizes of a CLIP model, as in its `config.json`, with the defaults of transformers.

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
    /// Width of the shared embedding space.
    pub projection_dim: usize,
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
    pub eos_token_id: u32,
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
            vocab_size: 49408,
            hidden_size: 512,
            intermediate_size: 2048,
            num_hidden_layers: 12,
            num_attention_heads: 8,
            max_position_embeddings: 77,
            hidden_act: Activation::QuickGelu,
            layer_norm_eps: 1e-5,
            pad_token_id: 1,
            eos_token_id: 49407,
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
            patch_size: 32,
            hidden_act: Activation::QuickGelu,
            layer_norm_eps: 1e-5,
        }
    }
}

impl Config {
    /// Reads the whole `config.json`.
    pub fn parse(config: &Value) -> Result<Self, ConfigError> {
        #[derive(Deserialize)]
        struct Top {
            #[serde(default = "projection_dim")]
            projection_dim: usize,
        }
        fn projection_dim() -> usize {
            512
        }
        let top = Top::deserialize(config)?;
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
        Ok(Config { text, vision, projection_dim: top.projection_dim.max(1) })
    }
}

impl TextConfig {
    /// The position of a row of ids whose state stands for the text: that of the first end token, or of the largest id
    /// where the file still says `eos_token_id` 2, as those of OpenAI's models do although their end token is another.
    pub fn pooled_position(&self, ids: &[u32]) -> usize {
        let end = match self.eos_token_id {
            2 => ids.iter().copied().max().unwrap_or(0),
            end => end,
        };
        ids.iter().position(|&id| id == end).unwrap_or(0)
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
            causal: true,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_stands_at_its_end_token() {
        let mut config = TextConfig::default();
        assert_eq!(config.pooled_position(&[49406, 5, 49407, 49407]), 2);
        config.eos_token_id = 2;
        assert_eq!(config.pooled_position(&[998, 2, 7, 999, 1, 1]), 3);
        config.eos_token_id = 7;
        assert_eq!(config.pooled_position(&[998, 2, 999]), 0);
    }

    #[test]
    fn the_dict_that_repeats_a_part_is_preferred() {
        let json = r#"{"text_config":{"hidden_size":64},"text_config_dict":{"hidden_size":768,"num_attention_heads":12},
            "projection_dim":768}"#;
        let config = Config::parse(&serde_json::from_str(json).unwrap()).unwrap();
        assert_eq!((config.text.hidden_size, config.projection_dim), (768, 768));
        assert_eq!(config.text.intermediate_size, 2048);
    }
}
