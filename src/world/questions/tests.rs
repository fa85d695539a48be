use super::*;
use crate::world::partition::shows_held_out;
use crate::world::rng::{Rng, Stream};
use crate::world::{
    Attribute, Background, Colour, Description, Kind, Object, Place, Scene, Shape, Size, Texture,
};
use crate::world::{Split, splits};
use std::collections::HashMap;

fn questions(split: Split, seed: u64, scenes: u64) -> Vec<(Scene, Question)> {
    let mut all = Vec::new();
    for index in 0..scenes {
        let scene = splits::scene(split, seed, index);
        let mut rng = Rng::new(split, seed, index, Stream::Questions);
        let asked = QuestionKind::ALL.into_iter().filter_map(|kind| ask(&scene, kind, &mut rng));
        all.extend(asked.map(|question| (scene.clone(), question)));
    }
    all
}

fn object(colour: Colour, shape: Shape, size: Size, x: i16, y: i16) -> Object {
    Object { shape, colour, size, texture: Texture::Solid, x, y, tilt: 0 }
}

/// A small red circle at the left, a large red star at the right, a small blue ring at the bottom.
fn trio() -> Scene {
    let objects = vec![
        object(Colour::Red, Shape::Circle, Size::Small, 40, 128),
        object(Colour::Red, Shape::Star, Size::Large, 210, 128),
        object(Colour::Blue, Shape::Ring, Size::Small, 128, 220),
    ];
    Scene { objects, background: Background::Mist, noise: 0 }
}

#[test]
fn questions_read_back_and_run_to_their_answer() {
    for split in [Split::Train, Split::Compose] {
        for (scene, question) in questions(split, 3, 3_000) {
            let program = parse_question(&question.text).unwrap_or_else(|e| panic!("{}: {e}", question.text));
            assert_eq!(program, question.program, "{}", question.text);
            assert_eq!(program.run(&scene), Ok(question.answer));
            assert!(Answer::all().contains(&question.answer));
        }
    }
}

#[test]
fn every_kind_can_be_asked() {
    let asked = questions(Split::Train, 5, 2_000);
    for kind in QuestionKind::ALL {
        let count = asked.iter().filter(|(_, question)| question.kind == kind).count();
        let fewest = if kind == QuestionKind::Relate { 1_500 } else { 1_990 };
        assert!(count >= fewest, "{kind} {count}");
    }
}

/// The words of a question without the attribute values, which are blanked.
fn form(question: &Question) -> String {
    let blank = |word: &str| {
        let word = word.trim_end_matches('?');
        let is_value = |value: Attribute| match value {
            Attribute::Shape(shape) => word == shape.word() || word == shape.plural(),
            other => word == other.word(),
        };
        if Kind::OWN.into_iter().flat_map(Attribute::all).any(is_value) {
            "_".into()
        } else {
            word.to_string()
        }
    };
    question.text.split(' ').map(blank).collect::<Vec<_>>().join(" ")
}

/// Accuracy on every second question of always giving the commonest answer that the other questions of that
/// form had.
fn question_only(asked: &[(Scene, Question)], kind: QuestionKind) -> f64 {
    let questions: Vec<&Question> = asked.iter().map(|(_, q)| q).filter(|q| q.kind == kind).collect();
    let mut forms: HashMap<String, HashMap<Answer, usize>> = HashMap::new();
    for question in questions.iter().step_by(2) {
        *forms.entry(form(question)).or_default().entry(question.answer).or_default() += 1;
    }
    let commonest =
        |answers: &HashMap<Answer, usize>| answers.iter().max_by_key(|(_, n)| **n).map(|(a, _)| *a);
    let is_right =
        |question: &&&Question| forms.get(&form(question)).and_then(commonest) == Some(question.answer);
    let held_out = || questions.iter().skip(1).step_by(2);
    held_out().filter(is_right).count() as f64 / held_out().count() as f64
}

#[test]
fn the_words_of_a_question_give_little_away() {
    let asked = questions(Split::Test, 7, 6_000);
    for (kind, most) in [
        (QuestionKind::Exist, 0.55),
        (QuestionKind::Count, 0.55),
        (QuestionKind::Query, 0.30),
        (QuestionKind::Compare, 0.56),
        (QuestionKind::Relate, 0.56),
    ] {
        let accuracy = question_only(&asked, kind);
        assert!(accuracy < most, "{kind}: {accuracy}");
    }
}

