//! False sentences: a true caption with the smallest change that makes it false.

use super::choose::{self, known};
use super::description::Description;
use super::meaning::Claim;
use super::speak::say;
use super::{Caption, Style};
use crate::order;
use crate::world::attributes::Kind;
use crate::world::rng::Rng;
use crate::world::scene::Scene;

/// How often a change is drawn before the style counts as impossible for the scene.
const TRIES: usize = 200;

/// A caption that is false of the scene by one attribute, place, relation or number, or by two values
/// exchanged. None where [`super::caption`] has none, or where nothing can be made false (no objects).
pub fn false_caption(scene: &Scene, style: Style, rng: &mut Rng) -> Option<Caption> {
    for _ in 0..TRIES {
        let mut claims = choose::claims(scene, style, rng)?;
        if !rng.one_in(3) || !exchange(&mut claims, rng) {
            let index = rng.below(claims.len());
            claims[index] = twist(&claims[index], scene, rng)?;
        }
        order::sort_by_key(&mut claims, |claim| {
            if style == Style::Full { claim.descriptions()[0].place } else { None }
        });
        let is_false = !claims.iter().all(|claim| claim.is_true_of(scene));
        let is_known = claims.iter().flat_map(Claim::descriptions).all(|what| known(scene, &what));
        if is_false && is_known && (style != Style::Full || could_be_full(&claims)) {
            return Some(say(&claims, style, scene, rng));
        }
    }
    None
}

/// Whether a full caption might be true of some generated scene: one object to a cell and no two alike.
fn could_be_full(claims: &[Claim]) -> bool {
    let said: Vec<Description> = claims.iter().flat_map(Claim::descriptions).collect();
    let clash = |a: &Description, b: &Description| {
        a.place == b.place || Kind::OWN.iter().all(|&kind| a.get(kind) == b.get(kind))
    };
    said.iter().enumerate().all(|(i, a)| !said[..i].iter().any(|b| clash(a, b)))
}

/// Exchanges one attribute between two existing objects; false if the claims offer none.
fn exchange(claims: &mut [Claim], rng: &mut Rng) -> bool {
    let mut options = Vec::new();
    for (j, b) in claims.iter().enumerate() {
        for (i, a) in claims[..j].iter().enumerate() {
            let (Claim::Exists(a), Claim::Exists(b)) = (a, b) else { continue };
            for kind in Kind::OWN {
                if let (Some(x), Some(y)) = (a.get(kind), b.get(kind))
                    && x != y
                {
                    options.push((i, Claim::Exists(a.with(y)), j, Claim::Exists(b.with(x))));
                }
            }
        }
    }
    if options.is_empty() {
        return false;
    }
    let (i, a, j, b) = rng.pick(&options);
    (claims[i], claims[j]) = (a, b);
    true
}

/// The claim with one thing changed; none if there is nothing to change.
fn twist(claim: &Claim, scene: &Scene, rng: &mut Rng) -> Option<Claim> {
    Some(match *claim {
        Claim::Exists(what) => Claim::Exists(alter(what, rng)?),
        Claim::Relation(a, relation, b) => match rng.below(4) {
            0 => Claim::Relation(a, relation.opposite(), b),
            1 => Claim::Relation(b, relation, a),
            2 => Claim::Relation(alter(a, rng)?, relation, b),
            _ => Claim::Relation(a, relation, alter(b, rng)?),
        },
        Claim::Count(number, what) => match (rng.below(4), alter(what, rng)) {
            (0 | 1, Some(other)) => Claim::Count(number, other),
            (0 | 2, _) if number > 1 => Claim::Count(number - 1, what),
            _ if number < 5 => Claim::Count(number + 1, what),
            _ => Claim::Count(number - 1, what),
        },
        Claim::None(what) => {
            if scene.objects.is_empty() {
                return None;
            }
            let kinds: Vec<Kind> = what.attributes().map(|value| value.kind()).collect();
            Claim::None(Description::of(&rng.pick(&scene.objects), &kinds))
        }
        // Captions of pictures claim no events; those of clips are drawn with their truth.
        Claim::Event(_) => return None,
    })
}

/// The description with one of its attributes changed; none if it says nothing.
fn alter(what: Description, rng: &mut Rng) -> Option<Description> {
    let said: Vec<_> = what.attributes().collect();
    if said.is_empty() {
        return None;
    }
    let changed = rng.pick(&said).other(rng);
    Some(what.with(changed))
}
