//! What people type about scenes: sentences, questions, the codes of scenes.

use std::sync::LazyLock;

use triptych::world::language::{EventStyle, event_caption, parse, read};
use triptych::world::questions::{ask_event, parse_question};
use triptych::world::{Motion, Rng, Scene, Split, Style, splits};

use crate::case::{Outcome, Target, Verdict};
use crate::files::Files;
use crate::mutate;

pub(super) fn target() -> Target {
    Target { name: "world", share: 1500, seeds, mutate: mutate::files, run }
}

fn seeds() -> Vec<Files> {
    let mut texts: Vec<String> = [
        "There is a large striped red circle left of a small blue star, and exactly 3 green hearts.",
        "nothing is in the middle but there are no rings",
        "how many small plain circles are there?",
        "what is the colour of the circle above the blue star?",
        "are there as many red circles as blue stars?",
        "is the large heart the same size as the ring?",
        "where is the dotted square",
    ]
    .map(String::from)
    .into();
    let mut rng = Rng::from_seed(5);
    for index in 0..6 {
        let scene = splits::scene(Split::Test, 5, index);
        texts.push(scene.to_code().expect("a scene of the world has a code"));
        let captions = Style::ALL
            .into_iter()
            .filter_map(|style| Some(triptych::world::language::caption(&scene, style, &mut rng)?.text));
        texts.extend(captions);
        let motion = motion(&scene);
        let events = EventStyle::ALL
            .into_iter()
            .filter_map(|style| Some(event_caption(&scene, &motion, style, true, &mut rng)?.text));
        texts.extend(events);
        texts.extend(ask_event(&scene, &motion, &mut rng).map(|question| question.text));
    }
    texts.into_iter().map(|text| Files::of([("text.txt", text.into_bytes())])).collect()
}

/// What sentences and questions are held against.
static SCENE: LazyLock<Scene> = LazyLock::new(|| splits::scene(Split::Test, 5, 0));

fn motion(scene: &Scene) -> Motion {
    Motion::draw(scene, &mut Rng::from_seed(5))
}

fn run(files: &Files) -> Outcome {
    let text = String::from_utf8_lossy(files.only().1).into_owned();
    let scene = &*SCENE;
    let statements = parse(&text);
    for statement in statements.iter().flatten() {
        statement.claim.truth(scene, Some(&motion(scene)));
        for span in statement.phrases.iter().map(|phrase| &phrase.span).chain([&statement.span]) {
            if text.get(span.clone()).is_none() {
                return Err(format!("{span:?} is no part of the text"));
            }
        }
    }
    read(&text, false);
    let question = parse_question(&text);
    if let Ok(program) = &question {
        let _there_is_no_answer = program.run_on(scene, Some(&motion(scene)));
    }
    let coded = Scene::from_code(&text);
    if let Ok(scene) = &coded
        && scene.to_code().ok().as_deref() != Some(&text)
    {
        return Err(format!("the code of a scene became {:?}", scene.to_code()));
    }
    let is_taken = statements.is_ok() || question.is_ok() || coded.is_ok();
    Ok(if is_taken { Verdict::Taken } else { Verdict::Refused })
}
