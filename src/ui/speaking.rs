//! Which model speaks: the one that the address names where it is kept on this device, otherwise Playroom.

use super::lab::Lab;
use super::state::Phase;
use crate::session::protocol::{Command, ModelName, Precision};
use crate::ui::memo::Memo;
use leptos::prelude::*;

/// Our own model's folder, relative to the page's base.
const PLAYROOM: &str = "models/playroom/";

pub fn playroom() -> ModelName {
    ModelName::Playroom { url: PLAYROOM.into() }
}

/// Loads what the address names, now and whenever it names another.
pub fn follow(lab: Lab) {
    let wanted = lab.pick(|view| view.model.clone());
    let weights = lab.pick(|view| view.weights);
    Effect::new(move || {
        let (wanted, precision) = (wanted.get(), weights.get());
        if wanted.is_empty() {
            return lab.speak(playroom());
        }
        let (phase, is_kept) = lab.shelf.with(|shelf| {
            let is_kept = shelf.value.iter().any(|model| model.name == wanted && model.kept == model.size);
            (shelf.phase, is_kept)
        });
        match phase {
            Phase::Unasked => lab.ask(Command::Shelf),
            // It is in memory, though another page has deleted it.
            Phase::Done if !is_kept && speaks(lab, &wanted, precision) => {}
            Phase::Done if is_kept => lab.speak(ModelName::Kept { name: wanted, precision }),
            Phase::Done | Phase::Failed => lab.speak(playroom()),
            Phase::Waiting | Phase::Running | Phase::Stopped => {}
        }
    });
}

/// Whether this checkpoint is loaded in this precision.
fn speaks(lab: Lab, wanted: &str, precision: Precision) -> bool {
    let is_it = |model: &ModelName| match model {
        ModelName::Kept { name, precision: of } => name == wanted && *of == precision,
        ModelName::Playroom { .. } => false,
    };
    lab.facts.with_untracked(Option::is_some)
        && lab.speaking.with_untracked(|speaking| speaking.as_ref().is_some_and(is_it))
}

/// The checkpoint that the address names and this device does not have.
pub fn lost(lab: Lab) -> Memo<Option<String>> {
    let wanted = lab.pick(|view| view.model.clone());
    Memo::new(move |_| {
        let is_playroom = lab.speaking.get() == Some(playroom());
        Some(wanted.get()).filter(|wanted| is_playroom && !wanted.is_empty())
    })
}
