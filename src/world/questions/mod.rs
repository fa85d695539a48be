//! Questions about scenes: functional programs with exact answers, in words and back.

mod ask;
mod parse;
mod program;
mod speak;

pub use ask::ask;
pub use parse::parse_question;
pub use program::{Answer, Comparison, Group, Program, ProgramError};

use serde::{Deserialize, Serialize};
use std::fmt;

/// What a question is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
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
}

impl QuestionKind {
    pub const ALL: [QuestionKind; 5] = [
        QuestionKind::Exist,
        QuestionKind::Count,
        QuestionKind::Query,
        QuestionKind::Compare,
        QuestionKind::Relate,
    ];

    pub const fn word(self) -> &'static str {
        match self {
            QuestionKind::Exist => "exist",
            QuestionKind::Count => "count",
            QuestionKind::Query => "query",
            QuestionKind::Compare => "compare",
            QuestionKind::Relate => "relate",
        }
    }
}

impl fmt::Display for QuestionKind {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(self.word())
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
