//! How the engine starts, and on what it runs.

use crate::order;
use crate::session::protocol::{DeviceReport, Event, FetchProgress, Loading, LoadingStage, ModelFacts};

/// The state of the engine as its events tell it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Engine {
    /// The newest progress of each stage that has begun, in the order of [`LoadingStage::ALL`].
    pub stages: Vec<Loading>,
    pub device: Option<DeviceReport>,
    pub model: Option<ModelFacts>,
    /// Another page has the files of the model.
    pub is_waiting: bool,
    /// The file of a small model that is on its way.
    pub fetching: Option<FetchProgress>,
}

impl Engine {
    pub(super) fn apply(&mut self, event: Event) {
        match event {
            Event::Loading(loading) => self.progress(loading),
            Event::Fetching(progress) => self.fetching = progress,
            Event::Waiting => self.is_waiting = true,
            Event::Device(report) => self.device = Some(report),
            Event::Ready(facts) => self.model = Some(facts),
            _ => {}
        }
    }

    fn progress(&mut self, loading: Loading) {
        self.is_waiting = false;
        let order = |stage| LoadingStage::ALL.iter().position(|&other| other == stage);
        match self.stages.iter_mut().find(|known| known.stage == loading.stage) {
            Some(known) => *known = loading,
            None => self.stages.push(loading),
        }
        order::sort_by_key(&mut self.stages, |known| order(known.stage));
    }

    /// How much of a stage is done, 0 to 1; a stage with a later one begun is done.
    pub fn fraction(&self, stage: LoadingStage) -> f32 {
        let Some(index) = self.stages.iter().position(|known| known.stage == stage) else {
            return if self.model.is_some() { 1.0 } else { 0.0 };
        };
        let known = self.stages[index];
        match known.total {
            _ if self.model.is_some() || index + 1 < self.stages.len() => 1.0,
            Some(total) if total > 0 => (known.done as f32 / total as f32).min(1.0),
            _ => 0.0,
        }
    }
}
