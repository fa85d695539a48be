use super::*;
use crate::world::rng::Stream;
use crate::world::{Background, Colour, Object, Place, Shape, Size, Texture};
use crate::world::{Split, splits};
use std::collections::{BTreeSet, HashMap};

fn scenes(split: Split, count: u64) -> impl Iterator<Item = (Scene, Rng)> {
    (0..count).map(move |i| (splits::scene(split, 3, i), Rng::new(split, 3, i, Stream::Captions)))
}

fn object(colour: Colour, shape: Shape, x: i16, y: i16) -> Object {
    Object { shape, colour, size: Size::Small, texture: Texture::Solid, x, y, tilt: 0 }
}

/// A red circle at the top left and a blue star at the right.
fn pair() -> Scene {
    let objects =
        vec![object(Colour::Red, Shape::Circle, 40, 40), object(Colour::Blue, Shape::Star, 220, 128)];
    Scene { objects, background: Background::Paper, noise: 0 }
}

#[test]
fn captions_mean_what_was_chosen_and_are_true() {
    for split in [Split::Train, Split::Compose] {
        for (scene, mut rng) in scenes(split, 3_000) {
            for style in Style::ALL {
                let Some(claims) = choose::claims(&scene, style, &mut rng) else { continue };
                let caption = speak::say(&claims, style, &scene, &mut rng);
                let read: Vec<Claim> = parse(&caption.text).unwrap().iter().map(|s| s.claim).collect();
                assert_eq!(read, claims, "{}", caption.text);
                assert!(caption.is_true_of(&scene), "{} of {scene:?}", caption.text);
            }
        }
    }
}

#[test]
fn every_style_is_possible_where_promised() {
    let (mut several, mut relations) = (0, 0);
    for (scene, mut rng) in scenes(Split::Train, 2_000) {
        for style in [Style::Full, Style::Short, Style::Count, Style::Negation] {
            assert!(caption(&scene, style, &mut rng).is_some());
            assert!(false_caption(&scene, style, &mut rng).is_some(), "{style:?} {scene:?}");
        }
        let related = caption(&scene, Style::Relation, &mut rng).is_some();
        assert_eq!(related, false_caption(&scene, Style::Relation, &mut rng).is_some());
        assert!(!related || scene.objects.len() > 1);
        several += usize::from(scene.objects.len() > 1);
        relations += usize::from(related);
    }
    assert!(relations * 100 > several * 98, "{relations} of {several}");
}

#[test]
fn false_captions_are_false_and_close() {
    for split in [Split::Train, Split::Compose] {
        for (scene, mut rng) in scenes(split, 3_000) {
            for style in Style::ALL {
                let Some(caption) = false_caption(&scene, style, &mut rng) else { continue };
                assert!(!caption.is_true_of(&scene), "{} of {scene:?}", caption.text);
                if style == Style::Full {
                    let truth = full_caption(&scene).statements;
                    let shared =
                        caption.statements.iter().filter(|s| truth.iter().any(|t| t.claim == s.claim));
                    assert!(shared.count() + 2 >= truth.len(), "{}", caption.text);
                    assert_eq!(caption.statements.len(), truth.len());
                }
            }
        }
    }
}

#[test]
fn full_captions_have_the_fixed_form() {
    assert_eq!(
        full_caption(&pair()).text,
        "a small solid red circle at the top left and a small solid blue star at the right"
    );
    let mut scene = pair();
    scene.objects.insert(0, Object { size: Size::Large, ..object(Colour::Orange, Shape::Ring, 128, 128) });
    assert_eq!(
        full_caption(&scene).text,
        "a small solid red circle at the top left, a large solid orange ring in the centre \
         and a small solid blue star at the right"
    );
    scene.objects.clear();
    assert_eq!(full_caption(&scene).text, "there is no object");
    assert!(full_caption(&scene).is_true_of(&scene));
}

