//! What a link to the room Album reopens: the questions, not the photos, which never leave their device.

use super::address::set;

/// What is looked for among the photos, and by which labels they are sorted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlbumView {
    /// Words; those after ` -` are to be absent.
    pub query: String,
    /// Labels of the classification, between commas; none where it is empty.
    pub labels: String,
    /// What a label is put into, at `{}`.
    pub template: String,
}

impl Default for AlbumView {
    fn default() -> Self {
        // The template of CLIP's zero-shot evaluation (Radford et al. 2021, section 3.1.4).
        AlbumView { query: String::new(), labels: String::new(), template: "a photo of a {}".into() }
    }
}

impl AlbumView {
    pub(super) fn write(&self, write: &mut impl FnMut(&str, Option<String>, Option<String>)) {
        let plain = AlbumView::default();
        let fields = [
            ("q", &self.query, plain.query),
            ("labels", &self.labels, plain.labels),
            ("template", &self.template, plain.template),
        ];
        for (key, value, default) in fields {
            write(key, Some(value.clone()), Some(default));
        }
    }

    /// As [`super::View`] reads its own keys.
    pub(super) fn read(&mut self, key: &str, value: &str) -> Option<bool> {
        Some(match key {
            "q" => set(&mut self.query, value),
            "labels" => set(&mut self.labels, value),
            "template" => set(&mut self.template, value),
            _ => return None,
        })
    }
}
