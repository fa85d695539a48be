//! The engine behind the protocol, as a state machine without transport: requests are pushed, and every step does one
//! short piece of the most urgent work. A newer request on a lane replaces the older one.

mod album;
mod answer;
mod attention;
mod caption;
mod compare;
mod describe;
mod facts;
mod input;
mod load;
mod matching;
mod model;
mod run;
mod task;
mod training;

use super::protocol::{Command, Event, Failure, Lane, ModelFacts, ModelName, Reply, Request, WayOn};
use crate::device::DeviceError;
use crate::eval::playroom::QuestionPrior;
use crate::infer::VisionLanguageModel as Model;
use crate::io::hub::{Fetch, Store};
use crate::io::picture::{Picture, PictureError};
use crate::pixels::Pixels;
use crate::precision::Precision;
use album::Album;
use compare::{Comparing, Spare};
use load::Load;
use run::Runs;
use std::io;
use std::time::Duration;
use task::Task;

/// What the engine needs of its surroundings.
pub trait Host {
    type Folder: Store;
    type Network: Fetch;
    /// A folder that nobody else touches until this is dropped.
    type Lock;

    /// Hands a reply over to the page.
    fn emit(&self, reply: Reply);

    /// What [`Host::keep`] was last given, on an earlier visit too.
    fn recall(&self) -> impl Future<Output = Option<String>>;

    /// Keeps a text for later visits; nothing is lost but time where it cannot be kept.
    fn keep(&self, text: String);

    /// The bytes behind a URL; `progress` is told how many have come, of how many where the server tells.
    fn fetch(
        &self,
        url: &str,
        progress: &mut dyn FnMut(u64, Option<u64>),
    ) -> impl Future<Output = Result<Vec<u8>, String>>;

    /// The picture in a file's bytes, upright and over white, by what [`Header`](crate::io::picture::Header) says of it.
    fn decode(&self, file: &[u8]) -> impl Future<Output = Result<Picture, PictureError>>;

    fn network(&self) -> Self::Network;

    /// A small file of the picture: JPEG, or PNG.
    fn encode(&self, picture: &Pixels) -> impl Future<Output = Result<Vec<u8>, String>>;

    /// The folder that the host keeps under a name of letters that are valid in file names; made where there is none.
    fn folder(&self, name: &str) -> impl Future<Output = io::Result<Self::Folder>>;

    /// The length of a file in a folder, whoever has it open; 0 where there is none.
    fn size(&self, folder: &str, file: &str) -> impl Future<Output = io::Result<u64>>;

    /// Waits until no other page of this browser, or process, has locked the folder of this name, and locks it. Every change
    /// of a folder happens under its lock.
    fn lock(&self, folder: &str) -> impl Future<Output = io::Result<Self::Lock>>;

    /// The same without waiting; none where the folder is locked.
    fn try_lock(&self, folder: &str) -> impl Future<Output = io::Result<Option<Self::Lock>>>;

    /// Lets some time pass.
    fn rest(&self, time: Duration) -> impl Future<Output = ()> {
        let network = self.network();
        async move { network.pause(time).await }
    }

    /// Tells the other pages of this browser that a folder has changed.
    fn tell(&self, folder: &str);

    /// Holds a folder in memory from now on, with what is kept of it.
    fn hold(&self, folder: &str) -> impl Future<Output = io::Result<()>>;

    /// Whether what is in the folder is there on the next visit; it is held in memory otherwise. A folder to which no disk is
    /// given is held in memory from the first [`Host::folder`] on.
    fn lasts(&self, folder: &str) -> bool;

    /// The names of all folders that are kept.
    fn folders(&self) -> impl Future<Output = io::Result<Vec<String>>>;

    /// Deletes a folder with what is in it.
    fn remove(&self, name: &str) -> impl Future<Output = io::Result<()>>;

    /// Bytes that may still come into the folder, where the host knows.
    fn space(&self, folder: &str) -> impl Future<Output = Option<u64>>;
}

/// Lanes by urgency: what a visitor waits for comes before what runs on in the background.
const URGENCY: [Lane; 20] = [
    Lane::Load,
    Lane::Compare,
    Lane::Open,
    Lane::Text,
    Lane::Picture,
    Lane::Caption,
    Lane::Ask,
    Lane::CrossAttention,
    Lane::SelfAttention,
    Lane::Steps,
    Lane::Match,
    Lane::Weights,
    Lane::Sabotage,
    Lane::Texts,
    Lane::Thumbnails,
    Lane::Album,
    Lane::Labels,
    Lane::AddPhoto,
    Lane::Gallery,
    Lane::Train,
];

/// What is loaded.
pub(crate) struct Loaded {
    /// As [`ModelName`](super::protocol::ModelName) has it; `Playroom`.
    pub name: String,
    pub precision: Precision,
    pub model: Model,
    /// 0 where the model has no space that pictures and words share.
    pub embed_dim: usize,
    /// As it was last read.
    pub album: Album,
    /// The blind baseline for questions; counted on first use.
    pub prior: Option<QuestionPrior>,
    pub runs: Runs,
}

impl Loaded {
    fn new(model: impl Into<Model>, facts: &ModelFacts) -> Self {
        Loaded {
            name: facts.name.clone(),
            precision: facts.precision,
            model: model.into(),
            embed_dim: facts.embed_dim as usize,
            album: Album::default(),
            prior: None,
            runs: Runs::default(),
        }
    }
}

