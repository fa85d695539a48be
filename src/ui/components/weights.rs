//! Trained weights as a file of the visitor.

use super::button::Button;
use super::failure::FailureNote;
use super::icon::{Glyph, Icon};
use crate::lab::fuse::Contestant;
use crate::session::protocol::{Command, Lane};
use crate::ui::download::download;
use crate::ui::lab::Lab;
use crate::ui::live::Live;
use crate::ui::memo::Memo;
use leptos::prelude::*;

const MIME: &str = "application/octet-stream";

/// A button that saves the weights of a contestant of a race, or of a contrastive run.
#[component]
pub fn WeightsButton(
    live: Live,
    contestant: Option<Contestant>,
    /// What the file is called, before its step.
    #[prop(into)]
    name: Memo<String>,
) -> impl IntoView {
    let lab = Lab::here();
    let wanted = RwSignal::new(None::<Command>);
    let ask = move || {
        let Some(step) = live.stands.get_untracked() else { return };
        let command = Command::Weights { experiment: live.experiment.get_untracked(), step, contestant };
        lab.ask(command.clone());
        wanted.set(Some(command));
    };
    Effect::new(move || {
        let Some(command) = wanted.get() else { return };
        lab.weights.with(|asked| {
            if asked.is_settled() && asked.answered.as_deref() == Some(&command) {
                let Command::Weights { step, .. } = command else { return };
                let file = format!("{}-step-{step}.safetensors", name.get_untracked());
                download(&file, MIME, &asked.value);
                wanted.set(None);
            } else if asked.failure.is_some() {
                wanted.set(None);
            }
        });
    });
    let is_closed = Memo::new(move |_| {
        contestant == Some(Contestant::Majority)
            || live.is_busy.get()
            || live.stands.get().is_none()
            || wanted.get().is_some()
    });
    let failure = Memo::new(move |_| {
        lab.weights.with(|asked| {
            let is_own = |command: &Command| matches!(command, Command::Weights { contestant: own, .. } if *own == contestant);
            asked.command.as_deref().is_some_and(is_own).then(|| asked.failure.clone()).flatten()
        })
    });
    view! {
        <p class="row">
            <Button is_idle=is_closed press=ask><Glyph icon=Icon::Download />"Save the weights"</Button>
            <span class="small quiet">"safetensors; "<code>"triptych lab evaluate FILE"</code>" judges them again."</span>
        </p>
        <FailureNote lane=Lane::Weights failure />
    }
}
