//! The modalities of a race in words and colours.

use crate::lab::fuse::Modality;
use crate::ui::components::chart::{Dash, Tone};

/// In the midst of a sentence.
pub fn word(modality: Modality) -> &'static str {
    match modality {
        Modality::Picture => "image",
        Modality::Words => "text",
        Modality::Sound => "sound",
    }
}

/// Its colour and pattern in charts.
pub fn look(modality: Modality) -> (Tone, Dash) {
    match modality {
        Modality::Picture => (Tone::Picture, Dash::Solid),
        Modality::Words => (Tone::Words, Dash::Dashed),
        Modality::Sound => (Tone::Sound, Dash::Mixed),
    }
}

/// `image + sound`.
pub fn named(modalities: &[Modality]) -> String {
    modalities.iter().map(|&modality| word(modality)).collect::<Vec<_>>().join(" + ")
}
