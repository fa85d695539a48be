//! The report's form, as `triptych eval --json` prints it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::world::Split;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct EvalReport {
    pub split: Split,
    pub seed: u64,
    pub count: usize,
    pub text_to_image: PlayroomRetrieval,
    pub hard: HardNegativeScores,
    pub image_to_text: PlayroomRetrieval,
    pub caption: Captions,
    pub question: Questions,
    pub pointing: Pointing,
    pub swap: WinogroundScores,
}

/// Full captions among full captions' pictures; `reranked` after matching the 16 best by embedding.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct PlayroomRetrieval {
    #[serde(rename = "recall@1")]
    pub recall_1: f64,
    #[serde(rename = "recall@5")]
    pub recall_5: f64,
    #[serde(rename = "recall@10")]
    pub recall_10: f64,
    pub mrr: f64,
    #[serde(rename = "reranked_recall@1")]
    pub reranked_recall_1: f64,
    /// By late interaction, of a model that has it.
    #[serde(rename = "late_recall@1", default, skip_serializing_if = "Option::is_none")]
    pub late_recall_1: Option<f64>,
}

/// Share of captions that find their own scene among nine copies changed in one respect; chance is 0.1.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct HardNegativeScores {
    /// By one vector a side.
    pub embedding: f64,
    /// By late interaction, of a model that has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub late: Option<f64>,
    /// By the matcher's verdict on the whole sentence.
    pub matching: f64,
    /// By the sum of the logits of matching and of late interaction.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub matching_and_late: Option<f64>,
}

/// What the towers find without the reader: text to image at the first rank, and the right scene among nine copies.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct TowersReport {
    #[serde(rename = "recall@1")]
    pub recall_1: f64,
    #[serde(rename = "late_recall@1")]
    pub late_recall_1: Option<f64>,
    pub hard_embedding: f64,
    pub hard_late: Option<f64>,
}

impl TowersReport {
    /// The figures in their order, 0 for those of late interaction in a model without it.
    pub fn values(&self) -> [f64; 4] {
        let [late_recall, hard_late] = [self.late_recall_1, self.hard_late].map(Option::unwrap_or_default);
        [self.recall_1, late_recall, self.hard_embedding, hard_late]
    }
}

/// Greedy captions in the `full` style.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Captions {
    /// Share of statements that are true of the scene; words that cannot be read count as one false statement.
    pub statement_precision: f64,
    /// Share of the scenes' objects that true statements mention.
    pub object_recall: f64,
    #[serde(rename = "bleu@4")]
    pub bleu_4: f64,
    pub rouge_l: f64,
    pub cider: f64,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct KindAccuracy {
    pub count: usize,
    pub accuracy: f64,
    /// Accuracy of the likeliest training answer to the same words, without the picture.
    pub question_only_accuracy: f64,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Questions {
    pub accuracy: f64,
    pub question_only_accuracy: f64,
    pub by_kind: BTreeMap<String, KindAccuracy>,
}

/// Share of words naming one object whose strongest cross-attention cell lies in its mask. A cell lies in a mask that
/// covers a quarter of it, or of which no cell holds more.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Pointing {
    pub accuracy: f64,
    /// The same of the cell that is nearest to the word in late interaction, of a model that has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub late: Option<f64>,
    /// The same of a cell drawn evenly.
    pub random: f64,
    /// The best of the four cells in the middle.
    pub centre: f64,
    pub words: usize,
    /// The decoder layer that points best on `val`, heads averaged.
    pub layer: usize,
}

/// Winoground scores by matching (Thrush et al. 2022); chance is 1/4, 1/4 and 1/6.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct WinogroundScores {
    pub text: f64,
    pub image: f64,
    pub group: f64,
}
