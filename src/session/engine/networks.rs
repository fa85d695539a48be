//! The networks that hear and see a clip, each fetched when it is first needed.

use std::collections::HashMap;

use super::emit::Emit;
use super::failure::unusable;
use super::small_file::{damaged, fetch, unloaded};
use crate::infer::VisionLanguageModel;
use crate::infer::audiovisual::Network;
use crate::model::audiovisual::Task;
use crate::session::host::Host;
use crate::session::protocol::{ClipTask, Failure};

#[derive(Default)]
pub(crate) struct Networks {
    /// The folder of Playroom's files; none of another model, whose states they do not read.
    url: Option<String>,
    loaded: HashMap<Task, Network>,
}

impl Networks {
    /// Those that lie beside Playroom's own files.
    pub(super) fn beside(url: &str) -> Self {
        Networks { url: Some(url.trim_end_matches('/').to_string()), loaded: HashMap::new() }
    }

    /// Fetches and loads the first that is needed and not there; whether there was one. A failure leaves all as it was.
    pub(super) async fn fetch_missing(
        &mut self,
        host: &impl Host,
        model: &VisionLanguageModel,
        needed: &[Task],
        emit: Emit<'_>,
    ) -> Result<bool, Failure> {
        let Some(task) = needed.iter().find(|task| !self.loaded.contains_key(task)) else { return Ok(false) };
        let (Some(url), Some((config, _))) = (&self.url, model.playroom()) else {
            let sentence = "Only Playroom has networks for this.";
            return Err(unusable(sentence, String::new()));
        };
        let (name, what) = (format!("{task}.safetensors"), format!("network for {}", told(*task)));
        let file = fetch(host, url, &name, &what, emit).await?;
        let network = Network::load(model.device(), &file, *task).map_err(|error| unloaded(&what, error))?;
        network.expect_model(config).map_err(|reason| damaged(&what, reason))?;
        self.loaded.insert(*task, network);
        Ok(true)
    }

    /// Of a task whose network has been fetched.
    pub(super) fn of(&mut self, task: Task) -> &mut Network {
        self.loaded.get_mut(&task).expect("what is missing is fetched first")
    }
}

/// The networks that a task needs.
pub(super) fn needed(task: ClipTask) -> &'static [Task] {
    match task {
        ClipTask::Source { .. } => &[Task::Source],
        ClipTask::Sync => &[Task::Events, Task::Sync],
        ClipTask::Events => &[Task::Events],
        ClipTask::Separation => &[Task::Separation],
    }
}

fn told(task: Task) -> &'static str {
    match task {
        Task::Source => "sound sources",
        Task::Sync => "synchronisation",
        Task::Events => "hits",
        Task::Separation => "separation",
        Task::Reconstruction => "reconstruction",
    }
}