#[test]
fn the_vocabulary_is_small_closed_and_used() {
    let vocabulary: BTreeSet<String> = vocabulary().into_iter().collect();
    assert!(vocabulary.len() <= 120, "{}", vocabulary.len());
    let mut used: BTreeSet<String> = BTreeSet::new();
    let mut longest = 0;
    let mut note = |text: &str| {
        let spaced = text.replace(',', " ,").replace('?', " ?");
        used.extend(spaced.split(' ').map(str::to_string));
        longest = longest.max(spaced.split(' ').count());
    };
    for (scene, mut rng) in scenes(Split::Train, 4_000) {
        for style in Style::ALL {
            for caption in [caption(&scene, style, &mut rng), false_caption(&scene, style, &mut rng)] {
                caption.inspect(|caption| note(&caption.text));
            }
        }
        for kind in crate::world::QuestionKind::ALL {
            if let Some(question) = crate::world::questions::ask(&scene, kind, &mut rng) {
                note(&question.text);
                note(&question.answer.to_string());
            }
        }
    }
    assert_eq!(used, vocabulary);
    assert!(longest <= 50, "{longest}");
}

#[test]
fn free_styles_vary() {
    let mut texts: HashMap<Style, BTreeSet<String>> = HashMap::new();
    let mut openings: HashMap<Style, BTreeSet<String>> = HashMap::new();
    for (scene, mut rng) in scenes(Split::Train, 2_000) {
        for style in Style::ALL {
            let Some(caption) = caption(&scene, style, &mut rng) else { continue };
            let opening = caption.text.split(' ').take(3).collect::<Vec<_>>().join(" ");
            openings.entry(style).or_default().insert(opening);
            texts.entry(style).or_default().insert(caption.text);
        }
    }
    for style in [Style::Short, Style::Relation, Style::Count, Style::Negation] {
        assert!(texts[&style].len() > 700, "{style:?} {}", texts[&style].len());
        assert!(openings[&style].len() > 50, "{style:?} {}", openings[&style].len());
    }
}

#[test]
fn typed_variants_are_understood() {
    let scene = pair();
    for text in [
        "There is a red circle.",
        "there are red circles",
        "the circle is red",
        "red circle, blue star",
        "a circle at the top left corner",
        "a circle in the top left",
        "a star on the right",
        "the star is at the right",
        "the small star is blue",
        "exactly 2 objects and one star",
        "a circle, but no ring and no heart",
        "a circle to the left of a star",
        "a circle at the left of a star",
        "the circle is on the left of the star",
        "a circle is above a star",
        "a star under a circle",
        "nothing is green",
        "nothing is in the middle",
        "no object at the centre",
        "a solid small red thing",
    ] {
        let statements = parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert!(statements.iter().all(|s| s.claim.is_true_of(&scene)), "{text}: {statements:?}");
    }
    for text in ["a star left of a circle", "one object", "no star", "a red star", "a circle at the top"] {
        assert!(!parse(text).unwrap()[0].claim.is_true_of(&scene), "{text}");
    }
}

#[test]
fn errors_name_the_word_its_position_and_what_was_expected() {
    let error = |text: &str| parse(text).unwrap_err();
    let grey = error("there is a grey circle");
    assert_eq!((grey.span.clone(), grey.found.as_str(), grey.known), (11..15, "grey", false));
    assert!(grey.to_string().contains("“grey”") && grey.to_string().contains("a colour"), "{grey}");
    let missing = error("a red");
    assert_eq!((missing.span, missing.found.as_str()), (5..5, ""));
    assert!(error("a red blue circle").expected.contains("no second colour after “red”"));
    assert_eq!(error("a circle at the sky").span, 16..19);
    assert_eq!(error("a circle left a star").expected, "“of”");
    assert_eq!(error("exactly red circles").expected, "a number");
    assert_eq!(error("a circle a star").span, 9..10);
    assert_eq!(error("ein rötlicher Kreis").found, "ein");
    for text in ["", " , and ", "."] {
        assert!(error(text).expected.contains("a sentence"), "{text:?}");
    }
}

