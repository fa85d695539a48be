//! Who takes part in the race.

use super::modality::Modality;
use serde::{Deserialize, Serialize};

/// A way to answer from two or three modalities. All but the majority have the same encoders, and heads as wide as it takes
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
    /// The sound alone.
    Sound,
    /// [`Contestant::Concat`] whose first modality belongs to other samples.
    Shuffled,
    /// Patches and word embeddings side by side into one network (section 7.1).
    Early,
    /// Each modality answers; the logits are mixed, `Σ αₘ lₘ` with a learned `α` of sum 1 (section 7.2).
    Late,
    /// `[h₁; h₂; ..]` (section 8).
    Concat,
    /// `Σ hₘ`.
    Sum,
    /// `Π hₘ`, feature by feature.
    Product,
    /// `Σ gₘ ⊙ hₘ`, `g` of sum 1 for each feature, from all of them: of two `σ(W [h₁; h₂] + b)` and the rest (section 8.1).
    Gate,
    /// `Π Uₘ hₘ` of a low rank, read out linearly (Kim et al. 2017).
    Bilinear,
    /// `Σ aₘ hₘ`, the weights by a softmax over the modalities.
    Pool,
    /// One modality, the words where there are any, looks at the others (section 9).
    #[strum(serialize = "cross-attention")]
    Cross,
    /// Each modality looks at the others (section 9.1; Lu et al. 2019).
    CoAttention,
    /// One transformer over the tokens of all (section 20).
    Joint,
    /// [`Contestant::Concat`] that now and then misses modalities while it learns (section 17; Neverova et al. 2016).
    Dropout,
    /// `[r₁ h₁; r₂ h₂; ..]` with a reliability of each, learned on samples some of whose modalities are noise.
    Reliability,
    /// [`Contestant::Dropout`] that puts a prediction from the other modalities in the place of what is missing.
    Imputation,
    /// Experts, one for each modality and one for all, mixed by a router that knows what is missing (Jacobs et al. 1991).
    Experts,
    /// [`Contestant::Late`] whose faster modalities learn with a reduced gradient (Peng et al. 2022, OGM).
    Modulated,
}

use Contestant::*;

impl Contestant {
    /// What the fusions are held against.
    pub const BASELINES: [Self; 5] = [Majority, Picture, Words, Sound, Shuffled];
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

    /// That which is given one modality alone.
    pub fn alone(modality: Modality) -> Self {
        match modality {
            Modality::Picture => Picture,
            Modality::Words => Words,
            Modality::Sound => Sound,
        }
    }

    /// Whether it can take part in a race of these modalities.
    pub fn takes(self, modalities: &[Modality]) -> bool {
        let lacks = |modality: &Modality| Self::alone(*modality) == self && !modalities.contains(modality);
        !Modality::ALL.iter().any(lacks)
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
