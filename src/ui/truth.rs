//! What is true of a scene: of texts, questions and answers.

use super::text::Word;
use crate::world::language::{ParseError, Pointing, Statement, pointings, read};
use crate::world::partition::held_out;
use crate::world::questions::{Program, ask, parse_question};
use crate::world::render::Mask;
use crate::world::{QuestionKind, Rng, Scene};
use std::ops::Range;

/// One statement of a text, and whether it is true; `None` for words that state nothing and for what no picture tells.
#[derive(Debug, Clone, PartialEq)]
pub struct EvaluatedStatement {
    pub text: String,
    pub truth: Option<bool>,
}

/// The statements of a text with their truth. Of an unfinished text only the complete ones.
pub fn evaluate(text: &str, is_finished: bool, scene: &Scene) -> Vec<EvaluatedStatement> {
    let evaluated = |result: Result<Statement, ParseError>| match result {
        Ok(Statement { claim, span, .. }) => {
            EvaluatedStatement { text: text[span].into(), truth: claim.truth(scene, None) }
        }
        Err(error) => EvaluatedStatement { text: error.to_string(), truth: None },
    };
    read(text, is_finished).into_iter().map(evaluated).collect()
}

/// The object that a word of a text names, where it names exactly one.
pub fn named(text: &str, word: &Word, scene: &Scene) -> Option<usize> {
    let statements: Vec<Statement> = read(text, true).into_iter().flatten().collect();
    let overlaps = |span: &Range<usize>| span.start < word.span.end && word.span.start < span.end;
    let found = |pointing: Pointing| overlaps(&pointing.span).then_some(pointing.object);
    pointings(text, &statements, scene).into_iter().find_map(found)
}

/// One question of each kind that the scene admits, first about one object, whose place a map can show; the same ones while
/// objects are dragged, as far as they hold.
pub fn questions(scene: &Scene) -> Vec<String> {
    const KINDS: [QuestionKind; QuestionKind::ALL.len()] = [
        QuestionKind::Query,
        QuestionKind::Exist,
        QuestionKind::Count,
        QuestionKind::Compare,
        QuestionKind::Relate,
    ];
    let of_kind =
        |kind| ask(scene, kind, &mut Rng::from_seed(u64::from(scene.noise))).map(|question| question.text);
    KINDS.into_iter().filter_map(of_kind).collect()
}

/// The object that a question asks for an attribute or the place of.
pub fn asked_about(question: &str, scene: &Scene) -> Option<usize> {
    match parse_question(question) {
        Ok(Program::Query(_, group)) => group.referent(scene).ok(),
        _ => None,
    }
}

/// The exact answer to a question about a scene.
///
/// # Errors
/// Why there is none, as a clause: the question is not one of the world's, or speaks of an object that is not there.
pub fn answer(question: &str, scene: &Scene) -> Result<String, String> {
    let program = parse_question(question).map_err(|error| error.to_string())?;
    program.run(scene).map(|answer| answer.to_string()).map_err(|error| error.to_string())
}

/// How many objects show a colour and a shape that training never showed together.
pub fn unseen_pairs(scene: &Scene) -> usize {
    scene.objects.iter().filter(|object| held_out(object.colour, object.shape)).count()
}

/// The share of cells that lie in a mask: what pointing at random reaches.
pub fn chance_to_hit(mask: &Mask, grid: usize) -> f32 {
    let cells = mask.cells(grid);
    cells.iter().filter(|&&inside| inside).count() as f32 / cells.len() as f32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::text::words;
    use crate::world::language::full_caption;
    use crate::world::{Split, splits};

    #[test]
    fn a_full_caption_is_true_and_a_wrong_one_is_not() {
        let scene = splits::scene(Split::Test, 1, 0);
        let caption = full_caption(&scene).text;
        let evaluated = evaluate(&caption, true, &scene);
        assert!(evaluated.iter().all(|statement| statement.truth == Some(true)), "{evaluated:?}");
        assert_eq!(evaluated.len(), scene.objects.len());
        let wrong = evaluate("exactly nine circles", true, &scene);
        assert!(wrong.iter().all(|statement| statement.truth != Some(true)), "{wrong:?}");
        assert_eq!(evaluate("a red", false, &scene), [], "still being written");
    }

    #[test]
    fn a_word_of_the_full_caption_names_its_object() {
        let scene = splits::scene(Split::Test, 1, 2);
        let caption = full_caption(&scene).text;
        let pieces: Vec<String> = caption.split(' ').map(|word| format!(" {word}")).collect();
        let words = words(pieces.iter().map(String::as_str));
        for object in 0..scene.objects.len() {
            assert!(
                words.iter().any(|word| named(&caption, word, &scene) == Some(object)),
                "{caption}: {object}"
            );
        }
    }

    #[test]
    fn the_world_answers_what_it_asks() {
        for index in 0..20 {
            let scene = splits::scene(Split::Test, 1, index);
            let questions = questions(&scene);
            assert!(questions.len() >= 2, "{questions:?}");
            assert!(questions.iter().all(|question| answer(question, &scene).is_ok()), "{questions:?}");
            let of_one = questions.iter().position(|question| asked_about(question, &scene).is_some());
            assert!(matches!(of_one, Some(0) | None), "{questions:?}");
        }
        let scene = splits::scene(Split::Test, 1, 0);
        assert!(answer("what is the weather?", &scene).is_err());
    }
}
