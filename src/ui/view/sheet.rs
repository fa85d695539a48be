//! What a link to the room Teachers reopens: a lesson as a sheet of paper.

use super::address::{flag, put};
use super::lesson::is_id;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SheetView {
    /// The lesson on the sheet; none where the room itself is shown.
    pub lesson: Option<String>,
    /// With what a teacher should know of the answers.
    pub answers: bool,
}

impl SheetView {
    pub(super) fn write(&self, write: &mut impl FnMut(&str, Option<String>, Option<String>)) {
        write("sheet", self.lesson.clone(), None);
        write("answers", (self.answers && self.lesson.is_some()).then(|| "1".into()), None);
    }

    /// As [`super::View`] reads its own keys.
    pub(super) fn read(&mut self, key: &str, value: &str) -> Option<bool> {
        Some(match key {
            "sheet" => put(&mut self.lesson, is_id(value).then(|| Some(value.to_string()))),
            "answers" => put(&mut self.answers, flag(value)),
            _ => return None,
        })
    }
}
