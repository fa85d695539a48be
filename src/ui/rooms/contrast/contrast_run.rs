//! The run of the room.

use crate::lab::contrast::{ContrastEval, ContrastMetrics, ContrastSettings, Space};
use crate::session::protocol::Experiment;
use crate::ui::context::AppContext;
use crate::ui::memo::Memo;
use crate::ui::state::{LabRunState, Shared};
use crate::ui::training_run::{StepOf, TrainingRun};
use leptos::prelude::RwSignal;

/// What was measured on held-out pairs, in the order of the steps.
pub type Measured = Vec<Shared<ContrastEval>>;

/// The run that the address names, and what was heard of it.
#[derive(Clone, Copy)]
pub struct ContrastRun {
    pub training: TrainingRun,
    pub settings: Memo<ContrastSettings>,
    /// Number of weights.
    pub parameters: Memo<u32>,
    pub reports: Memo<Vec<ContrastMetrics>>,
    pub figures: Memo<Measured>,
    /// The visitor is moving the temperature.
    pub is_tau_moving: RwSignal<bool>,
    /// The newest of the figures.
    pub last: Memo<Option<Shared<ContrastEval>>>,
}

impl ContrastRun {
    pub fn new(app: AppContext) -> Self {
        let settings = app.pick(|view| view.contrast.settings.clone());
        let experiment = Memo::new(move |_| Experiment::Contrast(settings.get()));
        let target = |experiment: &Experiment, _| match experiment {
            Experiment::Contrast(settings) => settings.steps,
            _ => 0,
        };
        let step = StepOf { get: |view| view.contrast.step, set: |view, step| view.contrast.step = step };
        let training = TrainingRun::new(app, experiment, target, step);
        let figures = training.read(|state| match state {
            LabRunState::Contrast(run) => run.figures.clone(),
            _ => Vec::new(),
        });
        ContrastRun {
            training,
            settings,
            parameters: training.read(|state| match state {
                LabRunState::Contrast(run) => run.parameters,
                _ => 0,
            }),
            reports: training.read(|state| match state {
                LabRunState::Contrast(run) => run.reports.clone(),
                _ => Vec::new(),
            }),
            figures,
            is_tau_moving: RwSignal::new(false),
            last: Memo::new(move |_| figures.with(|figures| figures.last().cloned())),
        }
    }

    pub fn is_joint(self) -> Memo<bool> {
        Memo::new(move |_| self.settings.with(|settings| settings.space == Space::Joint))
    }
}