#[test]
fn yes_and_no_are_balanced_in_every_kind_of_program() {
    let mut answers: HashMap<String, [f64; 2]> = HashMap::new();
    for (_, question) in questions(Split::Test, 9, 6_000) {
        if let Answer::Is(yes) = question.answer {
            let name = format!("{:?}", question.program);
            let name = name.split("Description").next().unwrap().to_string();
            answers.entry(name).or_default()[usize::from(yes)] += 1.0;
        }
    }
    assert!(answers.len() >= 10, "{answers:?}");
    for (program, [no, yes]) in answers {
        let deviation = (yes - no).abs() / (yes + no).sqrt();
        assert!(yes + no > 100.0 && deviation < 4.0, "{program}: {no} no, {yes} yes");
    }
}

#[test]
fn numbers_spread_from_zero_to_five() {
    let mut numbers = [0_usize; 6];
    for (_, question) in questions(Split::Test, 2, 4_000) {
        if let Answer::Number(number) = question.answer {
            numbers[usize::from(number)] += 1;
        }
    }
    let total: usize = numbers.iter().sum();
    assert!(numbers.iter().all(|&n| n * 33 > total && n * 5 < 2 * total), "{numbers:?}");
}

#[test]
fn typed_questions_are_answered() {
    let scene = trio();
    for (text, answer) in [
        ("Is there a red circle?", Answer::Is(true)),
        ("are there any green things", Answer::Is(false)),
        ("how many red shapes are there?", Answer::Number(2)),
        ("how many objects at the left are there?", Answer::Number(1)),
        ("which color is the ring?", Answer::Value(Attribute::Colour(Colour::Blue))),
        ("what is the shape of the large object?", Answer::Value(Attribute::Shape(Shape::Star))),
        ("where is the blue object?", Answer::Value(Attribute::Place(Place::Bottom))),
        ("what shape is the object at the right?", Answer::Value(Attribute::Shape(Shape::Star))),
        ("what size is the object to the left of the ring?", Answer::Value(Attribute::Size(Size::Small))),
        ("are there more red objects than blue objects?", Answer::Is(true)),
        ("are there fewer red objects than blue objects?", Answer::Is(false)),
        ("are there as many rings as stars?", Answer::Is(true)),
        ("is the star bigger than the ring?", Answer::Is(true)),
        ("is the circle smaller than the ring?", Answer::Is(false)),
        ("is the circle the same colour as the star?", Answer::Is(true)),
        ("is the ring below the star?", Answer::Is(true)),
        ("is the circle right of the star?", Answer::Is(false)),
    ] {
        let program = parse_question(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(program.run(&scene), Ok(answer), "{text}");
    }
}

#[test]
fn questions_without_one_referent_have_no_answer() {
    let run = |text: &str, scene: &Scene| parse_question(text).unwrap().run(scene).unwrap_err();
    let red = Group::from(Description { colour: Some(Colour::Red), ..Description::ANY });
    assert_eq!(
        run("what shape is the red object?", &trio()),
        ProgramError::ManyReferents { group: red, found: 2 }
    );
    let heart = Group::from(Description { shape: Some(Shape::Heart), ..Description::ANY });
    let missing = run("is the heart above the ring?", &trio());
    assert_eq!(missing, ProgramError::NoReferent { group: heart });
    assert_eq!(missing.to_string(), "the question needs one heart, but there is none");
    let error = run("what colour is the object left of the ring?", &Scene { objects: Vec::new(), ..trio() });
    assert!(matches!(error, ProgramError::NoReferent { .. }));
}

#[test]
fn broken_questions_are_named() {
    let error = |text: &str| parse_question(text).unwrap_err();
    assert_eq!(error("what weight is the star?").found, "weight");
    assert_eq!(error("is the star happy?").span, 12..17);
    assert_eq!(error("how many stars").expected, "“are there”");
    assert_eq!(error("is there a star ring?").expected, "the end of the question");
    assert!(error("").expected.starts_with("a question"));
}

#[test]
fn hand_made_scenes_are_asked_about_too() {
    let mut scene = trio();
    scene.objects = vec![scene.objects[0]; 5];
    let mut rng = Rng::from_seed(4);
    for kind in QuestionKind::ALL {
        let question = ask(&scene, kind, &mut rng);
        let possible = matches!(kind, QuestionKind::Exist | QuestionKind::Count | QuestionKind::Compare);
        assert_eq!(question.is_some(), possible, "{kind}");
    }
    scene.objects.clear();
    assert!(QuestionKind::ALL.into_iter().all(|kind| ask(&scene, kind, &mut rng).is_none()));
}

#[test]
fn questions_about_known_scenes_name_no_held_out_pair() {
    for (scene, question) in questions(Split::Train, 6, 3_000) {
        assert!(!shows_held_out(&scene));
        let held_out = match question.program {
            Program::Exist(what) | Program::Count(what) => what.is_held_out(),
            _ => false,
        };
        assert!(!held_out, "{}", question.text);
    }
}
