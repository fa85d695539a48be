//! Noun phrases and what they mean.

use crate::world::attributes::{Attribute, Colour, Kind, Place, Shape, Size, Texture};
use crate::world::partition::held_out;
use crate::world::scene::{Object, Scene};
use serde::{Deserialize, Serialize};
use std::fmt;

/// What a noun phrase says of an object. The empty description fits every object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Description {
    pub size: Option<Size>,
    pub texture: Option<Texture>,
    pub colour: Option<Colour>,
    pub shape: Option<Shape>,
    pub place: Option<Place>,
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

pub(in crate::world) fn indefinite(what: &Description) -> String {
    with_article(&what.noun_phrase(false))
}

pub(super) fn with_article(phrase: &str) -> String {
    let article = if phrase.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    format!("{article} {phrase}")
}

/// "zero" to "five", then digits.
pub(in crate::world) fn number_word(number: u8) -> String {
    const WORDS: [&str; 6] = ["zero", "one", "two", "three", "four", "five"];
    WORDS.get(usize::from(number)).map_or_else(|| number.to_string(), |word| word.to_string())
}
