//! Who takes part in the race.

use serde::{Deserialize, Serialize};

/// A way to answer from a picture and words. All but the majority have the same encoders, and heads as wide as it takes
/// for equal numbers of weights.
#[derive(
    Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, strum::IntoStaticStr, strum::EnumString,
)]
#[strum(const_into_str, serialize_all = "kebab-case")]
pub enum Contestant {
    /// The commoner answer of the training set, whatever is asked.
    Majority,
    /// The picture alone.
    Picture,
    /// The words alone.
    Words,
    /// [`Contestant::Concat`] on pictures that belong to other samples.
    Shuffled,
    /// Patches and word embeddings side by side into one network (section 7.1).
    Early,
    /// Each modality answers; the logits are mixed, `α l₁ + (1 - α) l₂` with a learned `α` (section 7.2).
    Late,
    /// `[h₁; h₂]` (section 8).
    Concat,
    /// `h₁ + h₂`.
    Sum,
    /// `h₁ ⊙ h₂`.
    Product,
    /// `g ⊙ h₁ + (1 - g) ⊙ h₂`, `g = σ(W [h₁; h₂] + b)` (section 8.1).
    Gate,
    /// `U h₁ ⊙ V h₂` of a low rank, read out linearly (Kim et al. 2017).
    Bilinear,
    /// `a₁ h₁ + a₂ h₂`, the weights by a softmax over the two.
    Pool,
    /// Words look at the cells of the picture (section 9).
    #[strum(serialize = "cross-attention")]
    Cross,
    /// Words look at cells and cells at words (section 9.1; Lu et al. 2019).
    CoAttention,
    /// One transformer over the cells and the words together (section 20).
    Joint,
    /// [`Contestant::Concat`] that now and then misses a modality while it learns (section 17; Neverova et al. 2016).
    Dropout,
    /// `[g₁ h₁; g₂ h₂]` with a reliability of each, learned on samples one of whose modalities is noise.
    Reliability,
    /// [`Contestant::Dropout`] that puts a prediction from the other modality in the place of what is missing.
    Imputation,
    /// Three experts, for the picture, the words and both, mixed by a router that knows what is missing (Jacobs et al. 1991).
    Experts,
    /// [`Contestant::Late`] whose faster modality learns with a reduced gradient (Peng et al. 2022, OGM).
    Modulated,
}

use Contestant::*;

impl Contestant {
    /// Baselines, which are in every race.
    pub const BASELINES: [Self; 4] = [Majority, Picture, Words, Shuffled];
    /// The fusions of sections 7 to 9 and 20.
    pub const FUSIONS: [Self; 11] =
        [Early, Late, Concat, Sum, Product, Gate, Bilinear, Pool, Cross, CoAttention, Joint];
    /// What the sabotage desk compares.
    pub const ROBUST: [Self; 7] = [Concat, Dropout, Reliability, Imputation, Experts, Late, Modulated];

    /// Everybody but the baselines: what the sabotage desk compares, then the other fusions.
    pub fn all() -> Vec<Self> {
        let others = Self::FUSIONS.into_iter().filter(|contestant| !Self::ROBUST.contains(contestant));
        Self::ROBUST.into_iter().chain(others).collect()
    }

    /// A short word for tables, addresses and files.
    pub fn name(self) -> &'static str {
        self.into_str()
    }

    /// Whether modalities go missing while it learns.
    pub fn learns_without(self) -> bool {
        matches!(self, Dropout | Imputation | Experts)
    }

    /// Whether modalities turn to noise while it learns, without a word about it.
    pub fn learns_noise(self) -> bool {
        self == Reliability
    }
}
