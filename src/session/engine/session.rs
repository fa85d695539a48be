//! The unfinished requests, and whose turn it is.

use std::collections::BTreeMap;

use super::compare::{CompareTask, ReclaimedState};
use super::load::Load;
use super::loaded::Loaded;
use super::task::EngineTask;
use crate::session::host::Host;
use crate::session::protocol::{Command, Event, Failure, Lane, ModelName, Recovery, Reply, Request};

/// The engine and its unfinished requests, at most one on each lane.
#[derive(Default)]
pub struct Session {
    loaded: Option<Loaded>,
    /// What was last asked to be loaded.
    requested: Option<Load>,
    /// What a comparison keeps while no model is loaded.
    spare: Option<ReclaimedState>,
    /// With the ids of their requests, the most urgent first.
    tasks: BTreeMap<Lane, (u32, EngineTask)>,
    /// Id of the last load: a lost device is reported on it.
    load_id: u32,
    /// Whether the page was told that there is no model, and will send what it wants of one to the next.
    is_lost: bool,
}

impl Session {
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes a request; it supersedes what its lane was doing.
    pub fn push(&mut self, request: Request) {
        let lane = request.command.lane();
        self.tasks.remove(&lane);
        if lane == Lane::Load {
            (self.load_id, self.is_lost) = (request.id, false);
            // What was asked of the model before cannot be answered by another.
            self.tasks.clear();
        }
        if self.is_lost {
            // Sent before the page heard of it.
            return;
        }
        let task = match (request.command, self.compared()) {
            (Command::Stop { lane: Lane::Compare }, Some(name)) => {
                EngineTask::Compare(CompareTask::stopped(name))
            }
            (Command::Stop { .. }, _) => return,
            (command, _) => EngineTask::new(command),
        };
        self.tasks.insert(lane, (request.id, task));
    }

    /// The model of which a comparison has left none in memory.
    fn compared(&self) -> Option<String> {
        match (&self.spare, &self.requested) {
            (Some(_), Some(Load { model: ModelName::Stored { name, .. }, .. })) => Some(name.clone()),
            _ => None,
        }
    }

    pub fn is_idle(&self) -> bool {
        self.tasks.is_empty()
    }

    /// Does one piece of work, some milliseconds long where the model is Playroom's; does nothing when idle.
    pub async fn step(&mut self, host: &impl Host) {
        let Some((lane, (id, mut task))) = self.tasks.pop_first() else { return };
        let emit = |event| host.emit(Reply { id, event });
        let result = match &mut task {
            EngineTask::Load(load, tries) => {
                (self.loaded, self.spare) = (None, None);
                self.requested = Some(load.clone());
                load.advance(host, tries, &emit).await.map(|loaded| {
                    self.loaded = loaded;
                    self.loaded.is_some()
                })
            }
            EngineTask::Compare(task) => {
                let requested = self.requested.as_ref().map(|load| &load.model);
                task.advance(host, requested, &mut self.loaded, &mut self.spare, &emit).await
            }
            task => match &mut self.loaded {
                Some(loaded) => task.advance(loaded, host, &emit).await,
                None => Err(Failure {
                    sentence: "The model is not loaded yet.".to_string(),
                    detail: String::new(),
                    recovery: Recovery::Retry,
                }),
            },
        };
        for notes in self.loaded.iter().map(|loaded| loaded.model.take_text_notes()) {
            notes.sentences().for_each(|sentence| emit(Event::Noted(format!("{sentence}."))));
        }
        if let Some(measurements) =
            self.loaded.as_ref().and_then(|loaded| loaded.model.device().take_measurements())
        {
            host.save_tuning(serde_json::to_string(&measurements).expect("plain data serialises"));
        }
        match result {
            Ok(true) => {}
            // A newer request cannot have come in between: they are pushed between steps.
            Ok(false) => drop(self.tasks.insert(lane, (id, task))),
            Err(failure) => {
                let is_lost = lane == Lane::Load || failure.recovery == Recovery::UseCpu;
                let id = if is_lost { self.load_id } else { id };
                host.emit(Reply { id, event: Event::Failed(failure) });
                if is_lost {
                    (self.loaded, self.is_lost) = (None, true);
                    self.tasks.clear();
                } else if let (Lane::Compare, None, Some(load)) = (lane, &self.loaded, &self.requested) {
                    // The form that failed took the device with it.
                    self.tasks.insert(Lane::Load, (self.load_id, EngineTask::Load(load.clone(), 0)));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::protocol::BackendChoice;

    /// The page sends them again once a model is ready: it has taken back all that was under way when it heard of the loss.
    #[test]
    fn what_comes_after_a_lost_device_waits_for_the_next_model() {
        let mut session = Session { is_lost: true, ..Session::new() };
        session.push(Request { id: 1, command: Command::query("a") });
        assert!(session.is_idle());
        let model = ModelName::Playroom { url: "m".into() };
        session.push(Request { id: 2, command: Command::Load { backend: BackendChoice::Cpu, model } });
        session.push(Request { id: 3, command: Command::query("a") });
        assert_eq!(session.tasks.len(), 2);
    }
}
