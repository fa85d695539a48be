//! How well clips are found across modalities: by one of its modalities, among others by another.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::retrieval::RetrievalMetrics;
use crate::device::DeviceError;
use crate::dot::dot;
use crate::infer::VisionLanguageModel;
use crate::infer::modality::{ModalityEncoder, targets};
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

/// Retrieval from each modality to each other one.
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
    let [pictures, words] = targets(model, &clips).await?;
    let mut vectors = vec![("picture", pictures), ("words", words)];
    for encoder in encoders {
        vectors.push((encoder.config.modality.word(), encoder.embed(model, &clips).await?));
    }
    let mut retrieval = BTreeMap::new();
    for (from, queries) in &vectors {
        let row: &mut BTreeMap<String, Found> = retrieval.entry(from.to_string()).or_default();
        for (to, items) in vectors.iter().filter(|(to, _)| to != from) {
            let width = items.shape.last();
            let similarities: Vec<f32> = queries
                .as_f32()
                .chunks(width)
                .flat_map(|query| items.as_f32().chunks(width).map(move |item| dot(query, item)))
                .collect();
            row.insert(to.to_string(), RetrievalMetrics::of_rows(&similarities).into());
        }
    }
    Ok(SensesReport { split, seed, count, chance: RetrievalMetrics::chance(count).into(), retrieval })
}
