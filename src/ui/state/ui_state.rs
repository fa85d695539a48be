//! What the page knows of the engine: a pure state that commands and events change.
//!
//! [`UiState::ask`] notes a command and says what to send; [`UiState::apply`] takes a reply in and says what to send
//! next. Nothing in it touches the browser, so that tests walk through whole conversations natively.

use super::album::{Album, Thumbnails};
use super::engine::Engine;
use super::parts::{Download, Embeddings, Writing};
use super::request::{AnyRequestState, Phase, RequestState};
use super::shared::Shared;
use super::training::{CorruptionResults, Runs};
use crate::session::protocol::{
    Answer, AttentionWeights, Command, Event, Failure, Lane, Offer, OpenedPicture, Pixels, Precision,
    PrecisionReport, Reply, Request, Spectrogram, StepTime, StoredModel, TaskOutput, WordAlignment,
};
use crate::ui::memo::Memo;
use leptos::prelude::{RwSignal, With};

/// Declares [`UiState`] and [`Requests`] from the lanes of the protocol, each with its name and with what is answered on it.
macro_rules! requests {
    ($($(#[$doc:meta])* $lane:ident => $name:ident: $value:ty,)*) => {
        /// One request for each lane of the protocol.
        #[derive(Debug, Clone, PartialEq, Default)]
        pub struct UiState {
            last_id: u32,
            /// The worker has stopped, and there is nobody to ask.
            pub(super) is_dead: bool,
            $($(#[$doc])* pub $name: RequestState<$value>,)*
            /// Another page has changed the album after it was asked for.
            pub(super) is_album_stale: bool,
            /// What is to be said beside the answers of a lane.
            pub notes: Vec<(Lane, String)>,
        }

        impl UiState {
            pub(super) fn request(&mut self, lane: Lane) -> &mut dyn AnyRequestState {
                match lane {
                    $(Lane::$lane => &mut self.$name,)*
                }
            }
        }

        /// The requests as views read them, each of which wakes its own readers only.
        #[derive(Clone, Copy)]
        pub struct Requests {
            $($(#[$doc])* pub $name: Memo<RequestState<$value>>,)*
        }

        impl Requests {
            pub fn of(state: RwSignal<UiState>) -> Self {
                Requests { $($name: Memo::new(move |_| state.with(|state| state.$name.clone())),)* }
            }
        }
    };
}

requests! {
    Load => load: Engine,
    /// What the precision of the weights does to a model.
    Compare => compared: Vec<PrecisionReport>,
    Open => opened: Option<OpenedPicture>,
    TextQuery => text_query: Embeddings,
    PictureQuery => picture_query: Embeddings,
    ClipQuery => clip_query: Embeddings,
    Terms => terms: Embeddings,
    Caption => caption: Writing,
    Ask => answer: Option<Answer>,
    CrossAttention => cross: Option<AttentionWeights>,
    SelfAttention => patches: Option<AttentionWeights>,
    WordAlignment => word_alignment: Option<WordAlignment>,
    Spectrogram => spectrogram: Option<Spectrogram>,
    ClipTask => clip_task: Option<TaskOutput>,
    Reconstruction => reconstruction: Option<Pixels>,
    Steps => steps: Vec<StepTime>,
    Match => matched: Vec<f32>,
    Weights => weights: Vec<u8>,
    Sabotage => corrupted: CorruptionResults,
    Search => search: Embeddings,
    Thumbnails => thumbnails: Thumbnails,
    Album => album: Album,
    Labels => labels: Embeddings,
    AddPhoto => adding: (),
    Gallery => gallery: Embeddings,
    Patches => gallery_patches: Embeddings,
    Sounds => gallery_sounds: Embeddings,
    Videos => gallery_videos: Embeddings,
    Tables => gallery_tables: Embeddings,
    Graphs => gallery_graphs: Embeddings,
    Train => training: Runs,
    Offer => offer: Option<Offer>,
    Download => download: Option<Download>,
    /// Names of stored checkpoints whose servers have other files by now.
    Revalidate => outdated: Vec<String>,
    /// Bytes of the visitor's files that are stored, of how many.
    Import => imported: (u64, u64),
    Models => models: Vec<StoredModel>,
}

impl UiState {
    pub fn is_ready(&self) -> bool {
        self.load.phase == Phase::Done
    }

    /// Notes a command. Returns what to send: nothing where the same command is under way or answered, where the
    /// model is still loading, or where the worker has stopped.
    pub fn ask(&mut self, command: Command) -> Option<Request> {
        let lane = command.lane();
        if self.request(lane).covers(&command) || self.is_covered_by_action(&command) {
            return None;
        }
        let needs_model = lane != Lane::Load && !lane.is_of_library();
        let is_early = needs_model && !self.is_ready() || self.is_dead && lane != Lane::Load;
        let phase = if is_early { Phase::Waiting } else { Phase::Running };
        if lane == Lane::Load {
            self.load = RequestState::default();
        }
        self.last_id += 1;
        let id = self.last_id;
        self.notes.retain(|(other, _)| *other != lane);
        let kept = Shared::new(command.clone());
        self.request(lane).ask(id, kept, phase);
        (phase == Phase::Running).then_some(Request { id, command })
    }

    /// Asks once more what has failed on a lane.
    pub fn retry(&mut self, lane: Lane) -> Option<Request> {
        let command = self.request(lane).failed()?;
        self.ask(Command::clone(&command))
    }

    /// The same; what it keeps is held in memory.
    pub fn retry_in_memory(&mut self, lane: Lane) -> Option<Request> {
        let command = self.request(lane).failed()?;
        self.ask(Command::clone(&command).in_memory()?)
    }

    /// Notes a failure that was found without asking the engine.
    pub fn refuse(&mut self, lane: Lane, failure: Failure) {
        self.last_id += 1;
        let id = self.last_id;
        self.request(lane).refuse(id, failure);
    }

    /// Stops a lane; what it has shown so far stays. Training is paused: the step that was under way is still heard of.
    pub fn stop(&mut self, lane: Lane) -> Request {
        match lane {
            Lane::Train => self.training.pause(),
            // The photo that is being encoded may come into the album all the same.
            Lane::AddPhoto => self.adding.pause(),
            _ => self.request(lane).stop(),
        }
        self.last_id += 1;
        Request { id: self.last_id, command: Command::Stop { lane } }
    }

    /// Takes a reply in. Returns the requests that waited for the model, once it is ready.
    pub fn apply(&mut self, Reply { id, event }: Reply) -> Vec<Request> {
        match event {
            Event::Ready(_) => {
                self.load.apply(id, Phase::Done, |engine| engine.apply(event));
                let mut requests = self.resend(|_| true);
                requests.extend(self.request_album());
                return requests;
            }
            Event::Loading(_) | Event::Device(_) => {
                let phase = self.load.phase;
                self.load.apply(id, phase, |engine| engine.apply(event));
            }
            // Whichever lane it is for: one file comes at a time.
            Event::Fetching(_) => self.load.value.change(|engine| engine.apply(event)),
            Event::Compared(report) => self.compared(id, report),
            Event::Opened(opened) => self.opened.apply(id, Phase::Done, |value| *value = Some(opened)),
            Event::Encoded { from, width, rows } => self.encoded(id, from as usize, width as usize, &rows),
            Event::Matched(all) => self.matched.apply(id, Phase::Done, |value| *value = all),
            Event::TokenWritten { position, token } => {
                self.caption.apply(id, Phase::Running, |writing| writing.write(position, token));
            }
            Event::Captioned { hypotheses } => {
                self.caption.apply(id, Phase::Done, |writing| writing.hypotheses = hypotheses);
            }
            Event::Answered(answer) => self.answer.apply(id, Phase::Done, |value| *value = Some(answer)),
            Event::CrossAttention(maps) => self.cross.apply(id, Phase::Done, |value| *value = Some(maps)),
            Event::SelfAttention(maps) => self.patches.apply(id, Phase::Done, |value| *value = Some(maps)),
            Event::WordsAligned(maps) => {
                self.word_alignment.apply(id, Phase::Done, |value| *value = Some(maps))
            }
            Event::Spectrogram(found) => {
                self.spectrogram.apply(id, Phase::Done, |value| *value = Some(found));
            }
            Event::TaskDone(output) => self.clip_task.apply(id, Phase::Done, |value| *value = Some(output)),
            Event::Reconstructed(picture) => {
                self.reconstruction.apply(id, Phase::Done, |value| *value = Some(picture));
            }
            Event::StepsTimed(steps) => self.steps.apply(id, Phase::Done, |value| *value = steps),
            Event::Training(update) => self.apply_training(id, update),
            Event::Trained { .. } => self.training.apply(id, Phase::Done, |_| {}),
            Event::CorruptionsEvaluated => self.corrupted.apply(id, Phase::Done, |_| {}),
            Event::Weights(bytes) => self.weights.apply(id, Phase::Done, |value| *value = bytes),
            Event::Album(part) => return self.apply_album_part(id, part),
            Event::Waiting => {
                let phase = self.load.phase;
                self.load.apply(id, phase, |engine| engine.apply(event));
                self.download.apply(id, Phase::Running, |value| *value = Some(Download::Elsewhere));
            }
            Event::Changed(Lane::Album) => return self.album_changed(),
            Event::Changed(_) if self.models.command.is_some() => return self.refresh_models(),
            Event::Changed(_) => {}
            Event::Thumbnails(files) => {
                self.thumbnails.apply(id, Phase::Done, |thumbnails| thumbnails.extend(files));
            }
            Event::Offered(offer) => self.offered(id, offer),
            Event::Downloading(progress) => {
                self.download.apply(id, Phase::Running, |value| *value = Some(Download::Here(progress)));
            }
            Event::Outdated(names) => self.outdated.apply(id, Phase::Done, |value| *value = names),
            Event::Downloaded => return self.downloaded(id),
            Event::Imported { done, total } => {
                self.imported.apply(id, Phase::Done, |value| *value = (done, total));
                return if done == total { self.refresh_models() } else { Vec::new() };
            }
            Event::Noted(sentence) => self.noted(id, sentence),
            // Of two deletions the first may end last.
            Event::Models(_) if self.models.id() != id => return self.refresh_models(),
            Event::Models(models) => self.models.apply(id, Phase::Done, |value| *value = models),
            Event::Failed(failure) => self.fail(id, &failure),
        }
        Vec::new()
    }

    fn compared(&mut self, id: u32, report: PrecisionReport) {
        let is_last = Precision::ALL.last() == Some(&report.precision);
        let phase = if is_last { Phase::Done } else { Phase::Running };
        self.compared.apply(id, phase, |all| {
            if all.iter().any(|earlier| earlier.precision == report.precision) {
                all.clear();
            }
            all.push(report);
        });
    }

    fn encoded(&mut self, id: u32, from: usize, width: usize, rows: &[f32]) {
        let lanes = [
            &mut self.text_query,
            &mut self.picture_query,
            &mut self.clip_query,
            &mut self.terms,
            &mut self.search,
            &mut self.labels,
            &mut self.gallery,
            &mut self.gallery_patches,
            &mut self.gallery_sounds,
            &mut self.gallery_videos,
            &mut self.gallery_tables,
            &mut self.gallery_graphs,
        ];
        let Some(request) = lanes.into_iter().find(|request| request.id() == id) else { return };
        let command = request.command.clone();
        let Some(Command::Encode { inputs, .. }) = command.as_deref() else { return };
        let is_last = from + rows.len().checked_div(width).unwrap_or(0) >= inputs.len();
        let phase = if is_last { Phase::Done } else { Phase::Running };
        request.apply(id, phase, |embeddings| embeddings.extend(from, rows, inputs, width));
    }

    /// Sends what has waited on these lanes.
    pub(super) fn resend(&mut self, is_of: impl Fn(Lane) -> bool) -> Vec<Request> {
        let lanes = Lane::ALL.iter().filter(|&&lane| lane != Lane::Load && is_of(lane));
        let sent = lanes.filter_map(|&lane| {
            let (id, command) = self.request(lane).resend()?;
            Some(Request { id, command: Command::clone(&command) })
        });
        sent.collect()
    }
}
