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

impl Index {
    pub fn lesson(&self, id: &str) -> Option<&IndexEntry> {
        self.lessons.iter().find(|lesson| lesson.id == id)
    }
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
    pub introduction: Introduction,
    pub parts: Vec<Part>,
    pub discussion: Discussion,
    /// Lessons for whoever has time left.
    pub further: Vec<String>,
}

/// What the teacher says and shows first.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Introduction {
    pub minutes: u32,
    pub note: String,
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
    pub minutes: u32,
    pub questions: Vec<Question>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    pub question: String,
    pub answer: String,
}

#[cfg(test)]
mod tests;
