//! Sentences about scenes: saying, reading, judging.
//!
//! A caption is first chosen as a list of [`Claim`]s (`choose`), then put into words (`speak`); [`parse`]
//! reads words back into claims, and [`Claim::is_true_of`] tells whether a claim is true of a scene. `twist` makes
//! a caption false by the smallest change of its claims.

mod choose;
pub(super) mod description;
mod event;
mod event_caption;
mod grounding;
pub(super) mod lexicon;
mod meaning;
mod parse;
pub(super) mod reader;
pub(super) mod speak;
mod twist;
mod wording;

pub use description::Description;
pub use event::{EventClaim, Turn};
pub use event_caption::{EventCaption, EventStyle, event_caption};
pub use grounding::{Pointing, mentioned, pointings};
pub use lexicon::{is_word, spoken, vocabulary};
pub use meaning::{Claim, Phrase, Statement};
pub use parse::{parse, read};
pub use reader::ParseError;
pub use twist::false_caption;
pub use wording::worded;

pub(super) use choose::{absent, projections};
pub(crate) use lexicon::{is_same, kind_named};

use super::rng::Rng;
use super::scene::Scene;
use serde::{Deserialize, Serialize};

/// What a caption sets out to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Style {
    /// Every object with all its attributes and its place, in reading order and a fixed form.
    Full,
    /// One object, sometimes two, by some attributes.
    Short,
    /// How one object stands to another.
    Relation,
    /// How many objects of a kind there are, exactly.
    Count,
    /// What is not there.
    Negation,
}

impl Style {
    pub const ALL: [Style; 5] = [Style::Full, Style::Short, Style::Relation, Style::Count, Style::Negation];
}

/// A sentence with its meaning. Spans are byte ranges of `text`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Caption {
    pub style: Style,
    pub text: String,
    pub statements: Vec<Statement>,
}

impl Caption {
    /// Whether every statement is true of the scene.
    pub fn is_true_of(&self, scene: &Scene) -> bool {
        self.statements.iter().all(|statement| statement.claim.is_true_of(scene))
    }
}

/// A true caption, or none where the scene has nothing to say in this style: `Relation` needs two objects
/// clearly apart, `Short` and `Count` one object. `Full` draws nothing from `rng`.
pub fn caption(scene: &Scene, style: Style, rng: &mut Rng) -> Option<Caption> {
    let claims = choose::claims(scene, style, rng)?;
    Some(speak::say(&claims, style, scene, rng))
}

/// The caption of style [`Style::Full`].
pub fn full_caption(scene: &Scene) -> Caption {
    let text = speak::full(&choose::full(scene));
    let statements = parse(&text).expect("the speaker stays inside the grammar");
    Caption { style: Style::Full, text, statements }
}

/// A full caption that leaves out some of what it says of its objects: of each its place stays, and at least one attribute of
/// its own. What is left is as true or false by itself as it was.
pub fn thinned(caption: &Caption, rng: &mut Rng) -> Caption {
    let claims = caption.statements.iter().map(|statement| match statement.claim {
        Claim::Exists(what) => Claim::Exists(choose::thinned(what, rng)),
        other => other,
    });
    let text = speak::full(&claims.collect::<Vec<_>>());
    let statements = parse(&text).expect("the speaker stays inside the grammar");
    Caption { style: caption.style, text, statements }
}

#[cfg(test)]
mod tests;
