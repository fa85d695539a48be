//! The visitor's own recording, of which the networks hear and see two seconds. It never leaves the page.

mod decode;
mod hits;
mod media;
mod nearest;
mod panel;
mod record;
mod source;
mod stage;
mod video;

pub use panel::OwnPanel;
pub use source::OwnSource;
pub use stage::OwnStage;

use crate::session::protocol::{Failure, Modality, Pixels, Recovery};
use crate::ui::state::Shared;
use crate::world::sound::SAMPLES;
use leptos::prelude::*;
use leptos::task::spawn_local;
use web_sys::File;

/// A sound, a video or both, opened or recorded.
pub struct Recording {
    pub name: String,
    /// Of all of it.
    pub seconds: f64,
    /// Its first two seconds in mono at 16 kHz, filled up with silence.
    pub sound: Option<Shared<Vec<f32>>>,
    /// Its first two seconds as [`Input::Video`](crate::session::protocol::Input::Video).
    pub frames: Option<Shared<Vec<Pixels>>>,
    /// Why it is not heard or not seen.
    pub note: Option<String>,
}

/// The page's, so that it stays when the room is left.
#[derive(Clone, Copy)]
pub struct OwnRecording {
    pub recording: RwSignal<Option<Shared<Recording>>>,
    /// By which of the two a recording that has both is compared.
    pub by: RwSignal<Modality>,
    pub failure: RwSignal<Option<Failure>>,
    /// What is under way, in words.
    pub work: RwSignal<Option<&'static str>>,
    /// Rises with everything that is begun, so that what is slower does not come after it.
    turn: StoredValue<u32>,
}

impl OwnRecording {
    pub fn new() -> Self {
        OwnRecording {
            recording: RwSignal::new(None),
            by: RwSignal::new(Modality::Motion),
            failure: RwSignal::new(None),
            work: RwSignal::new(None),
            turn: StoredValue::new(0),
        }
    }

    /// That of this page.
    pub fn here() -> Self {
        expect_context()
    }

    /// What is played and shown of it: silence, where there is none.
    pub fn heard(self) -> Shared<Vec<f32>> {
        let silence = || Shared::new(vec![0.0; SAMPLES]);
        self.recording
            .with(|recording| recording.as_ref().and_then(|of| of.sound.clone()))
            .unwrap_or_else(silence)
    }

    /// What is seen of it.
    pub fn frames(self) -> Option<Shared<Vec<Pixels>>> {
        self.recording.with(|recording| recording.as_ref().and_then(|of| of.frames.clone()))
    }

    pub fn open_sound(self, file: File) {
        self.begin("Decoding …", async move { decode::file(&file.name(), &file).await });
    }

    pub fn open_video(self, file: File) {
        self.begin("Decoding …", async move { video::file(&file.name(), &file).await });
    }

    pub fn record_sound(self) {
        self.begin("Waiting for the microphone, then recording two seconds …", record::sound());
    }

    pub fn record_video(self) {
        self.begin("Waiting for the camera, then recording two seconds …", record::video());
    }

    fn begin(self, work: &'static str, found: impl Future<Output = Result<Recording, Failure>> + 'static) {
        let turn = self.turn.get_value() + 1;
        self.turn.set_value(turn);
        self.failure.set(None);
        self.work.set(Some(work));
        spawn_local(async move {
            let found = found.await;
            if self.turn.get_value() != turn {
                return;
            }
            self.work.set(None);
            match found {
                Ok(recording) => self.recording.set(Some(Shared::new(recording))),
                Err(failure) => self.failure.set(Some(failure)),
            }
        });
    }
}

fn refusal(sentence: String, detail: String) -> Failure {
    Failure { sentence, detail, recovery: Recovery::ChangeInput }
}
