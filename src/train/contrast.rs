//! The shared space. Every picture's full caption is told from those of the others, and every picture by its full caption:
//! `InfoNCE` both ways (van den Oord et al. 2018; Radford et al. 2021). Short sentences look for their picture, and are not
//! looked for: of a picture a short sentence says less than a full caption that is wrong in one word, and a space of
//! cosines cannot put it nearer. Both by one vector a side and by late interaction (FILIP).

use super::sizes::{SHORT, Sizes};
use crate::model::playroom::{self, Config};
use crate::ops::binary::{add, mul};
use crate::ops::cross_entropy::cross_entropy;
use crate::ops::info_nce::info_nce;
use crate::ops::matmul::{Transpose, matmul};
use crate::plan::{PlanBuilder, SlotId};
use crate::tensor::DType::{F32, U32};
use crate::tensor::HostTensor;
use crate::world::Scene;
use crate::world::language::{Caption, full_caption};

/// Pictures for each short sentence.
pub(super) const PICTURES: usize = 2;

/// Logit of a picture that a short sentence is true of, besides its own.
const MASKED: f32 = -1e30;

/// `contrast.negatives` `[B, B]`: 0 where a full caption says of a scene what its own does.
pub(super) fn negatives(scenes: &[Scene]) -> Vec<(String, HostTensor)> {
    let full: Vec<String> = scenes.iter().map(|scene| full_caption(scene).text).collect();
    let pairs = full.iter().flat_map(|a| full.iter().map(move |b| f32::from(u8::from(a != b))));
    vec![("contrast.negatives".to_string(), HostTensor::f32([full.len(), full.len()], pairs.collect()))]
}

/// `contrast.short.mask` `[S, B]`, `.targets` and `.weights` `[S]` of short sentences, each with its scene.
pub(super) fn targets(scenes: &[Scene], said: &[(usize, Caption)]) -> Vec<(String, HostTensor)> {
    let mask = said.iter().flat_map(|(own, caption)| {
        let is_masked = move |(i, scene): (usize, &Scene)| i != *own && caption.is_true_of(scene);
        scenes.iter().enumerate().map(move |at| if is_masked(at) { MASKED } else { 0.0 })
    });
    let own = said.iter().map(|(own, _)| *own as u32).collect();
    vec![
        ("contrast.short.mask".to_string(), HostTensor::f32([said.len(), scenes.len()], mask.collect())),
        ("contrast.short.targets".to_string(), HostTensor::u32([said.len()], own)),
        ("contrast.short.weights".to_string(), HostTensor::f32([said.len()], vec![1.0; said.len()])),
    ]
}

/// The losses of full captions and of short sentences given the image tokens `[B, G*G, D]`: by the vectors of whole pictures and
/// texts and, in a model that compares words with cells, by late interaction.
pub(super) fn losses(
    b: &mut PlanBuilder,
    config: &Config,
    sizes: Sizes,
    image: SlotId,
) -> Vec<(&'static str, SlotId)> {
    let shorts = sizes.batch / PICTURES;
    let negatives = b.input("contrast.negatives", [sizes.batch, sizes.batch], F32);
    let mask = b.input("contrast.short.mask", [shorts, sizes.batch], F32);
    let targets = b.input("contrast.short.targets", [shorts], U32);
    let weights = b.input("contrast.short.weights", [shorts], F32);
    let full = text(b, config, "contrast", [sizes.batch, sizes.long]);
    let short = text(b, config, "contrast.short", [shorts, SHORT]);
    let both = |b: &mut PlanBuilder, names: [&'static str; 2], logits: [SlotId; 2]| {
        let short = add(b, logits[1], mask);
        let short = cross_entropy(b, short, targets, weights);
        [(names[0], info_nce(b, logits[0], Some(negatives))), (names[1], short)]
    };
    let images = playroom::image_embeds(b, config, image);
    let temperature = playroom::temperature(b);
    let cosines = [full, short].map(|(states, lengths)| {
        let texts = playroom::text_embeds(b, config, states, lengths);
        let cosines = matmul(b, texts, images, Transpose { x: false, y: true });
        mul(b, cosines, temperature)
    });
    let mut losses = both(b, ["loss.contrast", "loss.contrast.short"], cosines).to_vec();
    if config.late_width > 0 {
        let cells = playroom::cell_embeds(b, config, image);
        let temperature = playroom::late_temperature(b);
        let scores = [full, short].map(|(states, lengths)| {
            let words = playroom::word_embeds(b, config, states);
            let scores = playroom::late_scores(b, words, lengths, cells);
            mul(b, scores, temperature)
        });
        losses.extend(both(b, ["loss.late", "loss.late.short"], scores));
    }
    losses
}

/// Rows `[N, T]` by the text encoder, with their lengths.
fn text(b: &mut PlanBuilder, config: &Config, name: &str, rows: [usize; 2]) -> (SlotId, SlotId) {
    let ids = b.input(&format!("{name}.ids"), rows, U32);
    let lengths = b.input(&format!("{name}.lengths"), [rows[0]], U32);
    (playroom::encode_text(b, config, ids, lengths), lengths)
}
