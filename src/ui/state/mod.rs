//! What the page knows of the engine: a pure state that commands and events change.
//!
//! [`UiState::ask`] notes a command and says what to send; [`UiState::apply`] takes a reply in and says what to send
//! next. Nothing here touches the browser, so that tests walk through whole conversations natively.

mod album;
mod asked;
mod engine;
#[cfg(test)]
mod fault_tests;
mod faults;
mod library;
mod parts;
mod shared;
#[cfg(test)]
mod tests;
mod training;

pub use album::{Album, Thumbnails};
pub use asked::{Asked, Phase};
pub use engine::Engine;
pub use parts::{Download, Embeddings, Writing};
pub use shared::Shared;
pub use training::{Compared, Contrast, Damages, Judgement, Objectives, Race, Runs, Training};

use crate::session::protocol::{
    Answer, Attention, Command, Effect, Event, Failure, KeptModel, Lane, Offer, Opened, Precision, Reply,
    Request, StepTime,
};
use asked::Turn;

/// One field per lane of the protocol.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct UiState {
    last_id: u32,
    /// The worker has stopped, and there is nobody to ask.
    is_dead: bool,
    pub load: Asked<Engine>,
    /// What the precision of the weights does to a model.
    pub compared: Asked<Vec<Effect>>,
    pub opened: Asked<Option<Opened>>,
    pub gallery: Asked<Embeddings>,
    pub text: Asked<Vec<f32>>,
    pub picture: Asked<Vec<f32>>,
    pub matched: Asked<Vec<f32>>,
    pub caption: Asked<Writing>,
    pub answer: Asked<Option<Answer>>,
    pub cross: Asked<Option<Attention>>,
    pub patches: Asked<Option<Attention>>,
    pub steps: Asked<Vec<StepTime>>,
    pub training: Asked<Runs>,
    pub damage: Asked<Damages>,
    pub weights: Asked<Vec<u8>>,
    pub texts: Asked<Vec<f32>>,
    pub labels: Asked<Vec<f32>>,
    pub album: Asked<Album>,
    /// Another page has changed the album after it was asked for.
    is_album_stale: bool,
    pub adding: Asked<()>,
    pub thumbnails: Asked<Thumbnails>,
    pub offer: Asked<Option<Offer>>,
    pub download: Asked<Option<Download>>,
    /// Names of kept checkpoints whose servers have other files by now.
    pub outdated: Asked<Vec<String>>,
    /// Bytes of the visitor's files that are kept, of how many.
    pub taken: Asked<(u64, u64)>,
    pub shelf: Asked<Vec<KeptModel>>,
    /// What is to be said beside the answers of a lane.
    pub notes: Vec<(Lane, String)>,
}

impl UiState {
    pub fn is_ready(&self) -> bool {
        self.load.phase == Phase::Done
    }

    /// Notes a command. Returns what to send: nothing where the same command is under way or answered, where the
    /// model is still loading, or where the worker has stopped.
    pub fn ask(&mut self, command: Command) -> Option<Request> {
        let lane = command.lane();
        if self.turn(lane).covers(&command) || self.is_told_by_an_action(&command) {
            return None;
        }
        let needs_model = lane != Lane::Load && !lane.is_of_library();
        let is_early = needs_model && !self.is_ready() || self.is_dead && lane != Lane::Load;
        let phase = if is_early { Phase::Waiting } else { Phase::Running };
        if lane == Lane::Load {
            self.load = Asked::default();
        }
        self.last_id += 1;
        let id = self.last_id;
        self.notes.retain(|(other, _)| *other != lane);
        let kept = Shared::new(command.clone());
        self.turn(lane).ask(id, kept, phase);
        (phase == Phase::Running).then_some(Request { id, command })
    }

    /// Asks once more what has failed on a lane.
    pub fn retry(&mut self, lane: Lane) -> Option<Request> {
        let command = self.turn(lane).failed()?;
        self.ask(Command::clone(&command))
    }

    /// The same; what it keeps is held in memory.
    pub fn retry_in_memory(&mut self, lane: Lane) -> Option<Request> {
        let command = self.turn(lane).failed()?.in_memory()?;
        self.ask(command)
    }

    /// Notes a failure that was found without asking the engine.
    pub fn refuse(&mut self, lane: Lane, failure: Failure) {
        self.last_id += 1;
        let id = self.last_id;
        self.turn(lane).refuse(id, failure);
    }

    /// Stops a lane; what it has shown so far stays. Training is paused: the step that was under way is still heard of.
    pub fn stop(&mut self, lane: Lane) -> Request {
        match lane {
            Lane::Train => self.training.pause(),
            // The photo that is being encoded may come into the album all the same.
            Lane::AddPhoto => self.adding.pause(),
            _ => self.turn(lane).stop(),
        }
        self.last_id += 1;
        Request { id: self.last_id, command: Command::Stop { lane } }
    }

