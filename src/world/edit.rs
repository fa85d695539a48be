//! Near misses: scenes that differ in exactly one respect from a given one.

use super::attributes::{Attribute, Kind, Place};
use super::generate::{is_tidy, put};
use super::language::full_caption;
use super::partition::{shows_held_out, split_of};
use super::rng::Rng;
use super::scene::Scene;
use super::split::Split;
use serde::{Deserialize, Serialize};

/// What was changed. Objects are given by their index in the scene.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// One object looks different in one attribute.
    Attribute { object: usize, from: Attribute, to: Attribute },
    /// One object stands in another cell.
    Moved { object: usize, from: Place, to: Place },
    /// Two objects exchanged their values of one kind, or their positions for [`Kind::Place`].
    Exchanged { objects: (usize, usize), kind: Kind },
}

/// How often a change is drawn before a scene counts as having no further near miss.
const TRIES: usize = 1_000;

/// A scene with one thing changed, such that its full caption changes too. Of a training scene it is never
/// one that belongs to another split. None for a scene without objects, or where every change breaks it.
pub fn near_miss(scene: &Scene, rng: &mut Rng) -> Option<(Scene, Change)> {
    near_misses(scene, rng, 1).pop()
}

/// Up to `count` near misses with distinct full captions; fewer only where the scene has no more.
pub fn near_misses(scene: &Scene, rng: &mut Rng, count: usize) -> Vec<(Scene, Change)> {
    let mut found = Found::new(scene);
    for _ in 0..TRIES {
        if found.near.len() == count || scene.objects.is_empty() {
            break;
        }
        found.keep(propose(scene, rng));
    }
    found.near
}

/// Up to `count` near misses as [`near_misses`] finds them, of which every second is an exchange, where the scene has one:
/// what is told apart by nothing but which word goes with which object.
pub fn near_misses_half_exchanged(scene: &Scene, rng: &mut Rng, count: usize) -> Vec<(Scene, Change)> {
    /// How often an edit is drawn before any other may stand for it.
    const TRIES_OF_ONE: usize = 40;
    const EDITS: [Edit; 4] = [Edit::Exchange, Edit::Attribute, Edit::Exchange, Edit::Move];
    if scene.objects.is_empty() {
        return Vec::new();
    }
    let mut found = Found::new(scene);
    for edit in EDITS.into_iter().cycle().take(count) {
        let possible = edit != Edit::Exchange || scene.objects.len() > 1;
        let is_found = possible
            && (0..TRIES_OF_ONE).any(|_| {
                let object = rng.below(scene.objects.len());
                found.keep(apply(scene, object, edit, rng))
            });
        let _ = is_found || (0..TRIES).any(|_| found.keep(propose(scene, rng)));
    }
    found.near
}

/// Near misses so far, with their full captions and that of the scene.
struct Found<'a> {
    scene: &'a Scene,
    captions: Vec<String>,
    near: Vec<(Scene, Change)>,
}

impl<'a> Found<'a> {
    fn new(scene: &'a Scene) -> Self {
        Found { scene, captions: vec![full_caption(scene).text], near: Vec::new() }
    }

    /// Keeps a changed scene that is admissible and says something new; whether it did.
    fn keep(&mut self, (near, change): (Scene, Change)) -> bool {
        if !is_admissible(self.scene, &near) {
            return false;
        }
        let caption = full_caption(&near).text;
        let is_new = !self.captions.contains(&caption);
        if is_new {
            self.captions.push(caption);
            self.near.push((near, change));
        }
        is_new
    }
}

