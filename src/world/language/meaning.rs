//! What sentences mean, and when they are true.

use super::description::Description;
use super::event::EventClaim;
use crate::world::motion::Motion;
use crate::world::relation::Relation;
use crate::world::scene::Scene;
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// The meaning of one statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Claim {
    /// Some object fits; with a place in the description, it stands there.
    Exists(Description),
    /// Some object that fits the first stands so to another that fits the second.
    Relation(Description, Relation, Description),
    /// Exactly so many objects fit.
    Count(u8, Description),
    /// No object fits.
    None(Description),
    /// Something happens.
    Event(EventClaim),
}

/// A noun phrase in a text, from its article to its noun, and what it describes (its place too, if one is
/// said).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Phrase {
    pub span: Range<usize>,
    pub description: Description,
}

/// A claim and the words that make it. `phrases` are in the order of the claim's descriptions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    pub claim: Claim,
    pub span: Range<usize>,
    pub phrases: Vec<Phrase>,
}

impl Claim {
    /// Whether the claim is true of a scene; none where only its motion can tell, and that is not given.
    pub fn truth(&self, scene: &Scene, motion: Option<&Motion>) -> Option<bool> {
        Some(match self {
            Claim::Exists(what) => what.count(scene) > 0,
            Claim::Relation(a, relation, b) => !related(scene, a, *relation, b).is_empty(),
            Claim::Count(number, what) => what.count(scene) == usize::from(*number),
            Claim::None(what) => what.count(scene) == 0,
            Claim::Event(event) => event.is_true_of(scene, motion?),
        })
    }

    /// Whether a picture of the scene shows that the claim is true; what happens it does not show.
    pub fn is_true_of(&self, scene: &Scene) -> bool {
        self.truth(scene, None) == Some(true)
    }

    /// Whether a picture can show it.
    pub fn is_of_picture(&self) -> bool {
        !matches!(self, Claim::Event(_))
    }

    pub fn descriptions(&self) -> Vec<Description> {
        match *self {
            Claim::Exists(what) | Claim::Count(_, what) | Claim::None(what) => vec![what],
            Claim::Relation(a, _, b) => vec![a, b],
            Claim::Event(event) => event.descriptions(),
        }
    }
}

/// The pairs of distinct objects of which the first fits `a`, the second fits `b`, and which stand so.
pub(super) fn related(
    scene: &Scene,
    a: &Description,
    relation: Relation,
    b: &Description,
) -> Vec<(usize, usize)> {
    let (firsts, seconds) = (a.referents(scene), b.referents(scene));
    let pairs = firsts.iter().flat_map(|&i| seconds.iter().map(move |&j| (i, j)));
    pairs.filter(|&(i, j)| i != j && scene.objects[i].stands(relation, &scene.objects[j])).collect()
}
