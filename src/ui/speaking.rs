//! Which model speaks: the one that the address names where it is kept on this device, otherwise Playroom.

use super::lab::Lab;
use super::state::Phase;
use crate::session::library::place;
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
    let stopped = stopped(lab);
    Effect::new(move || {
        let (wanted, precision) = (wanted.get(), weights.get());
        if wanted.is_empty() || stopped.with(Option::is_some) {
            return lab.speak(playroom());
        }
        let (phase, kept) = lab.shelf.with(|shelf| {
            let mut whole = shelf.value.iter().filter(|model| model.kept == model.size);
            (shelf.phase, whole.find(|model| is_named(&model.name, &wanted)).map(|model| model.name.clone()))
        });
        match (phase, kept) {
            (Phase::Unasked, _) => lab.ask(Command::Shelf),
            // It is in memory, though another page has deleted it.
            (Phase::Done, None) if speaks(lab, &wanted, precision) => {}
            (Phase::Done, Some(name)) => lab.speak(ModelName::Kept { name, precision }),
            (Phase::Done | Phase::Failed, _) => lab.speak(playroom()),
            (Phase::Waiting | Phase::Running | Phase::Stopped, _) => {}
        }
    });
}

/// Lets a checkpoint of this device speak, from its files as they are now.
pub fn choose(lab: Lab, name: &str) {
    let is_it =
        |model: &ModelName| matches!(model, ModelName::Kept { name: speaking, .. } if speaking == name);
    match lab.speaking.with_untracked(|speaking| speaking.as_ref().is_some_and(is_it)) {
        true => lab.speak_anew(),
        false => lab.go(|view| view.model = name.to_string()),
    }
}

/// Whether a text of an address names this model, however it is written.
pub fn is_named(model: &str, text: &str) -> bool {
    model == text || place(text).is_some_and(|place| place.name == model)
}

/// Whether this checkpoint is loaded in this precision.
fn speaks(lab: Lab, wanted: &str, precision: Precision) -> bool {
    let is_it = |model: &ModelName| match model {
        ModelName::Kept { name, precision: of } => is_named(name, wanted) && *of == precision,
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
        let is_missing = is_playroom && lab.stopped.with(|stopped| stopped.as_ref() != Some(&wanted.get()));
        Some(wanted.get()).filter(|wanted| is_missing && !wanted.is_empty())
    })
}

/// The checkpoint that the address names, where the engine has stopped with it.
pub fn stopped(lab: Lab) -> Memo<Option<String>> {
    let wanted = lab.pick(|view| view.model.clone());
    Memo::new(move |_| lab.stopped.get().filter(|stopped| *stopped == wanted.get()))
}
