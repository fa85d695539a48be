//! Sizes of a Playroom model, as in its `config.json`.

use std::fmt::Debug;

use serde::{Deserialize, Serialize};

use crate::model::config_error::ConfigError;
use crate::model::memory;
use crate::model::transformers::{TextConfig, VisionConfig};
use crate::nn::Tower;
use crate::ops::activation::Activation;

/// What `config.json` of a Playroom model names itself.
pub const MODEL_TYPE: &str = "triptych-playroom";

/// Most convolutions of a stem; each halves the picture's sides.
const MAX_STEM: usize = 8;
const MAX_WIDTH: usize = 1 << 14;
const MAX_DEPTH: usize = 256;
const MAX_SLOTS: usize = 256;
/// A start, what is asked for, a token and an end.
const LEAST_TOKENS: usize = 4;
/// What keeps a norm from dividing by zero, as in PyTorch.
const EPSILON: f32 = 1e-5;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Tells a folder of this model from other checkpoints.
    pub model_type: String,
    /// Side of the picture in pixels.
    pub image_size: usize,
    /// Output channels of the stem's convolutions, each 3x3 with stride 2; the last is the width `D`.
    pub stem: Vec<usize>,
    pub heads: usize,
    pub mlp_ratio: usize,
    pub vision_depth: usize,
    pub text_depth: usize,
    /// Blocks of the reader, which matches and writes.
    pub reader_depth: usize,
    /// Width of the shared embedding space, `E`.
    pub embed_width: usize,
    /// Learned places from which a picture's embedding reads its cells; 0 for the mean over the cells.
    #[serde(default)]
    pub image_slots: usize,
    /// Width that each word is given before a text's embedding takes their mean; 0 for `E`.
    #[serde(default)]
    pub text_pool: usize,
    /// Width `L` of the space in which single words and cells are compared; 0 for a model that does not compare them.
    #[serde(default)]
    pub late_width: usize,
    pub vocab_size: usize,
    /// Longest row of tokens.
    pub max_tokens: usize,
}

impl Config {
    /// The shipped model, for a tokenizer of `vocab_size` tokens.
    pub fn playroom(vocab_size: usize) -> Self {
        Config {
            model_type: MODEL_TYPE.to_string(),
            image_size: 64,
            stem: vec![48, 96, 128],
            heads: 4,
            mlp_ratio: 2,
            vision_depth: 4,
            text_depth: 3,
            reader_depth: 4,
            embed_width: 256,
            image_slots: 16,
            text_pool: 512,
            late_width: 64,
            vocab_size,
            max_tokens: 64,
        }
    }

    /// Checks sizes that come from a file: those of a model that can be emitted, and whose work on a few pictures at a time is
    /// within the memory.
    pub fn check(&self) -> Result<(), ConfigError> {
        let field = |field: &str, found: &dyn Debug, expected: String| {
            Err(ConfigError::Size(format!("{field} is {found:?}, expected {expected}")))
        };
        let stem = &self.stem;
        if !(1..=MAX_STEM).contains(&stem.len()) || stem.iter().any(|c| !(1..=MAX_WIDTH).contains(c)) {
            return field("stem", stem, format!("1 to {MAX_STEM} widths of 1 to {MAX_WIDTH}"));
        }
        let ranges = [
            ("heads", self.heads, 1..=self.width()),
            ("mlp_ratio", self.mlp_ratio, 1..=64),
            ("vision_depth", self.vision_depth, 1..=MAX_DEPTH),
            ("text_depth", self.text_depth, 1..=MAX_DEPTH),
            ("reader_depth", self.reader_depth, 1..=MAX_DEPTH),
            ("embed_width", self.embed_width, 1..=MAX_WIDTH),
            ("image_slots", self.image_slots, 0..=MAX_SLOTS),
            ("text_pool", self.text_pool, 0..=MAX_WIDTH),
            ("late_width", self.late_width, 0..=MAX_WIDTH),
            ("vocab_size", self.vocab_size, 1..=1 << 20),
            ("max_tokens", self.max_tokens, LEAST_TOKENS..=4096),
            ("image_size", self.image_size, 1..=4096),
        ];
        if let Some((name, found, range)) = ranges.iter().find(|(_, found, range)| !range.contains(found)) {
            return field(name, found, format!("{} to {}", range.start(), range.end()));
        }
        if !self.width().is_multiple_of(self.heads) {
            return field("heads", &self.heads, format!("a divisor of the width {}", self.width()));
        }
        let cell = 1 << stem.len();
        if !self.image_size.is_multiple_of(cell) {
            return field(
                "image_size",
                &self.image_size,
                format!("a multiple of {cell}, the side of a cell"),
            );
        }
        let text = TextConfig { num_hidden_layers: self.text_depth + self.reader_depth, ..self.text() };
        Ok(memory::check(&text, &self.vision(), 1, self.stem_states())?)
    }

