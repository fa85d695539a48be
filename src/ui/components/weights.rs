//! Trained weights as a file of the visitor.

use super::failure::FailureNote;
use super::icon::{Glyph, Icon};
use crate::lab::fuse::Contestant;
use crate::session::protocol::{Command, Lane};
use crate::ui::download::download;
use crate::ui::lab::Lab;
use crate::ui::live::Live;
use leptos::prelude::*;

/// A button that saves the weights of a contestant of a race, or of a contrastive run.
#[component]
pub fn WeightsButton(live: Live, contestant: Option<Contestant>) -> impl IntoView {
    let lab = Lab::here();
    let is_wanted = RwSignal::new(false);
    let name = contestant.map_or("contrast", Contestant::name);
    let ask = move |_| {
        let Some(step) = live.stands.get_untracked() else { return };
        is_wanted.set(true);
        lab.ask(Command::Weights { experiment: live.experiment.get_untracked(), step, contestant });
    };
    Effect::new(move || {
        let is_here = lab.weights.with(|asked| asked.is_settled());
        if is_wanted.get() && is_here {
            is_wanted.set(false);
            let step = live.stands.get_untracked().unwrap_or(0);
            lab.weights.with_untracked(|asked| {
                download(&format!("{name}-{step}.safetensors"), "application/octet-stream", &asked.value);
            });
        }
    });
    let failure = Signal::derive(move || {
        is_wanted.get().then(|| lab.weights.with(|asked| asked.failure.clone())).flatten()
    });
    view! {
        <button type="button" class="button" on:click=ask disabled=move || live.stands.get().is_none() || contestant == Some(Contestant::Majority)>
            <Glyph icon=Icon::Download />"Weights as safetensors"</button>
        <FailureNote lane=Lane::Weights failure />
    }
}
