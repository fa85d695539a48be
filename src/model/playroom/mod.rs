//! The Playroom model: an image encoder, a text encoder, and a reader that both matches words with a picture and
//! writes words about it, trained together with contrastive, matching and language-modelling losses (Li et al. 2021,
//! ALBEF; Li et al. 2022, BLIP). As in BLIP, the matcher and the decoder share all but their self-attention.
//!
//! Shapes: `B` pictures, `N = B * R` token rows (`R` rows read the same picture), `T` tokens, `D` width,
//! `G` cells on a side of the image grid, `E` width of the shared embedding space, `L` that of words and cells, `V` vocabulary.

mod config;
mod late;
mod text;
mod vision;

pub use config::{Config, MODEL_TYPE};
pub use late::{cell_embeds, late_scores, late_temperature, word_embeds};
pub use text::{
    Matching, cross_encode, cross_kv, decode, decoder_logits, encode_text, match_heads, match_words,
    text_embeds,
};
pub use vision::{encode_image, image_embeds};

use crate::ops::activation::{Activation, activation};
use crate::plan::{PlanBuilder, SlotId};

/// The learned temperature `exp(logit_scale)`, `[1]` (Radford et al. 2021, section 2.3).
pub fn temperature(b: &mut PlanBuilder) -> SlotId {
    let scale = b.param("logit_scale", [1]);
    activation(b, scale, Activation::Exp)
}
