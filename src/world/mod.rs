//! Playroom: scenes, pictures, language and questions, all derived from a seed.
//!
//! A [`Scene`] is the scene graph. Everything else is a function of it and of a random stream: the picture
//! with its masks ([`mod@render`]), how its objects move ([`motion`]) and what is heard of it ([`sound`]), what sensors report of
//! them ([`table`]), their relations as edges ([`graph`]), sentences and their meaning ([`language`]), questions and their
//! programs ([`questions`]), near misses ([`edit`]) and Winoground-like pairs ([`swap`]). [`splits`] hands out the scenes.
//!
//! Equal inputs give equal bits natively and in WebAssembly: integers, and f32 with `+ - * / sqrt` only.

pub mod attributes;
pub mod clip;
pub mod code;
pub mod digest;
pub mod edit;
mod generate;
pub mod graph;
pub mod language;
pub mod mixture;
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
pub mod table;

pub use attributes::{Attribute, Colour, Kind, Place, Shape, Size, Texture};
pub use clip::Clip;
pub use graph::Graph;
pub use language::{Caption, Claim, Description, EventClaim, Statement, Style, Turn};
pub use motion::Motion;
pub use questions::{Answer, EventProgram, Program, Question, QuestionKind};
pub use relation::Relation;
pub use render::{Mask, Picture, render};
pub use rng::{Rng, Stream};
pub use scene::{Background, Object, Scene};
pub use sound::Sound;
pub use split::Split;
pub use table::Table;
