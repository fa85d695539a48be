//! Putting claims into words.

use super::description::{Description, indefinite, number_word, with_article};
use super::meaning::Claim;
use super::{Caption, Style, parse};
use crate::world::attributes::Kind;
use crate::world::relation::Relation;
use crate::world::rng::Rng;
use crate::world::scene::Scene;

/// A caption that makes the claims, in wording drawn from `rng`. `scene` decides where "the" is in place.
pub(in crate::world) fn say(claims: &[Claim], style: Style, scene: &Scene, rng: &mut Rng) -> Caption {
    let text = if style == Style::Full { full(claims) } else { free(claims, scene, rng) };
    let statements = parse(&text).expect("the speaker stays inside the grammar");
    Caption { style, text, statements }
}

/// The fixed form of [`Style::Full`]: "a ..., a ... and a ...".
pub(super) fn full(claims: &[Claim]) -> String {
    let mut text = String::new();
    for (index, claim) in claims.iter().enumerate() {
        text.push_str(match claims.len() - index {
            _ if index == 0 => "",
            1 => " and ",
            _ => ", ",
        });
        match claim {
            Claim::Exists(what) => text.push_str(&with_article(&what.noun_phrase(false))),
            Claim::None(what) => text.push_str(&format!("there is no {what}")),
            other => panic!("a full caption does not say {other:?}"),
        }
    }
    text
}

/// The first claim in any form, later ones in short forms.
fn free(claims: &[Claim], scene: &Scene, rng: &mut Rng) -> String {
    let mut text = first(&claims[0], scene, rng);
    for claim in &claims[1..] {
        text.push_str(if matches!(claim, Claim::None(_)) { " but " } else { " and " });
        text.push_str(&bare(claim));
    }
    text
}

fn first(claim: &Claim, scene: &Scene, rng: &mut Rng) -> String {
    let form = rng.below(4);
    match claim {
        Claim::Exists(what) if form == 0 || (form == 1 && what.place.is_none()) => {
            format!("there is {}", bare(claim))
        }
        Claim::Exists(what) if form == 1 => {
            let place = what.place.expect("the arm above took the placeless");
            format!(
                "{} is {}",
                subject(&Description { place: None, ..*what }, scene),
                place.with_preposition()
            )
        }
        Claim::Relation(a, relation, b) => {
            let relation = related(*relation, rng);
            match form {
                0 => format!("there is {} {relation} {}", indefinite(a), indefinite(b)),
                1 => format!("{} is {relation} {}", subject(a, scene), subject(b, scene)),
                _ => format!("{} {relation} {}", indefinite(a), indefinite(b)),
            }
        }
        Claim::Count(number, _) => {
            let be = if *number == 1 { "is" } else { "are" };
            match form {
                0 => format!("there {be} {}", bare(claim)),
                1 => format!("there {be} exactly {}", bare(claim)),
                2 => format!("exactly {}", bare(claim)),
                _ => bare(claim),
            }
        }
        Claim::None(what) => match (form, lone_adjective(what)) {
            (0, _) => format!("there are no {}", what.noun_phrase(true)),
            (1, Some(adjective)) => format!("nothing is {adjective}"),
            (1 | 2, _) => format!("there is {}", bare(claim)),
            _ => bare(claim),
        },
        Claim::Exists(_) | Claim::Event(_) => bare(claim),
    }
}

fn bare(claim: &Claim) -> String {
    match claim {
        Claim::Exists(what) => indefinite(what),
        Claim::Relation(a, relation, b) => {
            format!("{} {} {}", indefinite(a), relation.words(), indefinite(b))
        }
        Claim::Count(number, what) => {
            format!("{} {}", number_word(*number), what.noun_phrase(*number != 1))
        }
        Claim::None(what) => format!("no {what}"),
        Claim::Event(event) => event.to_string(),
    }
}

/// With "the" where exactly one object fits.
pub(super) fn subject(what: &Description, scene: &Scene) -> String {
    if what.count(scene) == 1 { format!("the {what}") } else { indefinite(what) }
}

fn related(relation: Relation, rng: &mut Rng) -> String {
    let beside = matches!(relation, Relation::LeftOf | Relation::RightOf);
    if beside && rng.one_in(2) {
        format!("to the {}", relation.words())
    } else {
        relation.words().to_string()
    }
}

/// The only thing said, if it can follow "nothing is".
fn lone_adjective(what: &Description) -> Option<&'static str> {
    let mut said = what.attributes();
    let adjective = said.next().filter(|value| !matches!(value.kind(), Kind::Shape | Kind::Place));
    adjective.filter(|_| said.next().is_none()).map(|value| value.word())
}
