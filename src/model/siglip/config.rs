//! Sizes of a SigLIP model, as in its `config.json`, with the defaults of transformers.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::model::config_error::ConfigError;
use crate::model::transformers::{TextConfig, VisionConfig, part};

#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    pub text: TextConfig,
    pub vision: VisionConfig,
}

impl Config {
    /// Reads the whole `config.json`. The space of the embeddings is as wide as the vision tower.
    pub fn parse(config: &Value) -> Result<Self, ConfigError> {
        #[derive(Deserialize)]
        struct Projection {
            projection_size: usize,
        }
        let text = TextConfig::parse(
            config,
            &json!({
                "vocab_size": 32000, "hidden_size": 768, "intermediate_size": 3072, "num_hidden_layers": 12,
                "num_attention_heads": 12, "max_position_embeddings": 64, "hidden_act": "gelu_pytorch_tanh",
                "layer_norm_eps": 1e-6, "pad_token_id": 1,
            }),
        )?;
        let vision = VisionConfig::parse(
            config,
            &json!({
                "hidden_size": 768, "intermediate_size": 3072, "num_hidden_layers": 12, "num_attention_heads": 12,
                "num_channels": 3, "image_size": 224, "patch_size": 16, "hidden_act": "gelu_pytorch_tanh",
                "layer_norm_eps": 1e-6,
            }),
        )?;
        let usual = json!({ "projection_size": text.hidden_size });
        let Projection { projection_size } = part(config, "text_config", &usual)?;
        if projection_size != vision.hidden_size {
            return Err(ConfigError::Size(format!(
                "text_config.projection_size is {projection_size}, expected vision_config.hidden_size {}",
                vision.hidden_size
            )));
        }
        Ok(Config { text, vision })
    }

    /// Width of the shared embedding space, `E`.
    pub fn embedding_size(&self) -> usize {
        self.vision.hidden_size
    }
}
