//! Sizes of a BLIP model, as in its `config.json`, with the defaults of transformers.

use serde::Deserialize;
use serde_json::Value;

use crate::model::architecture::{ConfigError, part};
use crate::model::encoder::{Encoder, Projections};
use crate::model::transformers::{activation, divides, picture, positive};
use crate::ops::activation::Activation;

/// What a BLIP model was tuned for, by the class it was saved from.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Task {
    /// `BlipForConditionalGeneration`
    Caption,
    /// `BlipForImageTextRetrieval`
    Match,
    /// `BlipForQuestionAnswering`
    Answer,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    pub text: TextConfig,
    pub vision: VisionConfig,
    /// Width of the embedding space in which pictures and texts are compared.
    pub image_text_hidden_size: usize,
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
    /// Starts what the decoder writes.
    pub bos_token_id: u32,
    /// Ends it.
    pub sep_token_id: u32,
    pub tie_word_embeddings: bool,
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

impl Task {
    /// The task of a class; none where it is no BLIP that we run.
    pub fn of(class: &str) -> Option<Self> {
        match class {
            "BlipForConditionalGeneration" => Some(Task::Caption),
            "BlipForImageTextRetrieval" => Some(Task::Match),
            "BlipForQuestionAnswering" => Some(Task::Answer),
            _ => None,
        }
    }
}

impl Default for TextConfig {
    fn default() -> Self {
        TextConfig {
            vocab_size: 30524,
            hidden_size: 768,
            intermediate_size: 3072,
            num_hidden_layers: 12,
            num_attention_heads: 8,
            max_position_embeddings: 512,
            hidden_act: Activation::Gelu,
            layer_norm_eps: 1e-12,
            pad_token_id: 0,
            bos_token_id: 30522,
            sep_token_id: 102,
            tie_word_embeddings: true,
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
            image_size: 384,
            patch_size: 16,
            hidden_act: Activation::Gelu,
            layer_norm_eps: 1e-5,
        }
    }
}

impl Config {
    /// Reads the whole `config.json`.
    pub fn parse(config: &Value) -> Result<Self, ConfigError> {
        #[derive(Deserialize)]
        struct Top {
            #[serde(default = "image_text_hidden_size")]
            image_text_hidden_size: usize,
        }
        fn image_text_hidden_size() -> usize {
            256
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
        for (name, id) in [("pad", text.pad_token_id), ("bos", text.bos_token_id), ("sep", text.sep_token_id)]
        {
            if id as usize >= text.vocab_size {
                let vocabulary = text.vocab_size;
                let found = format!("text_config.{name}_token_id is {id}, expected an id below {vocabulary}");
                return Err(ConfigError::Size(found));
            }
        }
        Ok(Config { text, vision, image_text_hidden_size: top.image_text_hidden_size.max(1) })
    }
}

impl TextConfig {
    /// Vocabulary, longest row and width: the sizes of the embedding tables.
    pub(super) fn tables(&self) -> [usize; 3] {
        [self.vocab_size, self.max_position_embeddings, self.hidden_size]
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
            projections: Projections::Joined,
        }
    }
}
