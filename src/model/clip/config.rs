//! Sizes of a CLIP model, as in its `config.json`, with the defaults of transformers.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::model::config_error::ConfigError;
use crate::model::transformers::{TextConfig, VisionConfig, part, sizes, whole};

#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    pub text: TextConfig,
    pub vision: VisionConfig,
    /// Width of the shared embedding space.
    pub projection_dim: usize,
    eos_token_id: u32,
}

impl Config {
    /// Reads the whole `config.json`.
    pub fn parse(config: &Value) -> Result<Self, ConfigError> {
        #[derive(Deserialize)]
        struct Top {
            projection_dim: usize,
        }
        #[derive(Deserialize)]
        struct End {
            eos_token_id: u32,
        }
        let text = TextConfig::parse(
            config,
            &json!({
                "vocab_size": 49408, "hidden_size": 512, "intermediate_size": 2048, "num_hidden_layers": 12,
                "num_attention_heads": 8, "max_position_embeddings": 77, "hidden_act": "quick_gelu",
                "layer_norm_eps": 1e-5, "pad_token_id": 1,
            }),
        )?;
        let vision = VisionConfig::parse(
            config,
            &json!({
                "hidden_size": 768, "intermediate_size": 3072, "num_hidden_layers": 12, "num_attention_heads": 12,
                "num_channels": 3, "image_size": 224, "patch_size": 32, "hidden_act": "quick_gelu",
                "layer_norm_eps": 1e-5,
            }),
        )?;
        let Top { projection_dim } = whole(config, &json!({ "projection_dim": 512 }))?;
        let End { eos_token_id } = part(config, "text_config", &json!({ "eos_token_id": 49407 }))?;
        sizes("config", &[("projection_dim", projection_dim)])?;
        if eos_token_id as usize >= text.vocab_size {
            let vocabulary = text.vocab_size;
            let found =
                format!("text_config.eos_token_id is {eos_token_id}, expected an id below {vocabulary}");
            return Err(ConfigError::Size(found));
        }
        Ok(Config { text, vision, projection_dim, eos_token_id })
    }

    /// The token that a row must have for its state there to stand for the text; none where the largest id is taken.
    fn end(&self) -> Option<u32> {
        Some(self.eos_token_id).filter(|end| *end != 2)
    }

    /// The token that `eos_token_id` asks for and that a row of ids does not hold: the model was never trained on what stands in
    /// its place.
    pub fn missing_end(&self, ids: &[u32]) -> Option<u32> {
        self.end().filter(|end| !ids.contains(end))
    }

    /// The position of a row of ids whose state stands for the text: that of the first end token, or of the largest id
    /// where the file still says `eos_token_id` 2, as those of OpenAI's models do although their end token is another.
    pub fn pooled_position(&self, ids: &[u32]) -> usize {
        let end = self.end().or(ids.iter().copied().max());
        ids.iter().position(|&id| Some(id) == end).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_stands_at_its_end_token() {
        let mut config = Config::parse(&json!({})).unwrap();
        assert_eq!(config.pooled_position(&[49406, 5, 49407, 49407]), 2);
        config.eos_token_id = 2;
        assert_eq!(config.pooled_position(&[998, 2, 7, 999, 1, 1]), 3);
        assert_eq!(config.missing_end(&[998, 999]), None);
        config.eos_token_id = 7;
        assert_eq!(config.pooled_position(&[998, 2, 999]), 0);
        assert_eq!((config.missing_end(&[998, 2, 999]), config.missing_end(&[998, 7])), (Some(7), None));
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
