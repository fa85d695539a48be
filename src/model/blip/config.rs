//! Sizes of a BLIP model, as in its `config.json`, with the defaults of transformers.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::model::config_error::ConfigError;
use crate::model::transformers::{TextConfig, VisionConfig, part, sizes, whole};

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
    pub writing: Writing,
}

/// What `text_config` says of the decoder.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Writing {
    /// Starts what is written.
    pub bos_token_id: u32,
    /// Ends it.
    pub sep_token_id: u32,
    pub tie_word_embeddings: bool,
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

impl Config {
    /// Reads the whole `config.json`.
    pub fn parse(config: &Value) -> Result<Self, ConfigError> {
        #[derive(Deserialize)]
        struct Top {
            image_text_hidden_size: usize,
        }
        let text = TextConfig::parse(
            config,
            &json!({
                "vocab_size": 30524, "hidden_size": 768, "intermediate_size": 3072, "num_hidden_layers": 12,
                "num_attention_heads": 8, "max_position_embeddings": 512, "hidden_act": "gelu",
                "layer_norm_eps": 1e-12, "pad_token_id": 0,
            }),
        )?;
        let vision = VisionConfig::parse(
            config,
            &json!({
                "hidden_size": 768, "intermediate_size": 3072, "num_hidden_layers": 12, "num_attention_heads": 12,
                "num_channels": 3, "image_size": 384, "patch_size": 16, "hidden_act": "gelu", "layer_norm_eps": 1e-5,
            }),
        )?;
        let usual = json!({ "bos_token_id": 30522, "sep_token_id": 102, "tie_word_embeddings": true });
        let writing: Writing = part(config, "text_config", &usual)?;
        let ids = [("pad", text.pad_token_id), ("bos", writing.bos_token_id), ("sep", writing.sep_token_id)];
        if let Some((name, id)) = ids.into_iter().find(|(_, id)| *id as usize >= text.vocab_size) {
            let vocabulary = text.vocab_size;
            let found = format!("text_config.{name}_token_id is {id}, expected an id below {vocabulary}");
            return Err(ConfigError::Size(found));
        }
        let Top { image_text_hidden_size } = whole(config, &json!({ "image_text_hidden_size": 256 }))?;
        sizes("config", &[("image_text_hidden_size", image_text_hidden_size)])?;
        Ok(Config { text, vision, image_text_hidden_size, writing })
    }
}
