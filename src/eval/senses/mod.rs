//! How well clips are found across modalities, by one of its modalities among others by another, and how well the networks that hear
//! and see do.

mod ceiling;
mod events;
mod reconstruction;
mod separation;
mod source;
mod sync;

pub use ceiling::SoundCeiling;
pub use events::{Events, JudgedHits, Moment, evaluate_events};
pub use reconstruction::{Reconstruction, evaluate_reconstruction, psnr};
pub use separation::{Separation, evaluate_separation, si_sdr};
pub use source::{Source, evaluate_source};
pub use sync::{Sync, evaluate_sync};

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::playroom::between;
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
    /// What guessing finds where one clip is right; a little more where several are.
    pub chance: Found,
    pub retrieval: BTreeMap<String, BTreeMap<String, Found>>,
    /// Where the encoder of sound is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sound_ceiling: Option<SoundCeiling>,
    #[serde(flatten)]
    pub tasks: TaskFigures,
}

/// Figures of the networks of [`crate::model::audiovisual`], of those that there are.
#[derive(Clone, Default, PartialEq, Debug, Serialize, Deserialize)]
pub struct TaskFigures {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Source>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sync: Option<Sync>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub events: Option<Events>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub separation: Option<Separation>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reconstruction: Option<Reconstruction>,
}

/// Evaluates clips of a split under a seed by pictures, words and what `encoders` read.
pub async fn evaluate(
    model: &mut VisionLanguageModel,
    encoders: &mut [ModalityEncoder],
    split: Split,
    seed: u64,
    clips: &[Clip],
) -> Result<SensesReport, DeviceError> {
    let count = clips.len();
    let captions: Vec<String> = clips.iter().map(|clip| full_caption(&clip.scene).text).collect();
    let [pictures, words] = targets(model, clips).await?;
    let mut vectors = vec![("picture", pictures), ("words", words)];
    for encoder in encoders {
        vectors.push((encoder.config.modality.word(), encoder.embed(model, clips).await?));
    }
    let (mut retrieval, mut sound_ceiling) = (BTreeMap::new(), None);
    for (from, queries) in &vectors {
        let row: &mut BTreeMap<String, Found> = retrieval.entry(from.to_string()).or_default();
        for (to, items) in vectors.iter().filter(|(to, _)| to != from) {
            let tells_events = [from, to].iter().all(|one| EVENTFUL.contains(one));
            let is_right = |query: usize, item: usize| {
                query == item || !tells_events && captions[query] == captions[item]
            };
            let ranks: Vec<usize> = (0..count).map(|i| rank_of(i, queries, items, &is_right)).collect();
            if (*from, *to) == (Modality::Sound.word(), "picture") {
                sound_ceiling = Some(SoundCeiling::new(clips, &ranks));
            }
            row.insert(to.to_string(), RetrievalMetrics::of_ranks(&ranks).into());
        }
    }
    let chance = RetrievalMetrics::chance(count).into();
    let tasks = TaskFigures::default();
    Ok(SensesReport { split, seed, count, chance, retrieval, sound_ceiling, tasks })
}

/// The clips that are measured.
pub fn clips(split: Split, seed: u64, count: usize) -> Vec<Clip> {
    (0..count as u64).map(|index| Clip::draw(split, seed, index)).collect()
}

/// The lines between which a card tells of these reports.
const MARKS: [&str; 2] = ["<!-- senses: `triptych card` writes them -->", "<!-- end of senses -->"];

/// The reports that a card tells of, beside it, of two seeds.
pub const REPORTS: [&str; 2] = ["senses.json", "senses-2.json"];

/// The card with its tables made anew from reports; none where a mark is missing.
pub fn with_senses(card: &str, reports: &[SensesReport]) -> Option<String> {
    between(card, MARKS, &reports.iter().map(table).collect::<Vec<_>>().join("\n"))
}

