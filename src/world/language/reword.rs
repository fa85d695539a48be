//! The same in other words: what a reader has to understand and the speaker never says.

use super::lexicon::SYNONYMS;
use crate::world::rng::Rng;

/// Places and what visitors call them too.
const PLACES: &[(&str, &str)] = &[
    ("at the top left", "in the upper left corner"),
    ("at the top right", "in the upper right corner"),
    ("at the bottom left", "in the lower left corner"),
    ("at the bottom right", "in the lower right corner"),
    ("at the left", "on the left"),
    ("at the right", "on the right"),
];

/// A sentence or question of the speaker with half of its words, as far as they have synonyms, exchanged for one of them.
pub fn reword(text: &str, rng: &mut Rng) -> String {
    let mut text = text.to_string();
    for (place, other) in PLACES {
        if rng.one_in(2) {
            text = text.replace(place, other);
        }
    }
    let mut words: Vec<String> = text.split(' ').map(|word| exchanged(word, rng)).collect();
    for i in 1..words.len() {
        if words[i - 1] == "a" || words[i - 1] == "an" {
            let vowel = words[i].starts_with(['a', 'e', 'i', 'o', 'u']);
            words[i - 1] = if vowel { "an" } else { "a" }.to_string();
        }
    }
    let stop = if !text.ends_with('?') && rng.one_in(4) { "." } else { "" };
    format!("{}{stop}", words.join(" "))
}

fn exchanged(word: &str, rng: &mut Rng) -> String {
    let bare = word.trim_end_matches([',', '?']);
    match SYNONYMS.iter().find(|(spoken, _)| *spoken == bare) {
        Some((_, others)) if rng.one_in(2) => format!("{}{}", rng.pick(others), &word[bare.len()..]),
        _ => word.to_string(),
    }
}
