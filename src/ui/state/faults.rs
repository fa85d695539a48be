//! What becomes of the conversation when a part of the other side fails, or is another one.

use super::request::{AnyRequestState, Phase, RequestState};
use super::ui_state::UiState;
use crate::session::protocol::{Command, Failure, Lane, Recovery, Request};

impl UiState {
    /// A new worker has been started: it knows no model and no run, and whatever was awaited waits for the model. Returns what needs
    /// none.
    pub fn restart(&mut self) -> Vec<Request> {
        self.is_dead = false;
        self.load = RequestState::default();
        self.training.forget();
        self.corrupted.forget();
        self.weights.forget();
        self.steps.forget();
        for &lane in Lane::ALL {
            self.request(lane).wait();
        }
        self.resend(Lane::is_of_library)
    }

    /// Another model is to speak: what was said of the one before is forgotten, and what the visitor has opened is opened for
    /// the new one.
    pub fn change_model(&mut self) {
        self.notes.clear();
        for &lane in Lane::ALL.iter().filter(|lane| !lane.is_of_library()) {
            match lane {
                Lane::Open => self.opened.renew(),
                // What was measured of a model stays true of it.
                Lane::Compare if self.compared.is_settled() => {}
                lane => self.request(lane).clear(),
            }
        }
    }

    /// The worker itself stopped: loading has failed, and whatever was asked of a model waits for the next start. What handled foreign
    /// files may be what stopped it, and is not done again unasked.
    pub fn crash(&mut self, detail: String) {
        let failure = |sentence, recovery| Failure { sentence, detail: detail.clone(), recovery };
        let stopped = || "The engine stopped unexpectedly.".to_string();
        for lane in [Lane::Offer, Lane::Download, Lane::Import, Lane::Open, Lane::AddPhoto] {
            let turn = self.request(lane);
            let Some(command) = turn.under_way() else { continue };
            let failure = match &*command {
                Command::Open { name, .. } => failure(stopped_at(name), Recovery::Retry),
                // The other photos go on without it.
                Command::AddPhoto { photo, .. } => failure(stopped_at(&photo.name), Recovery::ChangeInput),
                _ => failure(stopped(), Recovery::Retry),
            };
            turn.fail(turn.id(), &failure);
        }
        (self.load.phase, self.load.failure) = (Phase::Failed, Some(failure(stopped(), Recovery::Reload)));
        self.is_dead = true;
        self.await_model();
    }

    pub(super) fn fail(&mut self, id: u32, failure: &Failure) {
        for &lane in Lane::ALL {
            self.request(lane).fail(id, failure);
        }
        if self.load.id() == id {
            self.await_model();
        }
    }

    /// Loading has failed: what is asked of a model waits for the next one.
    fn await_model(&mut self) {
        for &lane in Lane::ALL.iter().filter(|lane| !lane.is_of_library()) {
            self.request(lane).wait();
        }
    }

    /// A sentence beside the answer to request `id`.
    pub(super) fn noted(&mut self, id: u32, sentence: String) {
        let lane = Lane::ALL.iter().copied().find(|&lane| self.request(lane).id() == id);
        let note = lane.map(|lane| (lane, sentence)).filter(|note| !self.notes.contains(note));
        self.notes.extend(note);
    }
}

fn stopped_at(file: &str) -> String {
    format!("The engine stopped at the file {file}.")
}