/// A row for each modality that is searched by, a column for each that is found.
fn table(report: &SensesReport) -> String {
    let SensesReport { split, seed, count, chance, retrieval, sound_ceiling, tasks } = report;
    let names: Vec<&String> = retrieval.keys().collect();
    let line = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
    let head = format!("`{split}`, seed {seed}, {count} clips: from, to");
    let mut out = line(std::iter::once(head).chain(names.iter().map(|name| name.to_string())).collect());
    out += &line(vec!["---".to_string(); names.len() + 1]);
    for (from, row) in retrieval {
        let cells = names.iter().map(|to| row.get(*to).map_or_else(String::new, cell));
        out += &line(std::iter::once(from.clone()).chain(cells).collect());
    }
    out += &format!("\nRecall@1, 5, 10 and mean reciprocal rank; chance: {}.\n", cell(chance));
    if let Some(SoundCeiling { ceiling, of_audible, ceiling_of_audible, audible }) = sound_ceiling {
        let (all, own, of_own) = (cell(ceiling), cell(of_audible), cell(ceiling_of_audible));
        out += &format!(
            "From sound to pictures a listener who knows all that is audible, and guesses the rest, finds {all}; of the {audible} clips whose \
             every object sounds {of_own}, where the encoder finds {own}.\n"
        );
    }
    out + &task_lines(tasks)
}

fn cell(found: &Found) -> String {
    let Found { recall_1, recall_5, recall_10, mrr } = found;
    format!("{recall_1:.3} / {recall_5:.3} / {recall_10:.3} / {mrr:.3}")
}

/// A row for each network that there is.
fn task_lines(tasks: &TaskFigures) -> String {
    let TaskFigures { source, sync, events, separation, reconstruction } = tasks;
    let mut rows = Vec::new();
    if let Some(Source { pointing, energy, chance, any_object, hits }) = source {
        rows.push(format!(
            "| sound source, {hits} hits | pointing {pointing:.3}, energy {energy:.3} | anywhere {chance:.3}, at any object {any_object:.3} |"
        ));
    }
    if let Some(sync) = sync {
        let Sync { median_error_frames, within_one_frame, chance, cannot_tell_accuracy, .. } = sync;
        rows.push(format!(
            "| synchronisation, {} clips with hits and {} without | median error {median_error_frames} frames, within one frame \
             {within_one_frame:.3}; \"cannot be told\" of those without {cannot_tell_accuracy:.3}, of those with {:.3} | within one frame {chance:.3} |",
            sync.with_hits, sync.without_hits, sync.told_nothing
        ));
    }
    if let Some(Events { f1, precision, recall, chance, hits }) = events {
        rows.push(format!(
            "| hits in a silent video, {hits} hits | F1 {f1:.3}, precision {precision:.3}, recall {recall:.3} | F1 {chance:.3} |"
        ));
    }
    if let Some(Separation { si_sdri, si_sdri_without_picture, si_sdri_of_true_mask, mixtures }) = separation
    {
        rows.push(format!(
            "| separation, {mixtures} mixtures | SI-SDR improvement {si_sdri:.1} dB | without the picture \
             {si_sdri_without_picture:.1} dB; by the true mask {si_sdri_of_true_mask:.1} dB |"
        ));
    }
    if let Some(Reconstruction { psnr, psnr_of_another, pictures }) = reconstruction {
        let of: Vec<String> = psnr.iter().map(|(name, ratio)| format!("{name} {ratio:.1} dB")).collect();
        rows.push(format!(
            "| image drawn from one vector, {pictures} images | PSNR from {} | from another image {psnr_of_another:.1} dB |",
            of.join(", ")
        ));
    }
    match rows.is_empty() {
        true => String::new(),
        false => {
            format!("\n| task | figures | chance, baselines |\n| --- | --- | --- |\n{}\n", rows.join("\n"))
        }
    }
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

    #[test]
    fn a_card_has_a_row_and_a_column_for_each_modality() {
        let found = |recall_1| Found { recall_1, recall_5: 1.0, recall_10: 1.0, mrr: 0.75 };
        let row = |to: &str, recall_1| BTreeMap::from([(to.to_string(), found(recall_1))]);
        let retrieval =
            BTreeMap::from([("graph".into(), row("words", 0.5)), ("words".into(), row("graph", 0.25))]);
        let report = SensesReport {
            split: Split::Test,
            seed: 3,
            count: 2,
            chance: found(0.5),
            retrieval,
            sound_ceiling: None,
            tasks: TaskFigures::default(),
        };
        let card = format!("before\n{}\nold\n{}\nafter", MARKS[0], MARKS[1]);
        let written = with_senses(&card, &[report]).unwrap();
        assert!(written.starts_with("before\n") && written.ends_with("\nafter") && !written.contains("old"));
        assert!(written.contains("| `test`, seed 3, 2 clips: from, to | graph | words |"), "{written}");
        assert!(written.contains("| graph |  | 0.500 / 1.000 / 1.000 / 0.750 |"), "{written}");
        assert!(with_senses("no marks", &[]).is_none());
    }
}
