//! Tokens as words, and words as places in a text.

use std::ops::Range;

/// A word: a run of tokens of which only the first begins with a space. The end token is a word without text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    pub text: String,
    pub tokens: Range<usize>,
    /// Bytes of [`sentence`].
    pub span: Range<usize>,
}

/// The words of a row of tokens, each given by what it adds to the text.
pub fn words<'a>(pieces: impl IntoIterator<Item = &'a str>) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    let mut length = 0;
    for (index, piece) in pieces.into_iter().enumerate() {
        let text = piece.trim_start();
        let begins = piece.is_empty() || text.len() < piece.len();
        match words.last_mut() {
            Some(word) if !begins => {
                word.text += text;
                word.tokens.end = index + 1;
                word.span.end += text.len();
            }
            last => {
                let start = length + usize::from(last.is_some() && !piece.is_empty());
                let span = start..start + text.len();
                words.push(Word { text: text.into(), tokens: index..index + 1, span });
            }
        }
        length = words.last().map_or(0, |word| word.span.end);
    }
    words
}

/// The text of words, with single spaces.
pub fn sentence(words: &[Word]) -> String {
    let texts: Vec<&str> =
        words.iter().map(|word| word.text.as_str()).filter(|text| !text.is_empty()).collect();
    texts.join(" ")
}

/// Mean over heads and queries of attention maps `[layers, heads, queries, cells]`, in one layer or all, in one head
/// or all, for a range of queries.
pub fn mean_map(
    values: &[f32],
    [layers, heads, queries, cells]: [usize; 4],
    layer: Option<usize>,
    head: Option<usize>,
    range: Range<usize>,
) -> Vec<f32> {
    let mut mean = vec![0.0; cells];
    let mut count = 0;
    for l in (0..layers).filter(|&l| layer.is_none_or(|only| only == l)) {
        for h in (0..heads).filter(|&h| head.is_none_or(|only| only == h)) {
            for query in range.start..range.end.min(queries) {
                let row = ((l * heads + h) * queries + query) * cells;
                let Some(row) = values.get(row..row + cells) else { continue };
                mean.iter_mut().zip(row).for_each(|(sum, value)| *sum += value);
                count += 1;
            }
        }
    }
    mean.iter_mut().for_each(|sum| *sum /= count.max(1) as f32);
    mean
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_become_words_with_their_places() {
        let words = words(["a", " str", "iped", " star", ",", " a", ""]);
        let texts: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
        assert_eq!(texts, ["a", "striped", "star,", "a", ""]);
        assert_eq!(words[1].tokens, 1..3);
        let sentence = sentence(&words);
        assert_eq!(sentence, "a striped star, a");
        for word in &words {
            assert_eq!(&sentence[word.span.clone()], word.text);
        }
    }

    #[test]
    fn a_leading_space_is_no_word() {
        let words = words([" a", " star"]);
        assert_eq!(words[0].span, 0..1);
        assert_eq!(words[1].span, 2..6);
    }

    #[test]
    fn a_mean_map_takes_what_is_chosen() {
        let values: Vec<f32> = (0..2 * 2 * 3 * 2).map(|i| i as f32).collect();
        let shape = [2, 2, 3, 2];
        assert_eq!(mean_map(&values, shape, Some(1), Some(0), 2..3), [16.0, 17.0]);
        assert_eq!(mean_map(&values, shape, Some(0), None, 0..1), [3.0, 4.0]);
        assert_eq!(mean_map(&values, shape, None, None, 0..3), [11.0, 12.0]);
        assert_eq!(mean_map(&values, shape, None, None, 7..9), [0.0, 0.0]);
    }
}
