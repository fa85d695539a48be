//! Programs: what a question computes on a scene.

use crate::world::attributes::{Attribute, Kind};
use crate::world::language::description::number_word;
use crate::world::language::{Description, EventClaim, Turn};
use crate::world::motion::Motion;
use crate::world::relation::Relation;
use crate::world::scene::{MAX_OBJECTS, Object, Scene};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The objects that fit `what` and, if `beside` is given, stand so to the one object that it describes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Group {
    pub what: Description,
    pub beside: Option<(Relation, Description)>,
}

/// How two numbers compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Comparison {
    More,
    Fewer,
    Same,
}

/// What a question computes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Program {
    /// Whether any object fits.
    Exist(Description),
    /// How many objects fit.
    Count(Description),
    /// What the one object of a group shows of a kind.
    Query(Kind, Group),
    /// Whether more, fewer or as many objects fit the first as the second.
    CompareNumber(Comparison, Description, Description),
    /// Whether the first object is larger than the second.
    Larger(Description, Description),
    /// Whether the first object is smaller than the second.
    Smaller(Description, Description),
    /// Whether two objects show the same of a kind.
    Same(Kind, Description, Description),
    /// Whether the first object stands so to the second.
    Stands(Description, Relation, Description),
    /// What happens.
    Event(EventProgram),
}

/// What a question about a clip computes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventProgram {
    /// How many collisions there are.
    Hits,
    /// Whether the one object that fits moves.
    Moves(Description),
    /// Whether two objects collide with each other.
    Touches(Description, Description),
    /// What the object shows of a kind that takes part, alone, in the first or the last collision.
    Which(Kind, Turn),
}

impl EventProgram {
    /// The exact answer.
    ///
    /// # Errors
    /// Where a description fits none or several, or where no object, or two, take part in the collision asked for.
    pub fn run(&self, scene: &Scene, motion: &Motion) -> Result<Answer, ProgramError> {
        let sole = |what: Description| Group::from(what).referent(scene);
        Ok(match *self {
            Self::Hits => Answer::Number(motion.collisions.len().min(usize::from(u8::MAX)) as u8),
            Self::Moves(what) => {
                sole(what)?;
                Answer::Is(EventClaim::Moves(what, None).is_true_of(scene, motion))
            }
            Self::Touches(a, b) => {
                sole(a)?;
                sole(b)?;
                Answer::Is(EventClaim::Touches(a, b).is_true_of(scene, motion))
            }
            Self::Which(kind, turn) => {
                let collision = turn.of(motion).ok_or(ProgramError::NoCollision)?;
                match collision.objects().collect::<Vec<_>>()[..] {
                    [only] => Answer::Value(scene.objects[only].attribute(kind)),
                    _ => return Err(ProgramError::TwoCollide { turn }),
                }
            }
        })
    }
}

/// An answer: one word, or two for a corner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    Is(bool),
    Number(u8),
    Value(Attribute),
}

/// Why a program has no answer on a scene: a question presupposes exactly one object, and some a clip.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ProgramError {
    NoReferent {
        group: Group,
    },
    ManyReferents {
        group: Group,
        found: usize,
    },
    /// A picture alone does not tell.
    NeedsMotion,
    /// Nothing collides.
    NoCollision,
    /// Two objects take part in the collision asked for.
    TwoCollide {
        turn: Turn,
    },
}

impl fmt::Display for Group {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self.beside {
            None => self.what.fmt(f),
            Some((relation, other)) => write!(f, "{} {} the {other}", self.what, relation.words()),
        }
    }
}

impl fmt::Display for ProgramError {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::NoReferent { group } => write!(f, "the question needs one {group}, but there is none"),
            Self::ManyReferents { group, found } => {
                write!(f, "the question needs one {group}, but there are {}", number_word(*found as u8))
            }
            Self::NeedsMotion => f.write_str("a picture does not show what happens"),
            Self::NoCollision => f.write_str("nothing bounces"),
            Self::TwoCollide { turn } => write!(f, "two objects bounce {} together", turn.word()),
        }
    }
}

impl std::error::Error for ProgramError {}

impl From<Description> for Group {
    fn from(what: Description) -> Self {
        Group { what, beside: None }
    }
}

impl Group {
    /// The one object meant.
    pub fn referent(&self, scene: &Scene) -> Result<usize, ProgramError> {
        let mut referents = self.what.referents(scene);
        if let Some((relation, other)) = self.beside {
            let other = Group::from(other).referent(scene)?;
            referents.retain(|&i| i != other && scene.objects[i].stands(relation, &scene.objects[other]));
        }
        match referents[..] {
            [only] => Ok(only),
            [] => Err(ProgramError::NoReferent { group: *self }),
            _ => Err(ProgramError::ManyReferents { group: *self, found: referents.len() }),
        }
    }
}

impl Program {
    /// The exact answer on a picture, see [`Program::run_on`].
    ///
    /// # Errors
    /// Also when the question is about what happens.
    pub fn run(&self, scene: &Scene) -> Result<Answer, ProgramError> {
        self.run_on(scene, None)
    }

    /// The exact answer on a picture or, with its motion, on a clip.
    ///
    /// # Errors
    /// When the question speaks of one object and the scene has none or several that fit.
    pub fn run_on(&self, scene: &Scene, motion: Option<&Motion>) -> Result<Answer, ProgramError> {
        let one = |what: Description| -> Result<&Object, ProgramError> {
            Ok(&scene.objects[Group::from(what).referent(scene)?])
        };
        Ok(match *self {
            Program::Exist(what) => Answer::Is(what.count(scene) > 0),
            Program::Count(what) => Answer::Number(what.count(scene) as u8),
            Program::Query(kind, group) => {
                Answer::Value(scene.objects[group.referent(scene)?].attribute(kind))
            }
            Program::CompareNumber(how, a, b) => Answer::Is(how.holds(a.count(scene), b.count(scene))),
            Program::Larger(a, b) => Answer::Is(one(a)?.size > one(b)?.size),
            Program::Smaller(a, b) => Answer::Is(one(a)?.size < one(b)?.size),
            Program::Same(kind, a, b) => Answer::Is(one(a)?.attribute(kind) == one(b)?.attribute(kind)),
            Program::Stands(a, relation, b) => Answer::Is(one(a)?.stands(relation, one(b)?)),
            Program::Event(event) => event.run(scene, motion.ok_or(ProgramError::NeedsMotion)?)?,
        })
    }
}

impl Comparison {
    fn holds(self, a: usize, b: usize) -> bool {
        match self {
            Comparison::More => a > b,
            Comparison::Fewer => a < b,
            Comparison::Same => a == b,
        }
    }
}

impl Answer {
    /// Every answer that a question about a generated scene can have.
    pub fn all() -> Vec<Answer> {
        let mut answers = vec![Answer::Is(true), Answer::Is(false)];
        answers.extend((0..=MAX_OBJECTS as u8).map(Answer::Number));
        answers.extend(Kind::ALL.into_iter().flat_map(Attribute::all).map(Answer::Value));
        answers
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Answer::Is(true) => f.write_str("yes"),
            Answer::Is(false) => f.write_str("no"),
            Answer::Number(number) => f.write_str(&number_word(*number)),
            Answer::Value(value) => value.fmt(f),
        }
    }
}
