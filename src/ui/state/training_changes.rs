//! What is heard of a run.

use super::request::Phase;
use super::ui_state::UiState;
use crate::session::protocol::{Command, TrainingUpdate};

impl UiState {
    pub(super) fn apply_training(&mut self, id: u32, update: TrainingUpdate) {
        match update {
            TrainingUpdate::CorruptionResult(result) => {
                let command = self.corrupted.command.clone();
                let Some(Command::Sabotage { experiment, .. }) = command.as_deref() else { return };
                self.corrupted.apply(id, Phase::Running, |all| all.add(experiment, result));
            }
            update => {
                let command = self.training.command.clone();
                let Some(Command::Train { experiment, .. }) = command.as_deref() else { return };
                let phase = self.training.phase;
                self.training.apply(id, phase, |runs| runs.apply(experiment, update));
            }
        }
    }
}
