//! Retrieval among a gallery, and the right scene among near misses.

use super::report::{HardNegativeScores, PlayroomRetrieval, TowersReport};
use super::{Gallery, Progress, pictures, sentences, share};
use crate::device::DeviceError;
use crate::dot::late_score;
use crate::infer::VisionLanguageModel;
use crate::order;
use crate::pixels::Pixels;
use crate::tensor::HostTensor;
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
    let late = late_recall(model, gallery).await?;
    let figures = |order: &[Vec<usize>], late: Option<f64>, pair: &dyn Fn(usize, usize) -> (usize, usize)| {
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
            late_recall_1: late,
        }
    };
    let text_to_image = figures(&orders[0], late.map(|late| late[0]), &|text, image| (image, text));
    Ok((text_to_image, figures(&orders[1], late.map(|late| late[1]), &|image, text| (image, text))))
}

/// Recall@1 of text to image and image to text by late interaction; a right pair must score higher than every wrong one.
async fn late_recall(
    model: &mut VisionLanguageModel,
    gallery: &Gallery,
) -> Result<Option<[f64; 2]>, DeviceError> {
    if !model.compares_words() {
        return Ok(None);
    }
    let count = gallery.scenes.len();
    let cells = model.embed_cells(&gallery.pictures).await?;
    let words = model.embed_words(&sentences(model, &gallery.captions)).await?;
    let (size, width) = (cells.shape[1] * cells.shape[2], cells.shape[2]);
    let scores: Vec<Vec<f32>> = words
        .iter()
        .map(|words| {
            cells.as_f32().chunks(size).map(|cells| late_score(words.as_f32(), cells, width)).collect()
        })
        .collect();
    let by_text = (0..count).filter(|&text| is_first(gallery, text, |image| scores[text][image]));
    let by_image = (0..count).filter(|&image| is_first(gallery, image, |text| scores[text][image]));
    Ok(Some([share(by_text.count(), count), share(by_image.count(), count)]))
}

/// Whether an item's own counterpart scores higher than every one that is wrong for it.
fn is_first(gallery: &Gallery, query: usize, score: impl Fn(usize) -> f32) -> bool {
    let is_right = |other: usize| gallery.captions[query] == gallery.captions[other];
    (0..gallery.captions.len()).all(|other| is_right(other) || score(other) < score(query))
}

/// The right scene among nine copies with one attribute or relation changed: by embedding, by late interaction, by matching,
/// and by the last two together.
pub(super) async fn hard(
    model: &mut VisionLanguageModel,
    gallery: &Gallery,
    seed: u64,
    progress: Progress<'_>,
) -> Result<HardNegativeScores, DeviceError> {
    let count = gallery.scenes.len();
    let ids = sentences(model, &gallery.captions);
    let texts = Texts::encode(model, gallery).await?;
    let (mut embedding, mut matching, mut late, mut both) = (0, 0, 0, 0);
    for i in 0..count {
        progress("hard retrieval", i, count);
        let copies = Copies::of(gallery, i, seed);
        let scores = copies.scores(model, &texts, i).await?;
        embedding += usize::from(wins(&scores.embedding));
        let mut verdicts = Vec::new();
        for picture in &copies.pictures {
            let [no, yes] = model.match_sentences(picture, &ids[i..=i]).await?[0];
            verdicts.push(yes - no);
        }
        matching += usize::from(wins(&verdicts));
        if let Some(scores) = scores.late {
            late += usize::from(wins(&scores));
            let sums: Vec<f32> = verdicts.iter().zip(&scores).map(|(a, b)| a + b).collect();
            both += usize::from(wins(&sums));
        }
    }
    let only_late = |hits: usize| texts.words.is_some().then(|| share(hits, count));
    Ok(HardNegativeScores {
        embedding: share(embedding, count),
        late: only_late(late),
        matching: share(matching, count),
        matching_and_late: only_late(both),
    })
}

/// Those of the figures that the reader has no part in.
pub(super) async fn towers(
    model: &mut VisionLanguageModel,
    gallery: &Gallery,
    seed: u64,
) -> Result<TowersReport, DeviceError> {
    let count = gallery.scenes.len();
    let texts = Texts::encode(model, gallery).await?;
    let (mut embedding, mut late) = (0, 0);
    for i in 0..count {
        let scores = Copies::of(gallery, i, seed).scores(model, &texts, i).await?;
        embedding += usize::from(wins(&scores.embedding));
        late += usize::from(scores.late.is_some_and(|scores| wins(&scores)));
    }
    let width = model.architecture.embed_dim();
    let cosines = cosines(gallery.texts.as_f32(), gallery.images.as_f32(), width);
    let is_found = |text: usize| is_first(gallery, text, |image| cosines[text * count + image]);
    Ok(TowersReport {
        recall_1: share((0..count).filter(|&text| is_found(text)).count(), count),
        late_recall_1: late_recall(model, gallery).await?.map(|late| late[0]),
        hard_embedding: share(embedding, count),
        hard_late: texts.words.is_some().then(|| share(late, count)),
    })
}

/// The gallery's captions as the towers see them.
struct Texts<'a> {
    /// `[N, E]`.
    embeds: &'a [f32],
    /// For each caption `[T, L]`, and the temperature of late interaction.
    words: Option<(Vec<HostTensor>, f32)>,
}

impl<'a> Texts<'a> {
    async fn encode(model: &mut VisionLanguageModel, gallery: &'a Gallery) -> Result<Self, DeviceError> {
        let words = match model.compares_words() {
            true => {
                let rows = sentences(model, &gallery.captions);
                Some((model.embed_words(&rows).await?, model.late_temperature().await?))
            }
            false => None,
        };
        Ok(Texts { embeds: gallery.texts.as_f32(), words })
    }
}

/// The pictures of a scene and of its near misses.
struct Copies {
    pictures: Vec<Pixels>,
}

/// Of each picture with the scene's caption.
struct Scores {
    embedding: Vec<f32>,
    /// As logits.
    late: Option<Vec<f32>>,
}

impl Copies {
    fn of(gallery: &Gallery, i: usize, seed: u64) -> Copies {
        let scene = &gallery.scenes[i];
        let mut rng = Rng::from_seed(seed ^ (i as u64) << 32);
        let mut scenes = vec![scene.clone()];
        scenes.extend(near_misses(scene, &mut rng, COPIES).into_iter().map(|(copy, _)| copy));
        Copies { pictures: pictures(&scenes) }
    }

    async fn scores(
        &self,
        model: &mut VisionLanguageModel,
        texts: &Texts<'_>,
        i: usize,
    ) -> Result<Scores, DeviceError> {
        let width = model.architecture.embed_dim();
        let images = model.embed_images(&self.pictures).await?;
        let embedding = cosines(images.as_f32(), &texts.embeds[i * width..(i + 1) * width], width);
        let Some((words, temperature)) = &texts.words else { return Ok(Scores { embedding, late: None }) };
        let cells = model.embed_cells(&self.pictures).await?;
        let (size, width) = (cells.shape[1] * cells.shape[2], cells.shape[2]);
        let logit = |cells: &[f32]| temperature * late_score(words[i].as_f32(), cells, width);
        Ok(Scores { embedding, late: Some(cells.as_f32().chunks(size).map(logit).collect()) })
    }
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
