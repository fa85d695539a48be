//! Sentences about what happens in a clip, drawn with their truth.

use super::description::{Description, indefinite};
use super::event::{EventClaim, Turn};
use super::meaning::Statement;
use super::parse;
use super::speak::subject;
use crate::world::attributes::Kind;
use crate::world::motion::{Motion, Pace};
use crate::world::rng::Rng;
use crate::world::scene::Scene;
use serde::{Deserialize, Serialize};

/// How often a sentence is drawn before its truth counts as impossible for the clip.
const TRIES: usize = 200;

/// The most hits that a drawn sentence counts.
const MOST_HITS: usize = 9;

/// Which sense a sentence about a clip is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EventStyle {
    /// What is seen to happen.
    Motion,
    /// What is heard, which has no colour.
    Sound,
}

impl EventStyle {
    pub const ALL: [EventStyle; 2] = [EventStyle::Motion, EventStyle::Sound];
}

/// A sentence about a clip with its meaning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventCaption {
    pub style: EventStyle,
    pub text: String,
    pub statement: Statement,
}

/// A sentence about a clip whose truth is given. None where the clip offers none: that something moves is false of no object of a
/// scene where all do.
pub fn event_caption(
    scene: &Scene,
    motion: &Motion,
    style: EventStyle,
    truth: bool,
    rng: &mut Rng,
) -> Option<EventCaption> {
    if scene.objects.is_empty() {
        return None;
    }
    let form = rng.below(FORMS);
    let drawn = |rng: &mut Rng, form: usize| {
        let claim = claim(scene, motion, style, form, rng);
        let is_plain = claim.descriptions().iter().all(|what| super::choose::known(scene, what));
        (is_plain && claim.is_true_of(scene, motion) == truth).then_some(claim)
    };
    // Another form where the clip admits none of the first: nothing hits anything where nothing moves.
    let found = (0..TRIES).find_map(|_| drawn(rng, form));
    let found = found.or_else(|| (0..TRIES).find_map(|attempt| drawn(rng, attempt % FORMS)))?;
    let heard = style == EventStyle::Sound;
    let text = match rng.one_in(2) {
        true => found.say(&|what| subject(what, scene), heard),
        false => found.say(&indefinite, heard),
    };
    let statement = parse(&text).expect("the speaker stays inside the grammar").remove(0);
    Some(EventCaption { style, text, statement })
}

const FORMS: usize = 4;

fn claim(scene: &Scene, motion: &Motion, style: EventStyle, form: usize, rng: &mut Rng) -> EventClaim {
    let mut what = || describe(scene, style, rng);
    let (a, b) = (what(), what());
    match (style, form) {
        (_, 0) => {
            let most = motion.collisions.len().min(MOST_HITS) + 2;
            EventClaim::Hits(rng.below(most) as u8)
        }
        (_, 1) => EventClaim::Bounces(a, Some(rng.pick(&Turn::ALL))),
        (EventStyle::Sound, _) => EventClaim::Bounces(a, None),
        (_, 2) => EventClaim::Touches(a, b),
        _ => EventClaim::Moves(a, rng.pick(&[None, Some(Pace::Still), Some(Pace::Slow), Some(Pace::Fast)])),
    }
}

