//! What lessons and courses there are, in one language. `e2e/complete.mjs` writes `index.json` of the lessons' files.

use serde::Deserialize;

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Index {
    /// By their first section of the whitepaper.
    pub lessons: Vec<IndexEntry>,
    pub courses: Vec<Course>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct IndexEntry {
    pub id: String,
    pub title: String,
    pub goal: String,
    /// Sections of the whitepaper, with commas.
    pub section: String,
    pub minutes: u32,
    pub steps: usize,
    /// The rooms of its steps by the words of their addresses.
    pub rooms: Vec<String>,
}

impl IndexEntry {
    /// Whether the lesson is about this section or one below it.
    pub fn is_of(&self, section: &str) -> bool {
        self.section.split(',').any(|own| own.trim() == section)
    }
}

/// Lessons that fill 45 minutes of a class.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Course {
    pub id: String,
    pub title: String,
    pub about: String,
    pub minutes: u32,
    pub goals: Vec<String>,
    pub prerequisites: String,
    /// Ids of the glossary.
    pub vocabulary: Vec<String>,
    pub parts: Vec<Part>,
    pub discussion: Vec<Discussion>,
}

/// A lesson in a course, with the minutes that it is given.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    pub lesson: String,
    pub minutes: u32,
    pub note: String,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Discussion {
    pub question: String,
    pub answer: String,
}
