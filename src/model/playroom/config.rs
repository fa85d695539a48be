//! Sizes of a Playroom model, as in its `config.json`.

use serde::{Deserialize, Serialize};

use crate::nn::Tower;

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
    /// Width of the shared embedding space.
    pub embed_width: usize,
    pub vocab_size: usize,
    /// Longest row of tokens.
    pub max_tokens: usize,
}

impl Config {
    /// The shipped model, for a tokenizer of `vocab_size` tokens.
    pub fn playroom(vocab_size: usize) -> Self {
        Config {
            model_type: "triptych-playroom".to_string(),
            image_size: 64,
            stem: vec![48, 96, 128],
            heads: 4,
            mlp_ratio: 2,
            vision_depth: 4,
            text_depth: 3,
            reader_depth: 4,
            embed_width: 256,
            vocab_size,
            max_tokens: 64,
        }
    }

    pub fn width(&self) -> usize {
        *self.stem.last().expect("the stem has at least one convolution")
    }

    /// Cells on a side of the image grid, `G`.
    pub fn grid(&self) -> usize {
        self.image_size >> self.stem.len()
    }

    pub(super) fn tower(&self, depth: usize, causal: bool) -> Tower {
        Tower { depth, heads: self.heads, mlp_ratio: self.mlp_ratio, causal }
    }
}
