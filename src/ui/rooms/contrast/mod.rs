//! Contrast: two towers learn which words belong to which picture.

mod cell;
mod choices;
mod contrast_run;
mod controls;
mod curves;
mod figures;
mod matrix;
mod modes;
mod notes;
mod objectives;
mod partners;
mod reconstructions;
mod space;
mod standings;
mod tables;
mod verdicts;

use crate::lab::contrast::ContrastSettings;
use crate::ui::components::run_bar::RunBar;
use crate::ui::components::weights::WeightsButton;
use crate::ui::context::AppContext;
use crate::ui::memo::Memo;
use crate::ui::view::ContrastMode;
use contrast_run::ContrastRun;
use controls::Controls;
use curves::{Curves, GeometryCurves};
use figures::publish_run;
use leptos::prelude::*;
use matrix::MatrixPanel;
use modes::Modes;
use notes::RunNotes;
use objectives::Objectives;
use space::SpaceMap;
use tables::{RetrievalTable, RunsSoFar};

#[component]
pub fn Contrast() -> impl IntoView {
    let app = AppContext::here();
    let mode = app.pick(|view| view.contrast.mode);
    move || match mode.get() {
        ContrastMode::Run => view! { <Run /> }.into_any(),
        ContrastMode::Objectives => view! { <Objectives /> }.into_any(),
    }
}

#[component]
fn Run() -> impl IntoView {
    let app = AppContext::here();
    let run = ContrastRun::new(app);
    publish_run(app, run);
    view! {
        <section class="stage contrast">
            <Modes />
            <Controls run />
            <RunBar training=run.training />
            <Curves run />
            <MatrixPanel run />
            <div class="charts" data-part="geometry">
                <GeometryCurves run />
                <SpaceMap run />
            </div>
            <RetrievalTable run />
            <RunsSoFar />
            <WeightsButton training=run.training contestant=None name=Memo::new(move |_| run.settings.with(file_name)) />
        </section>
        <RunNotes run />
    }
}

/// What a file of weights is called.
fn file_name(settings: &ContrastSettings) -> String {
    let (space, seed) = (settings.space.name(), settings.seed);
    format!("contrast-{space}-seed-{seed}")
}
