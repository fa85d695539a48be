//! A visitor's words as the speaker would say them, which are all that a model of Playroom has read.

use super::lexicon::spoken;

/// Words before a place, as visitors choose them.
const BEFORE_PLACES: [&str; 4] = ["at", "in", "on", "to"];

/// A sentence in lower case and in the speaker's words, as far as it has others for what is said; without a full stop. A sentence
/// of the speaker's stays as it is.
pub fn worded(text: &str) -> String {
    let lower = text.to_lowercase();
    let lower = lower.trim_end_matches(|c: char| c.is_whitespace() || c == '.');
    let mut words: Vec<Word> = lower.split_whitespace().map(Word::of).collect();
    for i in 0..words.len().saturating_sub(2) {
        if BEFORE_PLACES.contains(&words[i].said) && words[i + 1].said == "the" {
            let has = |at: usize, expected: &str| words.get(at).is_some_and(|word| word.said == expected);
            let place = words[i + 2].said;
            words[i].said = match place {
                "left" | "right" if has(i + 3, "of") => "to",
                "centre" => "in",
                "top" | "bottom" | "left" | "right" => "at",
                _ => words[i].said,
            };
        }
    }
    // "the top left corner"
    for i in (1..words.len()).rev() {
        if words[i].said == "corner" && matches!(words[i - 1].said, "left" | "right") {
            words[i - 1].after = words[i].after;
            words.remove(i);
        }
    }
    for i in 1..words.len() {
        if matches!(words[i - 1].said, "a" | "an") {
            let vowel = words[i].said.starts_with(['a', 'e', 'i', 'o', 'u']);
            words[i - 1].said = if vowel { "an" } else { "a" };
        }
    }
    let written: Vec<String> =
        words.iter().map(|word| format!("{}{}{}", word.before, word.said, word.after)).collect();
    written.join(" ")
}

/// A word between the marks that stand around it.
struct Word<'a> {
    before: &'a str,
    said: &'a str,
    after: &'a str,
}

impl<'a> Word<'a> {
    fn of(written: &'a str) -> Self {
        let is_mark = |c: char| !c.is_alphanumeric();
        let bare = written.trim_start_matches(is_mark);
        let (before, core) = (&written[..written.len() - bare.len()], bare.trim_end_matches(is_mark));
        Word { before, said: spoken(core).unwrap_or(core), after: &bare[core.len()..] }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::language::lexicon::{SYNONYMS, term};
    use crate::world::language::{Style, caption, false_caption, parse};
    use crate::world::{Rng, Split, splits};

    #[test]
    fn a_visitors_words_are_said_as_the_speaker_says_them() {
        for (typed, ours) in [
            (
                "A BIG red ball in the upper left corner, and an item.",
                "a large red circle at the top left, and an object",
            ),
            ("a tiny violet box on the left of some thing", "a small purple square to the left of an object"),
            ("two spotted hoops at the middle", "two dotted rings in the centre"),
            ("there is a huge orange disc on the right", "there is a large orange circle at the right"),
            ("es gibt (two) balls", "es gibt (two) circles"),
            (" . ", ""),
        ] {
            assert_eq!(worded(typed), ours);
        }
    }

    #[test]
    fn the_speakers_sentences_stay_as_they_are() {
        for index in 0..300 {
            let scene = splits::scene(Split::Test, 1, index);
            let mut rng = Rng::from_seed(index);
            for style in Style::ALL {
                for said in [caption(&scene, style, &mut rng), false_caption(&scene, style, &mut rng)] {
                    let Some(said) = said else { continue };
                    assert_eq!(worded(&said.text), said.text);
                }
            }
        }
    }

    #[test]
    fn every_synonym_is_understood_and_means_what_it_stands_for() {
        for (ours, others) in SYNONYMS {
            for other in *others {
                assert_eq!(term(other), term(ours), "{other}");
                assert_eq!(worded(other), *ours);
            }
        }
        let typed = "a big violet ball in the lower left corner and two tiny boxes";
        let claims = |text: &str| parse(text).expect(text).iter().map(|s| s.claim).collect::<Vec<_>>();
        assert_eq!(claims(typed), claims(&worded(typed)));
    }
}
