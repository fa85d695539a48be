//! Choosing what to say: the claims of a true caption.

use super::Style;
use super::description::Description;
use super::meaning::Claim;
use crate::order;
use crate::world::attributes::{Attribute, Kind};
use crate::world::partition::shows_held_out;
use crate::world::relation::Relation;
use crate::world::rng::Rng;
use crate::world::scene::{RELATION_MARGIN, Scene};

/// True claims in a style, or none where the scene offers nothing.
pub(super) fn claims(scene: &Scene, style: Style, rng: &mut Rng) -> Option<Vec<Claim>> {
    match style {
        Style::Full => Some(full(scene)),
        Style::Negation => Some(negation(scene, rng)),
        _ if scene.objects.is_empty() => None,
        Style::Short => Some(short(scene, rng)),
        Style::Relation => relation(scene, rng),
        Style::Count => Some(count(scene, rng)),
    }
}

/// Everything about every object, in reading order.
pub(super) fn full(scene: &Scene) -> Vec<Claim> {
    if scene.objects.is_empty() {
        return vec![Claim::None(Description::ANY)];
    }
    let describe = |i: usize| Claim::Exists(Description::of(&scene.objects[i], &Kind::ALL));
    scene.reading_order().into_iter().map(describe).collect()
}

fn short(scene: &Scene, rng: &mut Rng) -> Vec<Claim> {
    let mut order: Vec<usize> = (0..scene.objects.len()).collect();
    rng.shuffle(&mut order);
    order.truncate(if rng.one_in(3) { 2 } else { 1 });
    let mut said: Vec<Description> = Vec::new();
    for index in order {
        let mut kinds = kinds(rng);
        if rng.one_in(3) {
            kinds.push(Kind::Place);
        }
        let description = Description::of(&scene.objects[index], &kinds);
        if !said.contains(&description) {
            said.push(description);
        }
    }
    said.into_iter().map(Claim::Exists).collect()
}

/// Two objects that stand twice as far apart as the relation asks for.
fn relation(scene: &Scene, rng: &mut Rng) -> Option<Vec<Claim>> {
    let mut options = Vec::new();
    for (i, a) in scene.objects.iter().enumerate() {
        for (j, b) in scene.objects.iter().enumerate() {
            let clear = |relation: &Relation| a.lead(*relation, b) >= 2 * i32::from(RELATION_MARGIN);
            options.extend(Relation::ALL.into_iter().filter(clear).map(|relation| (i, relation, j)));
        }
    }
    for _ in 0..8 * options.len() {
        let (i, relation, j) = rng.pick(&options);
        let a = Description::of(&scene.objects[i], &kinds(rng));
        let b = Description::of(&scene.objects[j], &kinds(rng));
        if a != b {
            return Some(vec![Claim::Relation(a, relation, b)]);
        }
    }
    None
}

fn count(scene: &Scene, rng: &mut Rng) -> Vec<Claim> {
    let options = projections(scene, 2);
    let (first, second) = (counted(&options, rng), counted(&options, rng));
    if rng.one_in(4) && first != second { vec![first, second] } else { vec![first] }
}

/// One of the descriptions with its number; every number that occurs is equally likely.
fn counted(options: &[(Description, usize)], rng: &mut Rng) -> Claim {
    let mut numbers: Vec<usize> = options.iter().map(|&(_, number)| number).collect();
    order::sort(&mut numbers);
    numbers.dedup();
    let number = rng.pick(&numbers);
    let reached: Vec<_> = options.iter().filter(|&&(_, n)| n == number).collect();
    Claim::Count(number as u8, rng.pick(&reached).0)
}

fn negation(scene: &Scene, rng: &mut Rng) -> Vec<Claim> {
    let none = Claim::None(absent(scene, rng));
    if scene.objects.is_empty() || !rng.one_in(4) {
        return vec![none];
    }
    let object = rng.pick(&scene.objects);
    vec![Claim::Exists(Description::of(&object, &kinds(rng))), none]
}

/// One to four of the kinds that an object carries, colour and shape more often than size and texture.
fn kinds(rng: &mut Rng) -> Vec<Kind> {
    loop {
        let chance = |kind: Kind| if matches!(kind, Kind::Colour | Kind::Shape) { 7 } else { 4 };
        let chosen: Vec<Kind> = Kind::OWN.into_iter().filter(|&kind| rng.below(10) < chance(kind)).collect();
        if !chosen.is_empty() {
            return chosen;
        }
    }
}

/// The description without some of its attributes: each of an object's own stays with odds 0.6, one in any case, and a place
/// always.
pub(super) fn thinned(what: Description, rng: &mut Rng) -> Description {
    let said: Vec<Attribute> = what.attributes().collect();
    loop {
        let is_kept = |value: &&Attribute| value.kind() == Kind::Place || rng.below(10) < 6;
        let kept: Vec<Attribute> = said.iter().filter(is_kept).copied().collect();
        if kept.iter().any(|value| value.kind() != Kind::Place) {
            return kept.into_iter().fold(Description::ANY, Description::with);
        }
    }
}

/// Every description of at most `most` attributes, none of them a place, that some object fits, with the
/// number of objects that fit.
pub(crate) fn projections(scene: &Scene, most: u32) -> Vec<(Description, usize)> {
    let mut found: Vec<Description> = Vec::with_capacity(scene.objects.len() << Kind::OWN.len());
    for object in &scene.objects {
        for subset in (0..1_u32 << Kind::OWN.len()).filter(|subset| subset.count_ones() <= most) {
            let kinds = Kind::OWN.into_iter().filter(|&kind| subset >> kind as u32 & 1 == 1);
            found.push(kinds.fold(Description::ANY, |what, kind| what.with(object.attribute(kind))));
        }
    }
    order::sort(&mut found);
    found.dedup();
    found.into_iter().map(|what| (what, what.count(scene))).collect()
}

/// Whether a description may be said of a scene: held-out pairs only of scenes that show some.
pub(super) fn known(scene: &Scene, what: &Description) -> bool {
    !what.is_held_out() || shows_held_out(scene)
}

/// A description that no object fits: that of an object with one attribute changed.
pub(crate) fn absent(scene: &Scene, rng: &mut Rng) -> Description {
    loop {
        let kinds = kinds(rng);
        let near = if scene.objects.is_empty() {
            let values = kinds.iter().map(|&kind| rng.pick(&Attribute::all(kind)));
            values.fold(Description::ANY, Description::with)
        } else {
            Description::of(&rng.pick(&scene.objects), &kinds)
        };
        let changed = near.get(rng.pick(&kinds)).expect("the kind was described");
        let what = near.with(changed.other(rng));
        if what.count(scene) == 0 && known(scene, &what) {
            return what;
        }
    }
}
