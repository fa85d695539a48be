//! The active model: the one that the address names where it is kept on this device, otherwise Playroom.

use super::context::{AppContext, playroom};
use super::state::Phase;
use crate::session::library::CheckpointId;
use crate::session::protocol::{Command, ModelName, Precision};
use crate::ui::memo::Memo;
use leptos::prelude::*;

/// Loads what the address names, now and whenever it names another.
pub fn follow(app: AppContext) {
    let wanted = app.pick(|view| view.model.clone());
    let weights = app.pick(|view| view.weights);
    let stopped = stopped(app);
    Effect::new(move || {
        let (wanted, precision) = (wanted.get(), weights.get());
        if wanted.is_empty() || stopped.with(Option::is_some) {
            return app.activate(playroom());
        }
        let (phase, kept) = app.requests.models.with(|models| {
            let mut whole = models.value.iter().filter(|model| model.stored == model.size);
            (models.phase, whole.find(|model| is_named(&model.name, &wanted)).map(|model| model.name.clone()))
        });
        match (phase, kept) {
            (Phase::Unasked, _) => app.ask(Command::ListModels),
            // It is in memory, though another page has deleted it.
            (Phase::Done, None) if is_active(app, &wanted, precision) => {}
            (Phase::Done, Some(name)) => app.activate(ModelName::Stored { name, precision }),
            (Phase::Done | Phase::Failed, _) => app.activate(playroom()),
            (Phase::Waiting | Phase::Running | Phase::Stopped, _) => {}
        }
    });
}

/// Makes a checkpoint of this device the active model, from its files as they are now.
pub fn choose(app: AppContext, name: &str) {
    let is_it = |model: &ModelName| matches!(model, ModelName::Stored { name: active, .. } if active == name);
    match app.active_model.with_untracked(|active| active.as_ref().is_some_and(is_it)) {
        true => app.reload_model(),
        false => app.go(|view| view.model = name.to_string()),
    }
}

/// Whether a text of an address names this model, however it is written.
pub fn is_named(model: &str, text: &str) -> bool {
    model == text || CheckpointId::parse(text).is_some_and(|id| id.name == model)
}

/// Whether this checkpoint is loaded in this precision.
fn is_active(app: AppContext, wanted: &str, precision: Precision) -> bool {
    let is_it = |model: &ModelName| match model {
        ModelName::Stored { name, precision: of } => is_named(name, wanted) && *of == precision,
        ModelName::Playroom { .. } => false,
    };
    app.facts.with_untracked(Option::is_some)
        && app.active_model.with_untracked(|active| active.as_ref().is_some_and(is_it))
}

/// The checkpoint that the address names and this device does not have.
pub fn lost(app: AppContext) -> Memo<Option<String>> {
    let wanted = app.pick(|view| view.model.clone());
    Memo::new(move |_| {
        let is_playroom = app.active_model.get() == Some(playroom());
        // What is in the list, or is being looked for there, is about to be loaded.
        let is_absent = app.requests.models.with(|models| {
            let is_listed = wanted.with(|wanted| {
                models.value.iter().any(|model| model.stored == model.size && is_named(&model.name, wanted))
            });
            matches!(models.phase, Phase::Done | Phase::Failed) && !is_listed
        });
        let is_missing =
            is_playroom && is_absent && app.stopped.with(|stopped| stopped.as_ref() != Some(&wanted.get()));
        Some(wanted.get()).filter(|wanted| is_missing && !wanted.is_empty())
    })
}

/// The checkpoint that the address names, where the engine has stopped with it.
pub fn stopped(app: AppContext) -> Memo<Option<String>> {
    let wanted = app.pick(|view| view.model.clone());
    Memo::new(move |_| app.stopped.get().filter(|stopped| *stopped == wanted.get()))
}