#[test]
fn unfinished_texts_are_read_up_to_the_last_separator() {
    let text = "a small solid red circle at the top left and a small solid blue star at the right";
    let complete = |length: usize| read(&text[..length], false).len();
    assert_eq!(complete(40), 0);
    assert_eq!(complete("a small solid red circle at the top left and".len()), 1);
    assert_eq!(complete(text.len()), 1);
    let whole = read(text, true);
    assert_eq!(whole.len(), 2);
    assert_eq!(&text[whole[1].as_ref().unwrap().span.clone()], "a small solid blue star at the right");
}

#[test]
fn reading_resumes_after_a_broken_statement() {
    let results = read("a red circle, a circle circle and a blue star", true);
    assert_eq!(results.iter().map(Result::is_ok).collect::<Vec<_>>(), [true, false, true]);
}

#[test]
fn words_point_to_the_only_object_they_can_mean() {
    let mut scene = pair();
    let text = "a red circle is left of a blue star and two objects and no ring";
    let words = |scene: &Scene| {
        let points = pointings(text, &parse(text).unwrap(), scene);
        points.into_iter().map(|p| (&text[p.span], p.object)).collect::<Vec<_>>()
    };
    assert_eq!(words(&scene), [("red", 0), ("circle", 0), ("blue", 1), ("star", 1)]);
    scene.objects.push(object(Colour::Red, Shape::Circle, 40, 220));
    assert_eq!(words(&scene), []);
    let whole = full_caption(&scene);
    let points = pointings(&whole.text, &whole.statements, &scene);
    assert_eq!(points.iter().map(|p| p.object).collect::<Vec<_>>(), [0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2]);
}

#[test]
fn mentioned_objects_are_those_that_true_statements_pick_out() {
    let mut scene = pair();
    scene.objects.push(object(Colour::Red, Shape::Circle, 40, 220));
    let said = |text: &str| mentioned(&parse(text).unwrap(), &scene);
    assert_eq!(said("a circle"), [true, false, false]);
    assert_eq!(said("a circle and a red circle"), [true, false, true]);
    assert_eq!(said("a circle and a circle at the top left"), [true, false, true]);
    assert_eq!(said("two circles"), [true, false, true]);
    assert_eq!(said("three circles and no ring and a green star"), [false; 3]);
    assert_eq!(said("a star right of a circle"), [true, true, false]);
    for (scene, _) in scenes(Split::Test, 300) {
        assert!(mentioned(&full_caption(&scene).statements, &scene).iter().all(|&picked| picked));
    }
}

#[test]
fn hand_made_scenes_are_described_too() {
    let mut scene = pair();
    scene.objects = vec![object(Colour::Pink, Shape::Heart, 128, 128); 5];
    assert!(full_caption(&scene).is_true_of(&scene));
    assert_eq!(full_caption(&scene).statements[4].claim.descriptions()[0].place, Some(Place::Centre));
    let mut rng = Rng::from_seed(1);
    assert_eq!(caption(&scene, Style::Relation, &mut rng), None);
    for style in [Style::Short, Style::Count, Style::Negation] {
        assert!(caption(&scene, style, &mut rng).unwrap().is_true_of(&scene));
        assert!(!false_caption(&scene, style, &mut rng).unwrap().is_true_of(&scene));
    }
    scene.objects.truncate(1);
    scene.objects[0].x = -999;
    assert_eq!(full_caption(&scene).text, "a small solid pink heart at the left");
    scene.objects.clear();
    assert!(caption(&scene, Style::Negation, &mut rng).unwrap().is_true_of(&scene));
    for style in Style::ALL {
        assert_eq!(false_caption(&scene, style, &mut rng), None);
    }
}

#[test]
fn descriptions_of_known_scenes_name_no_held_out_pair() {
    for (scene, mut rng) in scenes(Split::Train, 3_000) {
        for style in Style::ALL {
            for caption in [caption(&scene, style, &mut rng), false_caption(&scene, style, &mut rng)] {
                let statements = caption.map(|caption| caption.statements).unwrap_or_default();
                let said = statements.iter().flat_map(|s| s.claim.descriptions());
                assert!(said.into_iter().all(|what| !what.is_held_out()));
            }
        }
    }
}
