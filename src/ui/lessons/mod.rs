//! Lessons: guided work in the rooms, from files beside the page (`lessons/README.md`).

mod context;
pub mod figures;
pub mod format;
mod index;
mod light;
mod panel;
mod record;

pub use context::Lessons;
pub use index::{Course, Index, IndexEntry, Part};
pub use panel::LessonPanel;
pub use record::{Checked, Record, Records};