    /// Takes a reply in. Returns the requests that waited for the model, once it is ready.
    pub fn apply(&mut self, Reply { id, event }: Reply) -> Vec<Request> {
        match event {
            Event::Ready(_) => {
                self.load.hear(id, Phase::Done, |engine| engine.hear(event));
                let mut requests = self.resend(|_| true);
                requests.extend(self.tell_of_the_album());
                return requests;
            }
            Event::Loading(_) | Event::Device(_) => {
                let phase = self.load.phase;
                self.load.hear(id, phase, |engine| engine.hear(event));
            }
            Event::Compared(effect) => self.weighed(id, effect),
            Event::Opened(opened) => self.opened.hear(id, Phase::Done, |value| *value = Some(opened)),
            Event::GalleryEncoded { from, pictures, texts } => self.encoded(id, from, &pictures, &texts),
            Event::TextEncoded(row) => self.text.hear(id, Phase::Done, |value| *value = row),
            Event::PictureEncoded(row) => self.picture.hear(id, Phase::Done, |value| *value = row),
            Event::Matched(all) => self.matched.hear(id, Phase::Done, |value| *value = all),
            Event::TokenWritten { position, token } => {
                self.caption.hear(id, Phase::Running, |writing| writing.write(position, token));
            }
            Event::Captioned { hypotheses } => {
                self.caption.hear(id, Phase::Done, |writing| writing.hypotheses = hypotheses);
            }
            Event::Answered(answer) => self.answer.hear(id, Phase::Done, |value| *value = Some(answer)),
            Event::CrossAttention(maps) => self.cross.hear(id, Phase::Done, |value| *value = Some(maps)),
            Event::SelfAttention(maps) => self.patches.hear(id, Phase::Done, |value| *value = Some(maps)),
            Event::StepsTimed(steps) => self.steps.hear(id, Phase::Done, |value| *value = steps),
            Event::Taught(lesson) => self.taught(id, lesson),
            Event::Trained { .. } => self.training.hear(id, Phase::Done, |_| {}),
            Event::Spoilt => self.damage.hear(id, Phase::Done, |_| {}),
            Event::Weights(bytes) => self.weights.hear(id, Phase::Done, |value| *value = bytes),
            Event::TextsEncoded(rows) => {
                for asked in [&mut self.texts, &mut self.labels] {
                    asked.hear(id, Phase::Done, |value| value.clone_from(&rows));
                }
            }
            Event::Album(part) => return self.album_came(id, part),
            Event::Waiting => {
                let phase = self.load.phase;
                self.load.hear(id, phase, |engine| engine.hear(event));
                self.download.hear(id, Phase::Running, |value| *value = Some(Download::Elsewhere));
            }
            Event::Changed(Lane::Album) => return self.album_changed(),
            Event::Changed(_) if self.shelf.command.is_some() => return self.look_at_the_shelf(),
            Event::Changed(_) => {}
            Event::Thumbnails(files) => {
                self.thumbnails.hear(id, Phase::Done, |thumbnails| thumbnails.extend(files));
            }
            Event::Offered(offer) => self.offered(id, offer),
            Event::Downloading(progress) => {
                self.download.hear(id, Phase::Running, |value| *value = Some(Download::Here(progress)));
            }
            Event::Outdated(names) => self.outdated.hear(id, Phase::Done, |value| *value = names),
            Event::Downloaded => return self.downloaded(id),
            Event::Taken { done, total } => {
                self.taken.hear(id, Phase::Done, |value| *value = (done, total));
                return if done == total { self.look_at_the_shelf() } else { Vec::new() };
            }
            Event::Noted(sentence) => self.noted(id, sentence),
            // Of two deletions the first may end last.
            Event::Shelf(_) if self.shelf.id() != id => return self.look_at_the_shelf(),
            Event::Shelf(models) => self.shelf.hear(id, Phase::Done, |value| *value = models),
            Event::Failed(failure) => self.fail(id, &failure),
        }
        Vec::new()
    }

    fn weighed(&mut self, id: u32, effect: Effect) {
        let is_last = Precision::ALL.last() == Some(&effect.precision);
        let phase = if is_last { Phase::Done } else { Phase::Running };
        self.compared.hear(id, phase, |all| {
            if all.iter().any(|earlier| earlier.precision == effect.precision) {
                all.clear();
            }
            all.push(effect);
        });
    }

    fn encoded(&mut self, id: u32, from: u32, pictures: &[f32], texts: &[f32]) {
        let Some(width) = self.load.value.model.as_ref().map(|model| model.embed_dim as usize) else {
            return;
        };
        let total = match self.gallery.command.as_deref() {
            Some(Command::EncodeGallery { pictures, .. }) => pictures.len(),
            _ => return,
        };
        let is_last = from as usize + pictures.len() / width >= total;
        let phase = if is_last { Phase::Done } else { Phase::Running };
        self.gallery.hear(id, phase, |rows| rows.extend(from, pictures, texts, width));
    }

    /// Sends what has waited on these lanes.
    fn resend(&mut self, is_of: impl Fn(Lane) -> bool) -> Vec<Request> {
        let sent =
            Lane::ALL.into_iter().filter(|&lane| lane != Lane::Load && is_of(lane)).filter_map(|lane| {
                let (id, command) = self.turn(lane).resend()?;
                Some(Request { id, command: Command::clone(&command) })
            });
        sent.collect()
    }

    fn turn(&mut self, lane: Lane) -> &mut dyn Turn {
        match lane {
            Lane::Load => &mut self.load,
            Lane::Compare => &mut self.compared,
            Lane::Open => &mut self.opened,
            Lane::Gallery => &mut self.gallery,
            Lane::Text => &mut self.text,
            Lane::Picture => &mut self.picture,
            Lane::Match => &mut self.matched,
            Lane::Caption => &mut self.caption,
            Lane::Ask => &mut self.answer,
            Lane::CrossAttention => &mut self.cross,
            Lane::SelfAttention => &mut self.patches,
            Lane::Steps => &mut self.steps,
            Lane::Train => &mut self.training,
            Lane::Sabotage => &mut self.damage,
            Lane::Weights => &mut self.weights,
            Lane::Texts => &mut self.texts,
            Lane::Labels => &mut self.labels,
            Lane::Album => &mut self.album,
            Lane::AddPhoto => &mut self.adding,
            Lane::Thumbnails => &mut self.thumbnails,
            Lane::Offer => &mut self.offer,
            Lane::Download => &mut self.download,
            Lane::Revalidate => &mut self.outdated,
            Lane::Take => &mut self.taken,
            Lane::Shelf => &mut self.shelf,
        }
    }
}
