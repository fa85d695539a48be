//! What is claimed of a clip, which no picture can tell.

use super::description::{Description, indefinite, number_word};
use crate::world::motion::{Collision, Motion, Obstacle, Pace};
use crate::world::scene::Scene;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Which of the collisions of a clip.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Turn {
    First,
    Last,
}

impl Turn {
    pub const ALL: [Turn; 2] = [Turn::First, Turn::Last];

    pub const fn word(self) -> &'static str {
        match self {
            Turn::First => "first",
            Turn::Last => "last",
        }
    }

    /// The collision meant; none where nothing collides.
    pub fn of(self, motion: &Motion) -> Option<&Collision> {
        match self {
            Turn::First => motion.collisions.first(),
            Turn::Last => motion.collisions.last(),
        }
    }
}

/// What happens in a clip. Of the objects that fit a description, one at least does so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventClaim {
    /// Begins at a pace, or moves at any time; what is still never moves.
    Moves(Description, Option<Pace>),
    /// Takes part in a collision: in the first or the last of all, or in any.
    Bounces(Description, Option<Turn>),
    /// Exactly so many collisions, each of which is heard as a hit.
    Hits(u8),
    /// Collides with another that fits the second description.
    Touches(Description, Description),
}

impl EventClaim {
    pub fn is_true_of(&self, scene: &Scene, motion: &Motion) -> bool {
        let any =
            |what: &Description, does: &dyn Fn(usize) -> bool| what.referents(scene).into_iter().any(does);
        match self {
            Self::Moves(what, None) => any(what, &|object| motion.moves(object)),
            Self::Moves(what, Some(Pace::Still)) => any(what, &|object| !motion.moves(object)),
            Self::Moves(what, Some(pace)) => any(what, &|object| motion.pace(object) == *pace),
            Self::Bounces(what, Some(turn)) => turn
                .of(motion)
                .is_some_and(|collision| collision.objects().any(|object| what.fits(&scene.objects[object]))),
            Self::Bounces(what, None) => any(what, &|object| {
                motion.collisions.iter().any(|collision| collision.objects().any(|o| o == object))
            }),
            Self::Hits(number) => motion.collisions.len() == usize::from(*number),
            Self::Touches(a, b) => {
                let fit = |a_object: usize, b_object: usize| {
                    a.fits(&scene.objects[a_object]) && b.fits(&scene.objects[b_object])
                };
                motion.collisions.iter().any(|collision| match collision.with {
                    Obstacle::Object(other) => fit(collision.object, other) || fit(other, collision.object),
                    Obstacle::Wall(_) => false,
                })
            }
        }
    }

    pub fn descriptions(&self) -> Vec<Description> {
        match *self {
            Self::Moves(what, _) | Self::Bounces(what, _) => vec![what],
            Self::Touches(a, b) => vec![a, b],
            Self::Hits(_) => Vec::new(),
        }
    }

    /// In words; `named` says a description with its article, `heard` whether it is told as what is heard.
    pub(super) fn say(&self, named: &dyn Fn(&Description) -> String, heard: bool) -> String {
        match self {
            Self::Moves(what, None) => format!("{} moves", named(what)),
            Self::Moves(what, Some(Pace::Still)) => format!("{} is still", named(what)),
            Self::Moves(what, Some(Pace::Slow)) => format!("{} moves slowly", named(what)),
            Self::Moves(what, Some(Pace::Fast)) => format!("{} moves fast", named(what)),
            Self::Bounces(what, None) => format!("{} bounces", named(what)),
            Self::Bounces(what, Some(turn)) => {
                format!("{} {} {}", named(what), if heard { "sounds" } else { "bounces" }, turn.word())
            }
            Self::Hits(0) => "no hits".into(),
            Self::Hits(1) => "one hit".into(),
            Self::Hits(number) => format!("{} hits", number_word(*number)),
            Self::Touches(a, b) => format!("{} hits {}", named(a), named(b)),
        }
    }
}

impl fmt::Display for EventClaim {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(&self.say(&indefinite, false))
    }
}
