//! What sentences mean, and when they are true.

use super::event::EventClaim;
use crate::world::attributes::{Attribute, Colour, Kind, Place, Shape, Size, Texture};
use crate::world::motion::Motion;
use crate::world::partition::held_out;
use crate::world::relation::Relation;
use crate::world::scene::{Object, Scene};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::ops::Range;

/// What a noun phrase says of an object. The empty description fits every object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Description {
    pub size: Option<Size>,
    pub texture: Option<Texture>,
    pub colour: Option<Colour>,
    pub shape: Option<Shape>,
    pub place: Option<Place>,
}

/// The meaning of one statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Claim {
    /// Some object fits; with a place in the description, it stands there.
    Exists(Description),
    /// Some object that fits the first stands so to another that fits the second.
    Relation(Description, Relation, Description),
    /// Exactly so many objects fit.
    Count(u8, Description),
    /// No object fits.
    None(Description),
    /// Something happens.
    Event(EventClaim),
}

/// A noun phrase in a text, from its article to its noun, and what it describes (its place too, if one is
/// said).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Phrase {
    pub span: Range<usize>,
    pub description: Description,
}

/// A claim and the words that make it. `phrases` are in the order of the claim's descriptions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    pub claim: Claim,
    pub span: Range<usize>,
    pub phrases: Vec<Phrase>,
}

impl Description {
    /// Fits every object.
    pub const ANY: Description =
        Description { size: None, texture: None, colour: None, shape: None, place: None };

    /// What an object shows of the given kinds.
    pub fn of(object: &Object, kinds: &[Kind]) -> Description {
        kinds.iter().fold(Description::ANY, |all, &kind| all.with(object.attribute(kind)))
    }

    pub fn get(&self, kind: Kind) -> Option<Attribute> {
        match kind {
            Kind::Size => self.size.map(Attribute::Size),
            Kind::Texture => self.texture.map(Attribute::Texture),
            Kind::Colour => self.colour.map(Attribute::Colour),
            Kind::Shape => self.shape.map(Attribute::Shape),
            Kind::Place => self.place.map(Attribute::Place),
        }
    }

    /// The same description with one attribute said, or said otherwise.
    pub fn with(mut self, attribute: Attribute) -> Description {
        match attribute {
            Attribute::Size(value) => self.size = Some(value),
            Attribute::Texture(value) => self.texture = Some(value),
            Attribute::Colour(value) => self.colour = Some(value),
            Attribute::Shape(value) => self.shape = Some(value),
            Attribute::Place(value) => self.place = Some(value),
        }
        self
    }

    /// The attributes said, in the order of [`Kind::ALL`].
    pub fn attributes(&self) -> impl Iterator<Item = Attribute> {
        let this = *self;
        Kind::ALL.into_iter().filter_map(move |kind| this.get(kind))
    }

    pub fn fits(&self, object: &Object) -> bool {
        self.size.is_none_or(|value| value == object.size)
            && self.texture.is_none_or(|value| value == object.texture)
            && self.colour.is_none_or(|value| value == object.colour)
            && self.shape.is_none_or(|value| value == object.shape)
            && self.place.is_none_or(|value| value == object.place())
    }

    /// Indices of the objects that fit.
    pub fn referents(&self, scene: &Scene) -> Vec<usize> {
        (0..scene.objects.len()).filter(|&i| self.fits(&scene.objects[i])).collect()
    }

    pub fn count(&self, scene: &Scene) -> usize {
        scene.objects.iter().filter(|object| self.fits(object)).count()
    }

    /// Whether it names a (colour, shape) pair that is kept for the split `compose`.
    pub fn is_held_out(&self) -> bool {
        matches!((self.colour, self.shape), (Some(colour), Some(shape)) if held_out(colour, shape))
    }

    /// Size, texture, colour, noun and place, in this order, without article.
    pub(in crate::world) fn noun_phrase(&self, plural: bool) -> String {
        let mut phrase = String::with_capacity(48);
        for kind in [Kind::Size, Kind::Texture, Kind::Colour] {
            if let Some(value) = self.get(kind) {
                phrase.push_str(value.word());
                phrase.push(' ');
            }
        }
        match (self.shape, plural) {
            (Some(shape), true) => phrase.push_str(&shape.plural()),
            (Some(shape), false) => phrase.push_str(shape.word()),
            (None, true) => phrase.push_str("objects"),
            (None, false) => phrase.push_str("object"),
        }
        if let Some(place) = self.place {
            phrase.push(' ');
            phrase.push_str(&place.with_preposition());
        }
        phrase
    }
}

impl fmt::Display for Description {
    /// The noun phrase without article: "small striped red circle at the top left".
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(&self.noun_phrase(false))
    }
}

impl Claim {
    /// Whether the claim is true of a scene; none where only its motion can tell, and that is not given.
    pub fn truth(&self, scene: &Scene, motion: Option<&Motion>) -> Option<bool> {
        Some(match self {
            Claim::Exists(what) => what.count(scene) > 0,
            Claim::Relation(a, relation, b) => !related(scene, a, *relation, b).is_empty(),
            Claim::Count(number, what) => what.count(scene) == usize::from(*number),
            Claim::None(what) => what.count(scene) == 0,
            Claim::Event(event) => event.is_true_of(scene, motion?),
        })
    }

    /// Whether a picture of the scene shows that the claim is true; what happens it does not show.
    pub fn is_true_of(&self, scene: &Scene) -> bool {
        self.truth(scene, None) == Some(true)
    }

    /// Whether a picture can show it.
    pub fn is_of_picture(&self) -> bool {
        !matches!(self, Claim::Event(_))
    }

    pub fn descriptions(&self) -> Vec<Description> {
        match *self {
            Claim::Exists(what) | Claim::Count(_, what) | Claim::None(what) => vec![what],
            Claim::Relation(a, _, b) => vec![a, b],
            Claim::Event(event) => event.descriptions(),
        }
    }
}

/// The pairs of distinct objects of which the first fits `a`, the second fits `b`, and which stand so.
pub(super) fn related(
    scene: &Scene,
    a: &Description,
    relation: Relation,
    b: &Description,
) -> Vec<(usize, usize)> {
    let (firsts, seconds) = (a.referents(scene), b.referents(scene));
    let pairs = firsts.iter().flat_map(|&i| seconds.iter().map(move |&j| (i, j)));
    pairs.filter(|&(i, j)| i != j && scene.objects[i].stands(relation, &scene.objects[j])).collect()
}
