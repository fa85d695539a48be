//! What a contrastive run tells of itself.

use serde::{Deserialize, Serialize};

/// One step of training.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ContrastMetrics {
    /// From 1.
    pub step: u64,
    /// What was minimised: nats per pair, or the correlation loss of [`super::Space::Coordinated`].
    pub loss: f32,
    /// Cross-entropy in nats of each picture's caption; none where the loss has no directions. It is told of a direction
    /// that is not trained too.
    pub to_text: Option<f32>,
    /// Cross-entropy in nats of each caption's picture.
    pub to_picture: Option<f32>,
    /// What cosines are divided by; none outside the shared space.
    pub temperature: Option<f32>,
}

/// How well one modality finds its partner in the other, in `0..=1`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ContrastRetrieval {
    /// Share of queries whose partner ranks first.
    pub recall_1: f32,
    /// Share of queries whose partner ranks among the first five.
    pub recall_5: f32,
    /// Mean of `1 / rank`.
    pub mrr: f32,
}

/// What a model has learned, on pairs that it never trained on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ContrastEval {
    /// Steps taken before.
    pub step: u64,
    /// Every held-out picture looks for its caption.
    pub to_text: ContrastRetrieval,
    /// Every held-out caption looks for its picture.
    pub to_picture: ContrastRetrieval,
    /// What ranking by lot gives.
    pub chance: ContrastRetrieval,
    /// Share of held-out pictures that score their caption above the same with one word exchanged; by lot 0.5.
    #[serde(rename = "tells_word")]
    pub word_accuracy: f32,
    /// None of [`super::Space::Joint`], where a modality has no vectors of its own.
    pub geometry: Option<Geometry>,
    pub matrix: ScoreMatrix,
    /// Of [`super::Space::Coordinated`] only.
    pub correlations: Option<Correlations>,
    pub map: PcaMap,
}

/// How the unit vectors of the held-out pairs lie (Wang & Isola 2020; Liang et al. 2022). Those of
/// [`super::Space::Coordinated`] are standardised first, and have hardly a gap for that reason.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Geometry {
    /// `mean |x_i - y_i|^2` of true pairs: 0 when they coincide.
    pub alignment: f32,
    /// `ln mean e^{-2 |x_i - x_j|^2}` over pictures `i < j`: about -4 when evenly spread, 0 when in one point.
    pub uniformity_pictures: f32,
    /// The same over captions.
    pub uniformity_texts: f32,
    /// Distance of the mean picture from the mean caption.
    pub gap: f32,
}

/// The scores of the first pairs of the last batch, `size x size`, pictures in rows and captions in columns.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ScoreMatrix {
    pub size: usize,
    /// Number of each pair in the training data: [`super::pair`] gives its scene and caption.
    pub pairs: Vec<usize>,
    /// What the loss sees, row by row; of [`super::Space::Coordinated`] the cosines again.
    pub logits: Vec<f32>,
    /// Row by row; none of [`super::Space::Joint`].
    pub cosines: Option<Vec<f32>>,
    /// The hard negative of each picture; empty where the run has none.
    pub altered: Vec<HardNegative>,
}

/// A caption of the batch with one word exchanged.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HardNegative {
    pub text: String,
    /// Its score with the picture that it is false of.
    pub logit: f32,
}

/// Correlation over the last batch of every picture dimension (row) with every caption dimension (column), of the
/// first `size` dimensions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Correlations {
    pub size: usize,
    /// `size x size`, each in `-1..=1`.
    pub values: Vec<f32>,
}

/// The held-out pairs in the plane of their two principal components. `first[i]` and `second[i]` are picture and caption
/// `i`; in [`super::Space::Joint`] they are the vector of the true pair `i` and that of picture `i` with the next caption.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PcaMap {
    pub first: Vec<[f32; 2]>,
    pub second: Vec<[f32; 2]>,
    /// Share of the variance along each axis.
    pub explained: [f32; 2],
}
