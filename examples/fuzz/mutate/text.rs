//! Changes of plain text: addresses, sentences, vocabularies.

use triptych::world::Rng;

use super::{NUMBERS, bytes, few};

const WORDS: [&str; 24] = [
    "",
    " ",
    "\t",
    "\r\n",
    "\u{0}",
    "\u{301}",
    "é",
    "İ",
    "🙂",
    "\u{202e}",
    "%",
    "%00",
    "%ff",
    "%F0%9F%99%82",
    "+",
    "-",
    "&",
    "=",
    "?",
    "#",
    "://",
    "..",
    "true",
    "[UNK]",
];

/// Bytes to which a word may grow.
const LONGEST: usize = 100_000;

pub(crate) fn mutate(rng: &mut Rng, content: &[u8]) -> Vec<u8> {
    let Ok(text) = std::str::from_utf8(content) else { return bytes::mutate(rng, content) };
    let mut tokens = tokens(text);
    for _ in 0..few(rng) {
        change(rng, &mut tokens);
    }
    tokens.concat().into_bytes()
}

/// Runs of letters and digits, and single other characters.
pub(crate) fn tokens(text: &str) -> Vec<String> {
    let mut tokens: Vec<String> = Vec::new();
    let mut was_word = false;
    for letter in text.chars() {
        let is_word = letter.is_alphanumeric();
        match tokens.last_mut() {
            Some(last) if is_word && was_word => last.push(letter),
            _ => tokens.push(letter.to_string()),
        }
        was_word = is_word;
    }
    tokens
}

fn change(rng: &mut Rng, tokens: &mut Vec<String>) {
    if tokens.is_empty() {
        tokens.push(rng.pick(&WORDS).to_string());
        return;
    }
    let (at, other) = (rng.below(tokens.len()), rng.below(tokens.len()));
    match rng.below(10) {
        0 => {
            tokens.remove(at);
        }
        1 => tokens.insert(at, tokens[other].clone()),
        2 => tokens.swap(at, other),
        3 => tokens.truncate(at),
        4 | 5 => tokens[at] = rng.pick(&NUMBERS).to_string(),
        6 => tokens[at] = rng.pick(&WORDS).to_string(),
        7 => tokens.insert(at, rng.pick(&WORDS).to_string()),
        8 => {
            let most = (LONGEST / tokens[at].len().max(1)).max(1);
            tokens[at] = tokens[at].repeat(rng.pick(&[2, 20, 2000]).min(most));
        }
        _ => {
            let range = at.min(other)..at.max(other);
            let part = tokens[range].to_vec();
            tokens.extend(part);
        }
    }
}
