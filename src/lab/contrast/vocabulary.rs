//! Captions as word ids.

use std::collections::HashMap;

use crate::world::{Attribute, Kind, language};

/// Beside a sentence: what fills a row up, what opens and closes a text to be written, what stands for a covered word.
pub(super) const PAD: u32 = 0;
pub(super) const BEGIN: u32 = 1;
pub(super) const END: u32 = 2;
pub(super) const COVERED: u32 = 3;

const SPECIALS: [&str; 4] = ["[pad]", "[begin]", "[end]", "[covered]"];

/// Most words of a full caption, commas among them: four phrases of nine words that end in a corner, one of eight, and a
/// comma or "and" between each two.
pub(super) const WORDS: usize = 48;

/// Every word of the grammar by its id; four ids besides have no word.
pub(super) struct Vocabulary {
    words: Vec<String>,
    ids: HashMap<String, u32>,
    content: Vec<bool>,
}

impl Vocabulary {
    pub(super) fn new() -> Self {
        let words: Vec<String> =
            SPECIALS.iter().map(|word| word.to_string()).chain(language::vocabulary()).collect();
        let ids = words.iter().zip(0..).map(|(word, id)| (word.clone(), id)).collect();
        let named = |kind| Attribute::all(kind).into_iter().flat_map(|value| value.word().split(' '));
        let named: Vec<&str> = Kind::ALL.into_iter().flat_map(named).collect();
        let content = words.iter().map(|word| named.contains(&&word[..])).collect();
        Vocabulary { words, ids, content }
    }

    /// Number of ids.
    pub(super) fn size(&self) -> usize {
        self.words.len()
    }

    /// All ids.
    pub(super) fn all(&self) -> impl Iterator<Item = u32> {
        0..self.size() as u32
    }

    /// The words at the places that are known, each with its value.
    pub(super) fn words_of(self, values: &[f32], known: &[bool]) -> Vec<(String, f32)> {
        let all = self.words.into_iter().zip(values.iter().zip(known));
        all.filter(|(_, (_, known))| **known).map(|(word, (value, _))| (word, *value)).collect()
    }

    /// Whether a word names a size, a texture, a colour, a shape or a place, which no grammar can guess.
    pub(super) fn is_content(&self, id: u32) -> bool {
        self.content[id as usize]
    }

    /// Ids of a sentence of the grammar; any other word is a bug of the caller.
    pub(super) fn ids(&self, sentence: &str) -> Vec<u32> {
        let id = |word: String| *self.ids.get(&word).unwrap_or_else(|| panic!("`{word}` is no word"));
        pieces(sentence).into_iter().map(id).collect()
    }
}

impl Default for Vocabulary {
    fn default() -> Self {
        Vocabulary::new()
    }
}

/// Words and commas in their order.
fn pieces(sentence: &str) -> Vec<String> {
    sentence.replace(',', " ,").split_whitespace().map(str::to_string).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::language::full_caption;
    use crate::world::{Split, splits};

    #[test]
    fn full_captions_consist_of_known_words_and_fit() {
        let vocabulary = Vocabulary::new();
        let mut longest = 0;
        for (split, index) in
            [Split::Train, Split::Val].into_iter().flat_map(|s| (0..1_000).map(move |i| (s, i)))
        {
            let text = full_caption(&splits::scene(split, 1, index)).text;
            let ids = vocabulary.ids(&text);
            longest = longest.max(ids.len());
            let words: Vec<&str> = ids.iter().map(|id| &vocabulary.words[*id as usize][..]).collect();
            assert_eq!(words.join(" ").replace(" ,", ","), text);
            assert!(ids.iter().all(|id| *id > COVERED));
        }
        assert_eq!(longest, WORDS, "the longest caption fills a row");
    }
}
