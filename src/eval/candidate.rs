//! What is scored.

/// A caption and what people (or the world's grammar) said of the same picture.
#[derive(Clone, Debug)]
pub struct Candidate<'a> {
    pub tokens: Vec<&'a str>,
    pub references: Vec<Vec<&'a str>>,
}

impl<'a> Candidate<'a> {
    /// At least one reference.
    pub fn new(caption: &'a str, references: impl IntoIterator<Item = &'a str>) -> Self {
        let references: Vec<Vec<&str>> =
            references.into_iter().map(|r| r.split_whitespace().collect()).collect();
        assert!(!references.is_empty(), "a caption is compared with something");
        Candidate { tokens: caption.split_whitespace().collect(), references }
    }
}
