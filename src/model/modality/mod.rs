//! Encoders of what is neither picture nor words, bound to the space that pictures and words share: each learns to lie where the
//! frozen image encoder puts the picture of the same clip (Girdhar et al. 2023, ImageBind).
//!
//! Shapes: `N` clips, `T` tokens, `D` width, `H` heads, `E` width of the shared space.

mod config;
pub mod graph;
pub mod motion;
pub mod sound;
pub mod table;

pub use config::{Config, MODEL_TYPE, Modality};

use crate::nn::{AttentionMask, Tower, linear};
use crate::ops::activation::{Activation, activation};
use crate::ops::{l2_normalize, reduce};
use crate::plan::{PlanBuilder, SlotId};

/// `count` inputs of a modality, by the names of its file, to unit vectors `[N, E]`.
pub fn encode(b: &mut PlanBuilder, config: &Config, count: usize) -> SlotId {
    b.scope(config.modality.word(), |b| match config.modality {
        Modality::Sound => sound::encode(b, config, count),
        Modality::Motion => motion::encode(b, config, count),
        Modality::Table => table::encode(b, config, count),
        Modality::Graph => graph::encode(b, config, count),
    })
}

/// The learned temperature of the cosines with pictures, `exp(logit_scale)`, `[1]`.
pub fn temperature(b: &mut PlanBuilder) -> SlotId {
    let scale = b.param("logit_scale", [1]);
    activation(b, scale, Activation::Exp)
}

impl Config {
    fn tower(&self) -> Tower {
        Tower { depth: self.depth, heads: self.heads, mlp_ratio: self.mlp_ratio }
    }

    /// The first `lengths` (u32 `[N]`) of tokens `[N, T, D]` that see each other, to unit vectors `[N, E]`.
    fn read(&self, b: &mut PlanBuilder, tokens: SlotId, lengths: SlotId) -> SlotId {
        let states = self.tower().emit(b, tokens, AttentionMask::Bidirectional(Some(lengths)), None);
        self.pool(b, states, Some(lengths))
    }

    /// States `[N, T, D]`, of which the first `lengths` count or all, to unit vectors `[N, E]`: each is widened before the mean, so that the mean can hold several objects with
    /// their attributes bound.
    fn pool(&self, b: &mut PlanBuilder, states: SlotId, lengths: Option<SlotId>) -> SlotId {
        let wide = linear(b, "pool", states, self.pool, Some(Activation::Gelu));
        let pooled = match lengths {
            Some(lengths) => reduce::mean_tokens(b, wide, lengths),
            None => reduce::mean(b, wide, 1),
        };
        let projected = linear(b, "projection", pooled, self.embed_width, None);
        l2_normalize::l2_normalize(b, projected)
    }
}
