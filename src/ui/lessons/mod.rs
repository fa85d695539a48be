//! Lessons: guided work in the rooms, from files beside the page (`lessons/README.md`).

pub mod figures;
pub mod format;
