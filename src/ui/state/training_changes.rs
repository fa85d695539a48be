//! What is heard of a run.

use super::request::Phase;
use super::ui_state::UiState;
use crate::session::protocol::{Command, TrainingUpdate};

impl UiState {
    pub(super) fn apply_training(&mut self, id: u32, update: TrainingUpdate) {
        match update {
            TrainingUpdate::Damage(damage) => {
                let command = self.damage.command.clone();
                let Some(Command::Sabotage { experiment, .. }) = command.as_deref() else { return };
                self.damage.apply(id, Phase::Running, |all| all.add(experiment, damage));
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
