//! Playroom: scenes, pictures, language and questions, all derived from a seed.
//!
//! A [`Scene`] is the scene graph. Everything else is a function of it and of a random stream: the picture
//! with its masks ([`mod@render`]), two seconds of motion ([`motion`]) and their sound ([`sound`]), sentences
//! and their meaning ([`language`]), questions and their programs ([`questions`]), near misses ([`edit`]) and
//! Winoground-like pairs ([`swap`]). [`splits`] hands out the scenes.
//!
//! Equal inputs give equal bits natively and in WebAssembly: integers, and f32 with `+ - * / sqrt` only.

pub mod attributes;
pub mod code;
pub mod digest;
pub mod edit;
mod generate;
pub mod language;
pub mod motion;
pub mod partition;
pub mod questions;
mod relation;
pub mod render;
pub mod rng;
pub mod scene;
pub mod sound;
mod split;
pub mod splits;
pub mod swap;

pub use attributes::{Attribute, Colour, Kind, Place, Shape, Size, Texture};
pub use language::{Caption, Claim, Description, Statement, Style};
pub use motion::Motion;
pub use questions::{Answer, Program, Question, QuestionKind};
pub use relation::Relation;
pub use render::{Mask, Picture, render};
pub use rng::{Rng, Stream};
pub use scene::{Background, Object, Scene};
pub use sound::Sound;
pub use split::Split;
