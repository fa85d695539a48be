//! What the room Space shows, as it stands in an address.

use super::address::{put, set};
use super::names::Medium;
use crate::world::{Attribute, Kind};

/// How the vectors of the modalities are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, strum::Display, strum::EnumString)]
#[strum(serialize_all = "lowercase")]
pub enum SpaceMode {
    /// As the encoders give them.
    #[default]
    Joint,
    /// Each modality without its mean.
    Coordinated,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SpaceView {
    pub mode: SpaceMode,
    /// The chosen point: a clip of the gallery, and one of its modalities.
    pub point: Option<(usize, Medium)>,
    /// What is taken from the picture on the stage, and what is added; of one kind.
    pub minus: Option<Attribute>,
    pub plus: Option<Attribute>,
}

/// The kinds of attribute that can be taken and added.
pub const KINDS: [Kind; 2] = [Kind::Colour, Kind::Shape];

impl SpaceView {
    pub(super) fn write(&self, write: &mut impl FnMut(&str, Option<String>, Option<String>)) {
        write("space", Some(self.mode.to_string()), Some(SpaceMode::default().to_string()));
        write("point", self.point.map(|(clip, medium)| format!("{clip}-{}", medium.word())), None);
        write("minus", self.minus.map(|attribute| attribute.word().to_string()), None);
        write("plus", self.plus.map(|attribute| attribute.word().to_string()), None);
    }

    /// As [`super::View`] reads its own keys.
    pub(super) fn read(&mut self, key: &str, value: &str) -> Option<bool> {
        Some(match key {
            "space" => set(&mut self.mode, value),
            "point" => put(&mut self.point, point_of(value).map(Some)),
            "minus" => put(&mut self.minus, attribute_of(value).map(Some)),
            "plus" => put(&mut self.plus, attribute_of(value).map(Some)),
            _ => return None,
        })
    }
}

fn point_of(value: &str) -> Option<(usize, Medium)> {
    let (clip, medium) = value.split_once('-')?;
    // One more is still a number.
    Some((clip.parse::<u16>().ok()?.into(), medium.parse().ok()?))
}

/// The attribute of this word, of [`KINDS`].
pub fn attribute_of(word: &str) -> Option<Attribute> {
    KINDS.into_iter().flat_map(Attribute::all).find(|attribute| attribute.word() == word)
}
