//! Lessons: guided work in the rooms, from files beside the page (`lessons/README.md`).

mod context;
pub mod figures;
pub mod format;
mod index;
mod light;
mod panel;
mod record;
mod results;

pub use context::{Lessons, read_lesson};
pub use index::{Course, Index, IndexEntry, Part, Question};
pub use panel::LessonPanel;
#[cfg(test)]
pub use record::{Checked, Record, Records};
pub use results::{MAX_NAME, Refused, Results, check_size};
