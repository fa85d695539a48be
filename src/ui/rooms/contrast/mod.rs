//! Contrast: two towers learn which words belong to which picture.

mod cell;
mod choices;
mod controls;
mod curves;
mod matrix;
mod notes;
mod objectives;
mod space;
mod standings;
mod tables;
mod verdicts;

use crate::lab::contrast::{ContrastMetrics, ContrastSettings, Figures, Space};
use crate::session::protocol::Experiment;
use crate::ui::components::choice::Segments;
use crate::ui::components::run_bar::RunBar;
use crate::ui::components::weights::WeightsButton;
use crate::ui::lab::Lab;
use crate::ui::live::{Live, StepOf};
use crate::ui::memo::Memo;
use crate::ui::state::{Shared, Training};
use crate::ui::view::ContrastMode;
use controls::Controls;
use curves::{Curves, GeometryCurves, Measured};
use leptos::prelude::*;
use matrix::MatrixPanel;
use notes::RunNotes;
use objectives::Objectives;
use space::SpaceMap;
use tables::{RetrievalTable, RunsSoFar};

const MODES: [(ContrastMode, &str); 2] =
    [(ContrastMode::Run, "One run"), (ContrastMode::Objectives, "Objectives side by side")];

#[component]
pub fn Contrast() -> impl IntoView {
    let lab = Lab::here();
    let mode = lab.pick(|view| view.contrast.mode);
    move || match mode.get() {
        ContrastMode::Run => view! { <Run /> }.into_any(),
        ContrastMode::Objectives => view! { <Objectives /> }.into_any(),
    }
}

/// The choice between one run and the race of objectives.
#[component]
fn Modes() -> impl IntoView {
    let lab = Lab::here();
    view! {
        <Segments label="What is trained" options=MODES.to_vec() chosen=lab.pick(|view| view.contrast.mode)
            choose=move |mode| lab.go(|view| view.contrast.mode = mode) />
    }
}

/// The run that the address names, and what was heard of it.
#[derive(Clone, Copy)]
pub struct OneRun {
    pub live: Live,
    pub settings: Memo<ContrastSettings>,
    /// Number of weights.
    pub parameters: Memo<u32>,
    pub reports: Memo<Vec<ContrastMetrics>>,
    pub figures: Memo<Measured>,
    /// The newest of the figures.
    pub last: Memo<Option<Shared<Figures>>>,
}

impl OneRun {
    fn new(lab: Lab) -> Self {
        let settings = lab.pick(|view| view.contrast.settings.clone());
        let experiment = Memo::new(move |_| Experiment::Contrast(settings.get()));
        let target = |experiment: &Experiment, _| match experiment {
            Experiment::Contrast(settings) => settings.steps,
            _ => 0,
        };
        let step = StepOf { get: |view| view.contrast.step, set: |view, step| view.contrast.step = step };
        let live = Live::new(lab, experiment, target, step);
        let figures = live.read(|training| match training {
            Training::Contrast(run) => run.figures.clone(),
            _ => Vec::new(),
        });
        OneRun {
            live,
            settings,
            parameters: live.read(|training| match training {
                Training::Contrast(run) => run.parameters,
                _ => 0,
            }),
            reports: live.read(|training| match training {
                Training::Contrast(run) => run.reports.clone(),
                _ => Vec::new(),
            }),
            figures,
            last: Memo::new(move |_| figures.with(|figures| figures.last().cloned())),
        }
    }

    pub fn is_joint(self) -> Memo<bool> {
        Memo::new(move |_| self.settings.with(|settings| settings.space == Space::Joint))
    }
}

#[component]
fn Run() -> impl IntoView {
    let run = OneRun::new(Lab::here());
    view! {
        <section class="stage contrast">
            <Modes />
            <Controls />
            <RunBar live=run.live />
            <Curves run />
            <MatrixPanel run />
            <div class="charts">
                <GeometryCurves run />
                <SpaceMap run />
            </div>
            <RetrievalTable run />
            <RunsSoFar />
            <WeightsButton live=run.live contestant=None name=Memo::new(move |_| run.settings.with(file_name)) />
        </section>
        <RunNotes run />
    }
}

/// What a file of weights is called.
fn file_name(settings: &ContrastSettings) -> String {
    let (space, seed) = (settings.space.name(), settings.seed);
    format!("contrast-{space}-seed-{seed}")
}
