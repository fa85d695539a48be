//! How well clips are found across modalities: by one of its modalities, among others by another.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::retrieval::{RetrievalMetrics, rank};
use crate::device::DeviceError;
use crate::dot::dot;
use crate::infer::VisionLanguageModel;
use crate::infer::modality::{ModalityEncoder, targets};
use crate::model::modality::Modality;
use crate::tensor::HostTensor;
use crate::world::language::full_caption;
use crate::world::{Clip, Split};

/// Recall@1, 5 and 10 and the mean reciprocal rank.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct Found {
    #[serde(rename = "recall@1")]
    pub recall_1: f32,
    #[serde(rename = "recall@5")]
    pub recall_5: f32,
    #[serde(rename = "recall@10")]
    pub recall_10: f32,
    pub mrr: f32,
}

impl From<RetrievalMetrics> for Found {
    fn from(metrics: RetrievalMetrics) -> Self {
        let [recall_1, recall_5, recall_10] = metrics.recall;
        Found { recall_1, recall_5, recall_10, mrr: metrics.mrr }
    }
}

/// The modalities that tell what happens in a clip.
const EVENTFUL: [&str; 2] = [Modality::Sound.word(), Modality::Motion.word()];

/// Retrieval from each modality to each other one. Clips whose full captions are equal are equally right, but between sound and
/// motion, which tell more.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct SensesReport {
    pub split: Split,
    pub seed: u64,
    pub count: usize,
    /// What guessing finds.
    pub chance: Found,
    pub retrieval: BTreeMap<String, BTreeMap<String, Found>>,
}

/// Evaluates `count` clips by pictures, words and what `encoders` read.
pub async fn evaluate(
    model: &mut VisionLanguageModel,
    encoders: &mut [ModalityEncoder],
    split: Split,
    seed: u64,
    count: usize,
) -> Result<SensesReport, DeviceError> {
    let clips: Vec<Clip> = (0..count as u64).map(|index| Clip::draw(split, seed, index)).collect();
    let captions: Vec<String> = clips.iter().map(|clip| full_caption(&clip.scene).text).collect();
    let [pictures, words] = targets(model, &clips).await?;
    let mut vectors = vec![("picture", pictures), ("words", words)];
    for encoder in encoders {
        vectors.push((encoder.config.modality.word(), encoder.embed(model, &clips).await?));
    }
    let mut retrieval = BTreeMap::new();
    for (from, queries) in &vectors {
        let row: &mut BTreeMap<String, Found> = retrieval.entry(from.to_string()).or_default();
        for (to, items) in vectors.iter().filter(|(to, _)| to != from) {
            let tells_events = [from, to].iter().all(|one| EVENTFUL.contains(one));
            let is_right = |query: usize, item: usize| {
                query == item || !tells_events && captions[query] == captions[item]
            };
            let ranks: Vec<usize> = (0..count).map(|i| rank_of(i, queries, items, &is_right)).collect();
            row.insert(to.to_string(), RetrievalMetrics::of_ranks(&ranks).into());
        }
    }
    Ok(SensesReport { split, seed, count, chance: RetrievalMetrics::chance(count).into(), retrieval })
}

/// The rank of the best right item for query `i` of `[N, E]` among items `[N, E]`.
fn rank_of(
    i: usize,
    queries: &HostTensor,
    items: &HostTensor,
    is_right: &dyn Fn(usize, usize) -> bool,
) -> usize {
    let width = items.shape.last();
    let query = &queries.as_f32()[i * width..(i + 1) * width];
    let scores: Vec<f32> = items.as_f32().chunks(width).map(|item| dot(query, item)).collect();
    rank(&scores, |item| is_right(i, item))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_equal_clip_is_as_right_as_the_clip_itself() {
        let queries = HostTensor::f32([2, 2], vec![1.0, 0.0, 0.0, 1.0]);
        let items = HostTensor::f32([2, 2], vec![0.6, 0.8, 0.8, 0.6]);
        let rank = |equal: bool| rank_of(0, &queries, &items, &|query, item| query == item || equal);
        assert_eq!((rank(false), rank(true)), (2, 1));
    }
}