    /// The sizes of the towers that read text: the reader's, of which the text encoder differs in its depth.
    pub(in crate::model) fn text(&self) -> TextConfig {
        TextConfig {
            vocab_size: self.vocab_size,
            hidden_size: self.width(),
            intermediate_size: self.width() * self.mlp_ratio,
            num_hidden_layers: self.reader_depth,
            num_attention_heads: self.heads,
            max_position_embeddings: self.max_tokens,
            hidden_act: Activation::Gelu,
            layer_norm_eps: EPSILON,
            pad_token_id: 0,
        }
    }

    /// The sizes of the image encoder, the cells being its patches.
    pub(in crate::model) fn vision(&self) -> VisionConfig {
        VisionConfig {
            hidden_size: self.width(),
            intermediate_size: self.width() * self.mlp_ratio,
            num_hidden_layers: self.vision_depth,
            num_attention_heads: self.heads,
            num_channels: 3,
            image_size: self.image_size,
            patch_size: 1 << self.stem.len(),
            hidden_act: Activation::Gelu,
            layer_norm_eps: EPSILON,
        }
    }

    /// Numbers that the convolutions of the stem make of a picture.
    pub(in crate::model) fn stem_states(&self) -> u128 {
        let side = |i: usize| (self.image_size >> (i + 1)) as u128;
        self.stem.iter().enumerate().map(|(i, channels)| *channels as u128 * side(i).pow(2)).sum()
    }

    pub fn width(&self) -> usize {
        *self.stem.last().expect("the stem has at least one convolution")
    }

    /// Cells on a side of the image grid, `G`.
    pub fn grid(&self) -> usize {
        self.image_size >> self.stem.len()
    }

    pub(super) fn tower(&self, depth: usize) -> Tower {
        Tower { depth, heads: self.heads, mlp_ratio: self.mlp_ratio }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_field_that_is_wrong_is_named_with_what_was_expected() {
        let check = |change: &dyn Fn(&mut Config)| {
            let mut config = Config::playroom(1024);
            change(&mut config);
            config.check().map_err(|error| error.to_string())
        };
        assert_eq!(check(&|_| ()), Ok(()));
        let refused = |change: &dyn Fn(&mut Config), expected: &str| {
            assert_eq!(check(change), Err(format!("config.json: {expected}")));
        };
        refused(&|c| c.heads = 7, "heads is 7, expected a divisor of the width 128");
        refused(&|c| c.heads = 0, "heads is 0, expected 1 to 128");
        refused(&|c| c.mlp_ratio = 0, "mlp_ratio is 0, expected 1 to 64");
        refused(&|c| c.max_tokens = 0, "max_tokens is 0, expected 4 to 4096");
        refused(&|c| c.image_size = 62, "image_size is 62, expected a multiple of 8, the side of a cell");
        refused(&|c| c.image_size = 65536, "image_size is 65536, expected 1 to 4096");
        refused(&|c| c.text_depth = 1 << 31, "text_depth is 2147483648, expected 1 to 256");
        refused(&|c| c.stem = Vec::new(), "stem is [], expected 1 to 8 widths of 1 to 16384");
        refused(&|c| c.stem[1] = 0, "stem is [48, 0, 128], expected 1 to 8 widths of 1 to 16384");
        refused(&|c| c.vocab_size = usize::MAX, "vocab_size is 18446744073709551615, expected 1 to 1048576");
        let wide = check(&|c| {
            (c.stem, c.heads, c.mlp_ratio) = (vec![1 << 14; 3], 1, 64);
            (c.vision_depth, c.text_depth, c.reader_depth) = (256, 256, 256);
        });
        assert!(
            wide.clone().is_err_and(|error| error.starts_with("config.json: the weights take ")),
            "{wide:?}"
        );
    }
}