/// An object of the scene by one or two of its attributes; in one of four draws one of them is another's.
fn describe(scene: &Scene, style: EventStyle, rng: &mut Rng) -> Description {
    let mut kinds = Kind::OWN.to_vec();
    if style == EventStyle::Sound {
        kinds.retain(|kind| *kind != Kind::Colour);
    }
    rng.shuffle(&mut kinds);
    kinds.truncate(1 + rng.below(2));
    let what = Description::of(&rng.pick(&scene.objects), &kinds);
    match rng.one_in(4) {
        true => {
            let said = what.get(kinds[0]).expect("the kind was described");
            what.with(said.other(rng))
        }
        false => what,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::language::{Claim, parse, read};
    use crate::world::{Split, Stream, splits};

    fn clip(index: u64) -> (Scene, Motion) {
        let scene = splits::scene(Split::Train, 6, index);
        let motion = Motion::draw(&scene, &mut Rng::new(Split::Train, 6, index, Stream::Motion));
        (scene, motion)
    }

    #[test]
    fn sentences_are_as_true_as_was_asked_and_are_read_back() {
        let mut rng = Rng::from_seed(1);
        let mut found = [[0; 2]; 2];
        for index in 0..2_000 {
            let (scene, motion) = clip(index);
            for (i, style) in EventStyle::ALL.into_iter().enumerate() {
                for truth in [false, true] {
                    let Some(caption) = event_caption(&scene, &motion, style, truth, &mut rng) else {
                        continue;
                    };
                    found[i][usize::from(truth)] += 1;
                    let statements = parse(&caption.text).expect(&caption.text);
                    let [statement] = &statements[..] else { panic!("{}", caption.text) };
                    assert_eq!(*statement, caption.statement);
                    assert_eq!(statement.claim.truth(&scene, Some(&motion)), Some(truth), "{}", caption.text);
                    assert_eq!(statement.claim.truth(&scene, None), None, "{}", caption.text);
                    let colours = statement.claim.descriptions().iter().any(|what| what.colour.is_some());
                    assert!(style == EventStyle::Motion || !colours, "{}", caption.text);
                }
            }
        }
        assert!(found.iter().flatten().all(|&count| count > 1_980), "{found:?}");
    }

    #[test]
    fn forms_and_their_truth_tell_nothing_of_each_other() {
        // Share of each form among true and among false sentences of motion.
        let mut shares = [[0.0_f64; FORMS]; 2];
        let mut rng = Rng::from_seed(2);
        for index in 0..4_000 {
            let (scene, motion) = clip(index);
            for truth in [false, true] {
                let caption = event_caption(&scene, &motion, EventStyle::Motion, truth, &mut rng);
                let Some(Claim::Event(claim)) = caption.map(|caption| caption.statement.claim) else {
                    continue;
                };
                let form = match claim {
                    EventClaim::Hits(_) => 0,
                    EventClaim::Bounces(..) => 1,
                    EventClaim::Touches(..) => 2,
                    EventClaim::Moves(..) => 3,
                };
                shares[usize::from(truth)][form] += 1.0 / 4_000.0;
            }
        }
        assert!((0..FORMS).all(|form| (shares[0][form] - shares[1][form]).abs() < 0.12), "{shares:?}");
    }

    #[test]
    fn a_hand_made_clip_is_judged() {
        let scene = Scene { objects: clip(0).0.objects[..1].to_vec(), ..clip(0).0 };
        let object = scene.objects[0];
        let still = Motion::new(&scene, &[[0, 0]]);
        let moving = Motion::new(&scene, &[[128, 0]]);
        let truth = |text: &str, motion: &Motion| {
            let statements = parse(text).expect(text);
            let all: Option<Vec<bool>> =
                statements.iter().map(|s| s.claim.truth(&scene, Some(motion))).collect();
            all.map(|all| all.into_iter().all(|truth| truth))
        };
        let shape = object.shape;
        for (text, when_still, when_moving) in [
            ("no hits", true, false),
            ("there is exactly one hit", false, true),
            ("zero hits and something is still", true, false),
            (&format!("the {shape} moves fast"), false, true),
            (&format!("a {shape} is moving"), false, true),
            (&format!("the {shape} bounces first"), false, true),
            (&format!("something {} sounds last", object.size), false, true),
            ("an object moves slowly", false, false),
            ("an object hits an object", false, false),
        ] {
            assert_eq!(truth(text, &still), Some(when_still), "{text}");
            assert_eq!(truth(text, &moving), Some(when_moving), "{text}");
        }
    }

    #[test]
    fn what_does_not_fit_is_named() {
        for (text, found) in [
            ("the red star sounds", ""),
            ("the red star moves first", "first"),
            ("two hits the star", "the"),
            ("the star hits", ""),
            ("no moves", "moves"),
            ("something", ""),
        ] {
            let results = read(text, true);
            let error = results[0].as_ref().expect_err(text);
            assert_eq!(error.found, found, "{text}: {error}");
        }
    }
}
