//! What may be asked of which model.

use super::protocol::{Abilities, ModelKind};
use crate::model::architecture::Architecture;
use crate::model::blip::Task;

pub(super) fn abilities(architecture: &Architecture) -> (ModelKind, Abilities) {
    let none = Abilities::default();
    match architecture {
        Architecture::Playroom(config) => (
            ModelKind::Playroom,
            Abilities {
                embeds: true,
                captions: true,
                answers: true,
                matches: true,
                compares_words: config.late_width > 0,
            },
        ),
        Architecture::Clip(_) => (ModelKind::Clip, Abilities { embeds: true, ..none }),
        Architecture::Siglip(_) => (ModelKind::Siglip, Abilities { embeds: true, ..none }),
        Architecture::Blip(Task::Caption, _) => (ModelKind::Blip, Abilities { captions: true, ..none }),
        Architecture::Blip(Task::Answer, _) => (ModelKind::Blip, Abilities { answers: true, ..none }),
        Architecture::Blip(Task::Match, _) => {
            (ModelKind::Blip, Abilities { embeds: true, matches: true, ..none })
        }
    }
}