/// Whether a changed scene keeps to what the original kept to.
fn is_admissible(scene: &Scene, near: &Scene) -> bool {
    let keeps_pairs = shows_held_out(scene) || !shows_held_out(near);
    let keeps_side =
        shows_held_out(scene) || split_of(scene) != Split::Train || split_of(near) == Split::Train;
    keeps_pairs && keeps_side && (is_tidy(near) || !is_tidy(scene))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Edit {
    Attribute,
    Move,
    Exchange,
}

/// Half of the changes concern one attribute, a quarter each a move and an exchange.
fn propose(scene: &Scene, rng: &mut Rng) -> (Scene, Change) {
    let object = rng.below(scene.objects.len());
    let edit = match rng.below(4) {
        0 => Edit::Move,
        1 if scene.objects.len() > 1 => Edit::Exchange,
        _ => Edit::Attribute,
    };
    apply(scene, object, edit, rng)
}

fn apply(scene: &Scene, object: usize, edit: Edit, rng: &mut Rng) -> (Scene, Change) {
    let mut near = scene.clone();
    let change = match edit {
        Edit::Move => {
            let from = scene.objects[object].place();
            let to = rng.pick(&Place::ALL);
            put(rng, &mut near.objects[object], to);
            Change::Moved { object, from, to }
        }
        Edit::Exchange => {
            let other = (object + 1 + rng.below(scene.objects.len() - 1)) % scene.objects.len();
            let kind = rng.pick(&Kind::ALL);
            exchange(&mut near, object, other, kind);
            Change::Exchanged { objects: (object.min(other), object.max(other)), kind }
        }
        Edit::Attribute => {
            let from = scene.objects[object].attribute(rng.pick(&Kind::OWN));
            let to = from.other(rng);
            near.objects[object].set(to);
            Change::Attribute { object, from, to }
        }
    };
    (near, change)
}

/// Exchanges what two objects show of one kind.
pub(super) fn exchange(scene: &mut Scene, i: usize, j: usize, kind: Kind) {
    let (a, b) = (scene.objects[i], scene.objects[j]);
    if kind == Kind::Place {
        (scene.objects[i].x, scene.objects[i].y) = (b.x, b.y);
        (scene.objects[j].x, scene.objects[j].y) = (a.x, a.y);
    } else {
        scene.objects[i].set(b.attribute(kind));
        scene.objects[j].set(a.attribute(kind));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::rng::Stream;
    use crate::world::splits::scene;
    use crate::world::{Background, Object};

    /// The (object, kind) pairs in which two scenes differ.
    fn differences(a: &Scene, b: &Scene) -> Vec<(usize, Kind)> {
        let pairs = (0..a.objects.len()).flat_map(|i| Kind::ALL.map(|kind| (i, kind)));
        pairs.filter(|&(i, kind)| a.objects[i].attribute(kind) != b.objects[i].attribute(kind)).collect()
    }

    #[test]
    fn near_misses_differ_in_exactly_one_respect() {
        for split in [Split::Train, Split::Test, Split::Compose] {
            for index in 0..1_000 {
                let scene = scene(split, 4, index);
                let near = near_misses(&scene, &mut Rng::new(split, 4, index, Stream::Edits), 9);
                assert_eq!(near.len(), 9, "{scene:?}");
                for (i, (changed, change)) in near.iter().enumerate() {
                    assert_eq!((changed.background, changed.noise), (scene.background, scene.noise));
                    let expected = match *change {
                        Change::Attribute { object, to, .. } => {
                            assert_eq!(changed.objects[object].attribute(to.kind()), to);
                            vec![(object, to.kind())]
                        }
                        Change::Moved { object, to, .. } => {
                            assert_eq!(changed.objects[object].place(), to);
                            vec![(object, Kind::Place)]
                        }
                        Change::Exchanged { objects: (i, j), kind } => {
                            assert_eq!(changed.objects[i].attribute(kind), scene.objects[j].attribute(kind));
                            vec![(i, kind), (j, kind)]
                        }
                    };
                    assert_eq!(differences(&scene, changed), expected, "{change:?}");
                    let text = full_caption(changed).text;
                    assert_ne!(text, full_caption(&scene).text);
                    assert!(near[..i].iter().all(|(other, _)| full_caption(other).text != text));
                }
            }
        }
    }

    #[test]
    fn near_misses_of_training_scenes_stay_training_scenes() {
        for index in 0..2_000 {
            let scene = scene(Split::Train, 8, index);
            for (near, _) in near_misses(&scene, &mut Rng::from_seed(index), 3) {
                assert_eq!(split_of(&near), Split::Train);
                assert!(!shows_held_out(&near) && is_tidy(&near));
            }
        }
    }

    #[test]
    fn half_of_the_near_misses_exchange_something() {
        let (mut exchanged, mut all) = (0, 0);
        for index in 0..300 {
            let scene = scene(Split::Train, 8, index);
            let near = near_misses_half_exchanged(&scene, &mut Rng::from_seed(index), 7);
            assert_eq!(near.len(), 7);
            if scene.objects.len() > 1 {
                all += near.len();
                exchanged +=
                    near.iter().filter(|(_, change)| matches!(change, Change::Exchanged { .. })).count();
            }
        }
        assert!(exchanged * 20 > all * 9, "{exchanged} of {all}");
    }

    #[test]
    fn hand_made_scenes_have_near_misses_too() {
        let mut rng = Rng::from_seed(2);
        let object = Object { x: 3, y: 3, ..scene(Split::Train, 1, 1).objects[0] };
        let mut scene = Scene { objects: vec![object; 5], background: Background::Sand, noise: 0 };
        assert_eq!(near_misses(&scene, &mut rng, 9).len(), 9);
        scene.objects.clear();
        assert_eq!(near_miss(&scene, &mut rng), None);
    }
}
