//! Questions about scenes: functional programs with exact answers, in words and back.

mod ask;
mod event;
mod parse;
mod program;
mod speak;
mod wording;

pub use ask::ask;
pub use event::ask_event;
pub use parse::parse_question;
pub use program::{Answer, Comparison, EventProgram, Group, Program, ProgramError};
pub use wording::reworded;

use serde::{Deserialize, Serialize};

/// What a question is about.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, strum::IntoStaticStr, strum::Display,
)]
#[strum(const_into_str, serialize_all = "lowercase")]
#[serde(rename_all = "lowercase")]
pub enum QuestionKind {
    Exist,
    Count,
    /// An attribute or the place of one object.
    Query,
    /// Numbers, sizes or attributes of two things.
    Compare,
    /// How two objects stand to each other.
    Relate,
    /// What happens in a clip.
    Event,
}

impl QuestionKind {
    /// Those of pictures.
    pub const ALL: [QuestionKind; 5] = [
        QuestionKind::Exist,
        QuestionKind::Count,
        QuestionKind::Query,
        QuestionKind::Compare,
        QuestionKind::Relate,
    ];

    pub const fn word(self) -> &'static str {
        self.into_str()
    }
}

/// A question with its program and its answer on the scene that it was asked of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    pub kind: QuestionKind,
    pub text: String,
    pub program: Program,
    pub answer: Answer,
}

#[cfg(test)]
mod tests;
