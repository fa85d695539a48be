//! Sentences about what happens in a clip, which no picture can tell.

use super::meaning::{Description, Statement};
use super::parse;
use super::speak::{indefinite, number_word, subject};
use crate::world::attributes::Kind;
use crate::world::motion::{Collision, Motion, Obstacle, Pace};
use crate::world::rng::Rng;
use crate::world::scene::Scene;
use serde::{Deserialize, Serialize};
use std::fmt;

/// How often a sentence is drawn before its truth counts as impossible for the clip.
const TRIES: usize = 200;

/// The most hits that a drawn sentence counts.
const MOST_HITS: usize = 9;

/// Which of the collisions of a clip.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Turn {
    First,
    Last,
}

impl Turn {
    pub const ALL: [Turn; 2] = [Turn::First, Turn::Last];

    pub const fn word(self) -> &'static str {
        match self {
            Turn::First => "first",
            Turn::Last => "last",
        }
    }

    /// The collision meant; none where nothing collides.
    pub fn of(self, motion: &Motion) -> Option<&Collision> {
        match self {
            Turn::First => motion.collisions.first(),
            Turn::Last => motion.collisions.last(),
        }
    }
}

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

/// What happens in a clip. Of the objects that fit a description, one at least does so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventClaim {
    /// Begins at a pace, or moves at any time; what is still never moves.
    Moves(Description, Option<Pace>),
    /// Takes part in a collision: in the first or the last of all, or in any.
    Bounces(Description, Option<Turn>),
    /// Exactly so many collisions, each of which is heard as a hit.
    Hits(u8),
    /// Collides with another that fits the second description.
    Touches(Description, Description),
}

impl EventClaim {
    pub fn is_true_of(&self, scene: &Scene, motion: &Motion) -> bool {
        let any =
            |what: &Description, does: &dyn Fn(usize) -> bool| what.referents(scene).into_iter().any(does);
        match self {
            Self::Moves(what, None) => any(what, &|object| motion.moves(object)),
            Self::Moves(what, Some(Pace::Still)) => any(what, &|object| !motion.moves(object)),
            Self::Moves(what, Some(pace)) => any(what, &|object| motion.pace(object) == *pace),
            Self::Bounces(what, Some(turn)) => turn
                .of(motion)
                .is_some_and(|collision| collision.objects().any(|object| what.fits(&scene.objects[object]))),
            Self::Bounces(what, None) => any(what, &|object| {
                motion.collisions.iter().any(|collision| collision.objects().any(|o| o == object))
            }),
            Self::Hits(number) => motion.collisions.len() == usize::from(*number),
            Self::Touches(a, b) => {
                let fit = |a_object: usize, b_object: usize| {
                    a.fits(&scene.objects[a_object]) && b.fits(&scene.objects[b_object])
                };
                motion.collisions.iter().any(|collision| match collision.with {
                    Obstacle::Object(other) => fit(collision.object, other) || fit(other, collision.object),
                    Obstacle::Wall(_) => false,
                })
            }
        }
    }

    pub fn descriptions(&self) -> Vec<Description> {
        match *self {
            Self::Moves(what, _) | Self::Bounces(what, _) => vec![what],
            Self::Touches(a, b) => vec![a, b],
            Self::Hits(_) => Vec::new(),
        }
    }

    /// In words; `named` says a description with its article, `heard` whether it is told as what is heard.
    pub(super) fn say(&self, named: &dyn Fn(&Description) -> String, heard: bool) -> String {
        match self {
            Self::Moves(what, None) => format!("{} moves", named(what)),
            Self::Moves(what, Some(Pace::Still)) => format!("{} is still", named(what)),
            Self::Moves(what, Some(Pace::Slow)) => format!("{} moves slowly", named(what)),
            Self::Moves(what, Some(Pace::Fast)) => format!("{} moves fast", named(what)),
            Self::Bounces(what, None) => format!("{} bounces", named(what)),
            Self::Bounces(what, Some(turn)) => {
                format!("{} {} {}", named(what), if heard { "sounds" } else { "bounces" }, turn.word())
            }
            Self::Hits(0) => "no hits".into(),
            Self::Hits(1) => "one hit".into(),
            Self::Hits(number) => format!("{} hits", number_word(*number)),
            Self::Touches(a, b) => format!("{} hits {}", named(a), named(b)),
        }
    }
}

impl fmt::Display for EventClaim {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(&self.say(&indefinite, false))
    }
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