/// The engine and its unfinished requests, at most one on each lane.
#[derive(Default)]
pub struct Session {
    loaded: Option<Loaded>,
    /// What was last asked to be loaded.
    asked: Option<Load>,
    /// What a comparison keeps while no model is loaded.
    spare: Option<Spare>,
    tasks: Vec<(u32, Lane, Task)>,
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
        self.tasks.retain(|(_, other, _)| *other != lane);
        if lane == Lane::Load {
            (self.load_id, self.is_lost) = (request.id, false);
            // What was asked of the model before cannot be answered by another.
            self.tasks.clear();
        }
        if self.is_lost {
            // Sent before the page heard of it.
            return;
        }
        if let (Command::Stop { lane: Lane::Compare }, Some(name)) = (&request.command, self.compared()) {
            self.tasks.push((request.id, lane, Task::Compare(Comparing::stopped(name))));
        } else if !matches!(request.command, Command::Stop { .. }) {
            self.tasks.push((request.id, lane, Task::new(request.command)));
        }
    }

    /// The model of which a comparison has left none in memory.
    fn compared(&self) -> Option<String> {
        match (&self.spare, &self.asked) {
            (Some(_), Some(Load { model: ModelName::Kept { name, .. }, .. })) => Some(name.clone()),
            _ => None,
        }
    }

    pub fn is_idle(&self) -> bool {
        self.tasks.is_empty()
    }

    /// Does one piece of work, some milliseconds long where the model is Playroom's; does nothing when idle.
    pub async fn step(&mut self, host: &impl Host) {
        let Some(at) =
            URGENCY.iter().find_map(|lane| self.tasks.iter().position(|(_, other, _)| other == lane))
        else {
            return;
        };
        let (id, lane, mut task) = self.tasks.swap_remove(at);
        let result = match &mut task {
            Task::Load(load, tries) => self.load(host, id, load, tries).await,
            Task::Compare(comparing) => {
                self.compare(host, comparing, &|event| host.emit(Reply { id, event })).await
            }
            task => match &mut self.loaded {
                Some(loaded) => task.advance(loaded, host, &|event| host.emit(Reply { id, event })).await,
                None => Err(Failure {
                    sentence: "The model is not loaded yet.".to_string(),
                    detail: String::new(),
                    way_on: WayOn::Retry,
                }),
            },
        };
        for cut in self.loaded.iter().flat_map(|loaded| loaded.model.take_cuts()) {
            host.emit(Reply { id, event: Event::Noted(format!("{cut}.")) });
        }
        if let Some(news) = self.loaded.as_ref().and_then(|loaded| loaded.model.device().news()) {
            host.keep(serde_json::to_string(&news).expect("plain data serialises"));
        }
        match result {
            Ok(true) => {}
            // A newer request cannot have come in between: they are pushed between steps.
            Ok(false) => self.tasks.push((id, lane, task)),
            Err(failure) => {
                let is_lost = lane == Lane::Load || failure.way_on == WayOn::UseCpu;
                let id = if is_lost { self.load_id } else { id };
                host.emit(Reply { id, event: Event::Failed(failure) });
                if is_lost {
                    (self.loaded, self.is_lost) = (None, true);
                    self.tasks.clear();
                } else if let (Lane::Compare, None, Some(load)) = (lane, &self.loaded, &self.asked) {
                    // The form that failed took the device with it.
                    self.tasks.push((self.load_id, Lane::Load, Task::Load(load.clone(), 0)));
                }
            }
        }
    }
}

impl From<DeviceError> for Failure {
    fn from(error: DeviceError) -> Self {
        let (sentence, way_on) = match &error {
            DeviceError::Lost(_) => ("The graphics device was lost; the CPU can go on.", WayOn::UseCpu),
            DeviceError::NoAdapter(_) => {
                ("This browser offers no WebGPU; the CPU can compute.", WayOn::UseCpu)
            }
            DeviceError::Gpu(_) => {
                ("The graphics device refused the work; the CPU can go on.", WayOn::UseCpu)
            }
            DeviceError::TooLarge { .. } => ("This is too large for the graphics device.", WayOn::UseCpu),
            DeviceError::Memory(_) | DeviceError::Exhausted { .. } => {
                ("This takes more memory than there is.", WayOn::ChangeInput)
            }
            DeviceError::NotFinite { .. } => {
                ("The model computes no finite numbers: its weights are damaged.", WayOn::ChangeInput)
            }
            DeviceError::Missing { .. } | DeviceError::Misshapen { .. } => {
                ("The weights do not belong to this model.", WayOn::Reload)
            }
        };
        Failure { sentence: sentence.to_string(), detail: error.to_string(), way_on }
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
        session.push(Request { id: 1, command: Command::EncodeText { text: "a".into() } });
        assert!(session.is_idle());
        let model = ModelName::Playroom { url: "m".into() };
        session.push(Request { id: 2, command: Command::Load { backend: BackendChoice::Cpu, model } });
        session.push(Request { id: 3, command: Command::EncodeText { text: "a".into() } });
        assert_eq!(session.tasks.len(), 2);
    }
}
