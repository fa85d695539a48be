//! Late interaction: single words and cells compared in a space of their own (Khattab & Zaharia 2020, ColBERT; Yao et al. 2022,
//! FILIP). `score = mean_t max_p w_t . c_p` over the tokens `t` of a text, its start and end among them, and the cells `p` of a
//! picture. The cell that is largest for a word is where the model finds what the word says.

use super::Config;
use crate::nn::linear;
use crate::ops::activation::{Activation, activation};
use crate::ops::l2_normalize::l2_normalize;
use crate::ops::matmul::{Transpose, matmul};
use crate::ops::reduce;
use crate::plan::{PlanBuilder, SlotId};

/// Image tokens `[B, P, D]` to a unit vector for each cell, `[B, P, L]`.
pub fn cell_embeds(b: &mut PlanBuilder, config: &Config, tokens: SlotId) -> SlotId {
    let projected = linear(b, "cell_projection", tokens, config.late_width, None);
    l2_normalize(b, projected)
}

/// Text tokens `[N, T, D]` to a unit vector for each token, `[N, T, L]`.
pub fn word_embeds(b: &mut PlanBuilder, config: &Config, tokens: SlotId) -> SlotId {
    let projected = linear(b, "word_projection", tokens, config.late_width, None);
    l2_normalize(b, projected)
}

/// Scores `[N, B]` of texts `words` `[N, T, L]`, of `lengths` (u32 `[N]`) tokens, and pictures `cells` `[B, P, L]`.
pub fn late_scores(b: &mut PlanBuilder, words: SlotId, lengths: SlotId, cells: SlotId) -> SlotId {
    let [texts, tokens, width] = b.shape(words)[..] else { unreachable!("words are [N, T, L]") };
    let [pictures, places, _] = b.shape(cells)[..] else { unreachable!("cells are [B, P, L]") };
    let words = b.reshape(words, [texts * tokens, width]);
    let cells = b.reshape(cells, [pictures * places, width]);
    let cosines = matmul(b, words, cells, Transpose { x: false, y: true });
    let cosines = b.reshape(cosines, [texts * tokens * pictures, places]);
    let best = reduce::max(b, cosines, 1);
    let best = b.reshape(best, [texts, tokens, pictures]);
    reduce::mean_tokens(b, best, lengths)
}

/// The learned temperature of these scores, `exp(late_scale)`, `[1]`.
pub fn late_temperature(b: &mut PlanBuilder) -> SlotId {
    let scale = b.param("late_scale", [1]);
    activation(b, scale, Activation::Exp)
}
