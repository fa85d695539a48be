//! One lane of the conversation with the engine.

use super::shared::Shared;
use crate::session::protocol::{Command, Failure};

/// How far the newest request of a lane has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Phase {
    #[default]
    Unasked,
    /// Asked before the model was ready; it is sent then.
    Waiting,
    /// Sent; the value may still be that of an earlier request.
    Running,
    Done,
    /// Stopped by the visitor; what came before stays.
    Stopped,
    Failed,
}

/// What was asked on a lane and what has come of it. The value of an earlier request stays until the newer one
/// replaces it or fails, so that a view never goes blank in between.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RequestState<T> {
    id: u32,
    pub phase: Phase,
    /// The newest command.
    pub command: Option<Shared<Command>>,
    /// The command that `value` belongs to.
    pub answered: Option<Shared<Command>>,
    pub value: Shared<T>,
    pub failure: Option<Failure>,
}

impl<T: Clone> RequestState<T> {
    /// Whether `value` is the whole answer to the newest command.
    pub fn is_settled(&self) -> bool {
        self.phase == Phase::Done
    }

    /// Whether an answer is awaited.
    pub fn is_busy(&self) -> bool {
        matches!(self.phase, Phase::Waiting | Phase::Running)
    }

    /// Whether `value` belongs to the newest command, be it complete or not.
    pub fn is_current(&self) -> bool {
        self.answered.is_some() && self.answered == self.command
    }

    /// Whether this very command has failed.
    pub fn has_failed(&self, command: &Command) -> bool {
        self.phase == Phase::Failed && self.command.as_deref() == Some(command)
    }

    /// The whole answer to this very command; none while another one is asked or answered.
    pub fn answer_to(&self, command: &Command) -> Option<&T> {
        (self.is_settled() && self.answered.as_deref() == Some(command)).then_some(&*self.value)
    }

    /// The work is stopped, but what it has done since is still to be heard.
    pub(super) fn pause(&mut self) {
        if self.is_busy() {
            self.phase = Phase::Stopped;
        }
    }

    /// The engine that gave the answers is gone, and what they were about with it: a request that is still under way will
    /// be sent again, any other can be asked anew.
    pub(super) fn forget(&mut self)
    where
        T: Default,
    {
        if self.is_busy() {
            self.value = Shared::default();
            self.answered = None;
        } else {
            *self = RequestState::default();
        }
    }

    /// What was answered has to be asked again once the model is ready.
    pub(super) fn renew(&mut self) {
        if matches!(self.phase, Phase::Running | Phase::Done) {
            self.phase = Phase::Waiting;
        }
    }

    /// Takes an event of request `id` in; events of superseded requests change nothing.
    pub(super) fn apply(&mut self, id: u32, phase: Phase, change: impl FnOnce(&mut T)) {
        if self.id == id && self.phase != Phase::Failed {
            self.value.change(change);
            self.answered = self.command.clone();
            self.phase = phase;
        }
    }
}

/// What every lane does, whatever its answers are.
pub(super) trait AnyRequestState {
    fn id(&self) -> u32;
    /// Whether this very command is under way, or is a question that is answered.
    fn covers(&self, command: &Command) -> bool;
    fn ask(&mut self, id: u32, command: Shared<Command>, phase: Phase);
    /// The command that was sent and is not answered yet.
    fn under_way(&self) -> Option<Shared<Command>>;
    /// The command that has failed.
    fn failed(&self) -> Option<Shared<Command>>;
    /// The awaited answer is no longer wanted.
    fn stop(&mut self);
    fn fail(&mut self, id: u32, failure: &Failure);
    /// As if request `id` had been sent and had failed.
    fn refuse(&mut self, id: u32, failure: Failure);
    /// A request that was under way has to be sent again.
    fn wait(&mut self);
    /// As if nothing had ever been asked.
    fn clear(&mut self);
    /// What has waited for the model to be ready.
    fn resend(&mut self) -> Option<(u32, Shared<Command>)>;
}

impl<T: Clone + Default> AnyRequestState for RequestState<T> {
    fn id(&self) -> u32 {
        self.id
    }

    fn covers(&self, command: &Command) -> bool {
        let is_standing = self.is_busy() || self.is_settled() && !command.is_action();
        is_standing && self.command.as_ref().is_some_and(|request| **request == *command)
    }

    fn ask(&mut self, id: u32, command: Shared<Command>, phase: Phase) {
        self.id = id;
        self.command = Some(command);
        self.phase = phase;
        self.failure = None;
    }

    fn under_way(&self) -> Option<Shared<Command>> {
        self.command.clone().filter(|_| self.phase == Phase::Running)
    }

    fn failed(&self) -> Option<Shared<Command>> {
        self.command.clone().filter(|_| self.phase == Phase::Failed)
    }

    fn stop(&mut self) {
        self.id = 0;
        self.phase = Phase::Stopped;
    }

    fn fail(&mut self, id: u32, failure: &Failure) {
        if self.id == id {
            // It would be read as the answer to what has failed.
            let is_of_another = !self.is_current();
            if is_of_another && self.command.as_ref().is_some_and(|command| command.lane().is_of_answers()) {
                self.value = Shared::default();
                self.answered = None;
            }
            self.failure = Some(failure.clone());
            self.phase = Phase::Failed;
        }
    }

    fn refuse(&mut self, id: u32, failure: Failure) {
        self.id = id;
        self.command = None;
        self.fail(id, &failure);
    }

    fn wait(&mut self) {
        if self.phase == Phase::Running {
            self.phase = Phase::Waiting;
        }
    }

    fn clear(&mut self) {
        *self = RequestState::default();
    }

    fn resend(&mut self) -> Option<(u32, Shared<Command>)> {
        if self.phase != Phase::Waiting {
            return None;
        }
        self.phase = Phase::Running;
        self.command.clone().map(|command| (self.id, command))
    }
}
