//! A visitor's wording as the world words its questions, which are all that a model of Playroom has read.

use super::parse::parse_question;
use super::speak::say;
use crate::world::language::spoken;
use crate::world::rng::Rng;

/// Draws of the speaker, among which is every wording of a program.
const WORDINGS: u64 = 16;

/// The question in lower case, in British spelling and with its question mark; what the world understands is said as the world
/// says it. A question of the world's own is left as it is.
pub fn reworded(question: &str) -> String {
    let lower = question.to_lowercase();
    let lower = lower.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, '?' | '.' | '!'));
    let words: Vec<String> = lower.split_whitespace().map(spelled).collect();
    if words.is_empty() {
        return question.to_string();
    }
    let plain = format!("{}?", words.join(" "));
    let Ok(program) = parse_question(&plain) else { return plain };
    let wordings: Vec<String> = (0..WORDINGS).map(|seed| say(&program, &mut Rng::from_seed(seed))).collect();
    if wordings.contains(&plain) { plain } else { wordings.into_iter().next().unwrap_or(plain) }
}

/// A word between the marks that may stand around it.
fn spelled(word: &str) -> String {
    let is_mark = |c: char| !c.is_alphanumeric();
    let core = word.trim_matches(is_mark);
    match spoken(core) {
        Some(ours) => word.replacen(core, ours, 1),
        None => word.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::questions::{QuestionKind, ask};
    use crate::world::{Split, splits};

    #[test]
    fn spelling_case_and_marks_do_not_matter() {
        let ours = "what colour is the circle?";
        for typed in [
            ours,
            "what color is the circle?",
            "What colour is the circle",
            "WHAT COLOR IS THE CIRCLE ?",
            "  which color is the  circle??",
            "what is the color of the circle?",
            "what colour is a circle.",
        ] {
            assert_eq!(reworded(typed), ours, "{typed}");
        }
        assert_eq!(
            reworded("is the big star larger than the spotted thing"),
            "is the large star larger than the dotted object?"
        );
        assert_eq!(reworded("How many things are there"), "how many objects are there?");
    }

    #[test]
    fn what_the_world_does_not_understand_keeps_its_words() {
        assert_eq!(reworded("What is the weather"), "what is the weather?");
        assert_eq!(reworded("a bigger-than-life cat, big"), "a bigger-than-life cat, large?");
        assert_eq!(reworded("is there a star which is plain"), "is there a star which is solid?");
        assert_eq!(reworded(" ? "), " ? ");
    }

    #[test]
    fn the_worlds_own_questions_stay_as_they_are() {
        for index in 0..60 {
            let scene = splits::scene(Split::Test, 1, index);
            for kind in QuestionKind::ALL {
                let Some(question) = ask(&scene, kind, &mut Rng::from_seed(index)) else { continue };
                assert_eq!(reworded(&question.text), question.text);
            }
        }
    }
}
