//! The weights of the run as a file.

use super::OneRun;
use crate::lab::contrast::{Settings, Space};
use crate::session::protocol::{Command, Experiment, Lane};
use crate::ui::components::failure::FailureNote;
use crate::ui::download::download;
use crate::ui::lab::Lab;
use leptos::prelude::*;

const MIME: &str = "application/octet-stream";

#[component]
pub fn WeightsButton(run: OneRun) -> impl IntoView {
    let lab = Lab::here();
    let wanted = RwSignal::new(None::<Command>);
    Effect::new(move || {
        let Some(command) = wanted.get() else { return };
        let is_here = |asked: &Command| *asked == command;
        lab.weights.with(|asked| {
            if asked.is_settled() && asked.answered.as_deref().is_some_and(is_here) {
                save(&command, &asked.value);
                wanted.set(None);
            } else if asked.failure.is_some() {
                wanted.set(None);
            }
        });
    });
    let ask = move |_| {
        let Some(step) = run.live.stands.get_untracked() else { return };
        let experiment = run.live.experiment.get_untracked();
        let command = Command::Weights { experiment, step, contestant: None };
        lab.ask(command.clone());
        wanted.set(Some(command));
    };
    let is_closed =
        move || run.live.is_busy.get() || run.live.stands.get().is_none() || wanted.get().is_some();
    view! {
        <div class="row">
            <button type="button" class="button" disabled=is_closed on:click=ask>"Save the weights"</button>
            <span class="small quiet">"safetensors; "<code>"triptych lab judge FILE"</code>" measures them again."</span>
        </div>
        <FailureNote lane=Lane::Weights failure=Signal::derive(move || lab.weights.with(|asked| asked.failure.clone())) />
    }
}

fn save(command: &Command, bytes: &[u8]) {
    if let Command::Weights { experiment: Experiment::Contrast(settings), step, .. } = command {
        download(&file_name(settings, *step), MIME, bytes);
    }
}

fn file_name(settings: &Settings, step: u64) -> String {
    let space = match settings.space {
        Space::Shared => "shared",
        Space::Joint => "joint",
        Space::Coordinated => "coordinated",
    };
    format!("contrast-{space}-seed-{}-step-{step}.safetensors", settings.seed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_named_by_its_run() {
        let settings = Settings { seed: 7, space: Space::Joint, ..Settings::default() };
        assert_eq!(file_name(&settings, 400), "contrast-joint-seed-7-step-400.safetensors");
    }
}
