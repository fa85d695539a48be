//! Trained weights as a file of the visitor.

use super::button::Button;
use super::failure::FailureNote;
use super::icon::{Glyph, Icon};
use crate::lab::fuse::Contestant;
use crate::session::protocol::{Command, Lane};
use crate::ui::context::AppContext;
use crate::ui::download::download;
use crate::ui::memo::Memo;
use crate::ui::training_run::TrainingRun;
use leptos::prelude::*;

const MIME: &str = "application/octet-stream";

/// A button that saves the weights of a contestant of a race, or of a contrastive run.
#[component]
pub fn WeightsButton(
    training: TrainingRun,
    contestant: Option<Contestant>,
    /// What the file is called, before its step.
    #[prop(into)]
    name: Memo<String>,
) -> impl IntoView {
    let app = AppContext::here();
    let wanted = RwSignal::new(None::<Command>);
    let ask = move || {
        let Some(step) = training.step.get_untracked() else { return };
        let command = Command::Weights { experiment: training.experiment.get_untracked(), step, contestant };
        app.ask(command.clone());
        wanted.set(Some(command));
    };
    Effect::new(move || {
        let Some(command) = wanted.get() else { return };
        app.requests.weights.with(|request| {
            if let Some(weights) = request.answer_to(&command) {
                let Command::Weights { step, .. } = command else { return };
                let file = format!("{}-step-{step}.safetensors", name.get_untracked());
                download(&file, MIME, weights);
                wanted.set(None);
            } else if request.failure.is_some() {
                wanted.set(None);
            }
        });
    });
    let is_closed = Memo::new(move |_| {
        contestant == Some(Contestant::Majority)
            || training.is_busy.get()
            || training.step.get().is_none()
            || wanted.get().is_some()
    });
    let failure = Memo::new(move |_| {
        app.requests.weights.with(|request| {
            let is_own = |command: &Command| matches!(command, Command::Weights { contestant: own, .. } if *own == contestant);
            request.command.as_deref().is_some_and(is_own).then(|| request.failure.clone()).flatten()
        })
    });
    view! {
        <p class="row">
            <Button is_idle=is_closed press=ask><Glyph icon=Icon::Download />"Download weights"</Button>
            <span class="small quiet">"Evaluate again with "<code>"triptych lab evaluate FILE"</code>"."</span>
        </p>
        <FailureNote lane=Lane::Weights failure />
    }
}
