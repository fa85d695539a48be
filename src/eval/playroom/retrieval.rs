//! Retrieval among a gallery, and the right scene among near misses.

use super::report::{HardNegativeScores, PlayroomRetrieval};
use super::{Gallery, Progress, pictures, sentences, share};
use crate::device::DeviceError;
use crate::infer::VisionLanguageModel;
use crate::order;
use crate::world::Rng;
use crate::world::edit::near_misses;

/// How many of the best by embedding the matcher looks at again.
const RERANKED: usize = 16;

/// Copies beside the right scene in hard retrieval.
const COPIES: usize = 9;

/// Text to image and image to text. Scenes with equal full captions are equally right.
pub(super) async fn retrieve(
    model: &mut VisionLanguageModel,
    gallery: &Gallery,
    progress: Progress<'_>,
) -> Result<(PlayroomRetrieval, PlayroomRetrieval), DeviceError> {
    let count = gallery.scenes.len();
    let temperature = model.logit_scale().await?.factor;
    let cosines = cosines(gallery.images.as_f32(), gallery.texts.as_f32(), model.architecture.embed_dim());
    let by_text: Vec<Vec<f32>> =
        (0..count).map(|t| (0..count).map(|i| cosines[i * count + t]).collect()).collect();
    let by_image: Vec<Vec<f32>> = cosines.chunks(count).map(<[f32]>::to_vec).collect();
    let orders =
        [by_text, by_image].map(|rows| rows.iter().map(|row| order::argsort_desc(row)).collect::<Vec<_>>());

    // Pairs (image, text) that either direction asks the matcher about, by image.
    let mut wanted = vec![Vec::new(); count];
    for (t, best) in orders[0].iter().enumerate() {
        best.iter().take(RERANKED).for_each(|&i| wanted[i].push(t));
    }
    for (i, best) in orders[1].iter().enumerate() {
        wanted[i].extend(best.iter().take(RERANKED));
        wanted[i].sort_unstable();
        wanted[i].dedup();
    }
    let ids = sentences(model, &gallery.captions);
    let mut scores = std::collections::HashMap::new();
    for (i, texts) in wanted.iter().enumerate() {
        progress("matching", i, count);
        let rows: Vec<_> = texts.iter().map(|&t| ids[t].clone()).collect();
        let logits = model.match_sentences(&gallery.pictures[i], &rows).await?;
        for (&t, [no, yes]) in texts.iter().zip(&logits) {
            scores.insert((i, t), yes - no + temperature * cosines[i * count + t]);
        }
    }
    let figures = |order: &[Vec<usize>], pair: &dyn Fn(usize, usize) -> (usize, usize)| {
        let right = |query: usize, found: usize| gallery.captions[query] == gallery.captions[found];
        let ranks: Vec<usize> = order
            .iter()
            .enumerate()
            .map(|(query, best)| {
                best.iter().position(|&found| right(query, found)).expect("its own is there")
            })
            .collect();
        let within = |k: usize| share(ranks.iter().filter(|&&rank| rank < k).count(), count);
        let reranked = order.iter().enumerate().filter(|(query, best)| {
            let score = |found: &&usize| scores[&pair(*query, **found)];
            let top = best.iter().take(RERANKED).max_by(|a, b| score(a).total_cmp(&score(b)));
            right(*query, *top.expect("a gallery is not empty"))
        });
        PlayroomRetrieval {
            recall_1: within(1),
            recall_5: within(5),
            recall_10: within(10),
            mrr: ranks.iter().map(|&rank| 1.0 / (rank + 1) as f64).sum::<f64>() / count as f64,
            reranked_recall_1: share(reranked.count(), count),
        }
    };
    Ok((figures(&orders[0], &|text, image| (image, text)), figures(&orders[1], &|image, text| (image, text))))
}

/// The right scene among nine copies with one attribute or relation changed, by embedding and by matching.
pub(super) async fn hard(
    model: &mut VisionLanguageModel,
    gallery: &Gallery,
    seed: u64,
    progress: Progress<'_>,
) -> Result<HardNegativeScores, DeviceError> {
    let count = gallery.scenes.len();
    let width = model.architecture.embed_dim();
    let ids = sentences(model, &gallery.captions);
    let (mut embedding, mut matching) = (0, 0);
    for (i, scene) in gallery.scenes.iter().enumerate() {
        progress("hard retrieval", i, count);
        let mut rng = Rng::from_seed(seed ^ (i as u64) << 32);
        let mut scenes = vec![scene.clone()];
        scenes.extend(near_misses(scene, &mut rng, COPIES).into_iter().map(|(copy, _)| copy));
        let pictures = pictures(&scenes);
        let images = model.embed_images(&pictures).await?;
        let text = &gallery.texts.as_f32()[i * width..(i + 1) * width];
        let scores = cosines(images.as_f32(), text, width);
        embedding += usize::from(wins(&scores));
        let mut scores = Vec::new();
        for picture in &pictures {
            let [no, yes] = model.match_sentences(picture, &ids[i..=i]).await?[0];
            scores.push(yes - no);
        }
        matching += usize::from(wins(&scores));
    }
    Ok(HardNegativeScores { embedding: share(embedding, count), matching: share(matching, count) })
}

/// Whether the first is strictly the largest.
fn wins(scores: &[f32]) -> bool {
    scores[1..].iter().all(|&other| other < scores[0])
}

/// `a bᵀ` of rows of `width`: `[A, B]`.
fn cosines(a: &[f32], b: &[f32], width: usize) -> Vec<f32> {
    let dot = |x: &[f32], y: &[f32]| x.iter().zip(y).map(|(x, y)| x * y).sum::<f32>();
    a.chunks(width).flat_map(|x| b.chunks(width).map(move |y| dot(x, y))).collect()
}
