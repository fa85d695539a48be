//! From a text to the letters of its words.

use std::ops::Range;

use super::punctuation::is_punctuation;

/// Stands for the space before a word.
pub(super) const SPACE: char = '\u{2581}';

/// A character as the vocabulary spells it, and the bytes of the text it stands for.
#[derive(Debug)]
pub(super) struct Letter {
    pub char: char,
    pub span: Range<usize>,
}

/// The words of `text[part]`, which are read alone: a word begins at its space; punctuation is a word.
pub(super) fn words(text: &str, part: Range<usize>) -> Vec<Vec<Letter>> {
    let mut words: Vec<Vec<Letter>> = Vec::new();
    let mut is_over = true;
    for letter in letters(text, part) {
        let stands_alone = is_punctuation(letter.char);
        if is_over || stands_alone || letter.char == SPACE {
            words.push(Vec::new());
        }
        is_over = stands_alone;
        words.last_mut().expect("the first letter begins a word").push(letter);
    }
    words
}

/// Lower case; white space as one [`SPACE`], which stands before the first letter too and never at the end.
fn letters(text: &str, part: Range<usize>) -> Vec<Letter> {
    let mut letters: Vec<Letter> = Vec::new();
    let mut space = None;
    for (at, c) in text[part.clone()].char_indices() {
        let start = part.start + at;
        let span = start..start + c.len_utf8();
        if c.is_whitespace() {
            space = Some(span);
            continue;
        }
        let before = match letters.is_empty() {
            true => (c != SPACE).then(|| span.clone()),
            false => space.take(),
        };
        space = None;
        letters.extend(before.map(|span| Letter { char: SPACE, span }));
        letters.extend(c.to_lowercase().map(|char| Letter { char, span: span.clone() }));
    }
    letters
}
