//! The visitor's own recording, of which the networks hear two seconds. It never leaves the page.

mod decode;
mod nearest;
mod record;
mod source;

pub use nearest::OwnPanel;
pub use source::OwnSource;

use crate::session::protocol::{Failure, Recovery};
use crate::ui::state::Shared;
use crate::world::sound::SAMPLES;
use leptos::prelude::*;
use leptos::task::spawn_local;
use web_sys::File;

/// A sound that was opened or recorded.
pub struct Recording {
    pub name: String,
    /// Of all of it.
    pub seconds: f64,
    /// Its first two seconds in mono at 16 kHz, filled up with silence.
    pub samples: Shared<Vec<f32>>,
}

/// The page's, so that it stays when the room is left.
#[derive(Clone, Copy)]
pub struct OwnSound {
    pub recording: RwSignal<Option<Shared<Recording>>>,
    pub failure: RwSignal<Option<Failure>>,
    /// What is under way, in words.
    pub work: RwSignal<Option<&'static str>>,
    /// Rises with everything that is begun, so that what is slower does not come after it.
    turn: StoredValue<u32>,
}

impl OwnSound {
    pub fn new() -> Self {
        OwnSound {
            recording: RwSignal::new(None),
            failure: RwSignal::new(None),
            work: RwSignal::new(None),
            turn: StoredValue::new(0),
        }
    }

    /// That of this page.
    pub fn here() -> Self {
        expect_context()
    }

    /// What is played and shown of it: silence, while there is none.
    pub fn heard(self) -> Shared<Vec<f32>> {
        let silence = || Shared::new(vec![0.0; SAMPLES]);
        self.recording.with(|recording| recording.as_ref().map_or_else(silence, |of| of.samples.clone()))
    }

    pub fn open(self, file: File) {
        self.begin("Decoding …", async move { decode::file(&file).await });
    }

    pub fn record(self) {
        self.begin("Waiting for the microphone, then recording two seconds …", record::two_seconds());
    }

    fn begin(self, work: &'static str, sound: impl Future<Output = Result<Recording, Failure>> + 'static) {
        let turn = self.turn.get_value() + 1;
        self.turn.set_value(turn);
        self.failure.set(None);
        self.work.set(Some(work));
        spawn_local(async move {
            let sound = sound.await;
            if self.turn.get_value() != turn {
                return;
            }
            self.work.set(None);
            match sound {
                Ok(recording) => self.recording.set(Some(Shared::new(recording))),
                Err(failure) => self.failure.set(Some(failure)),
            }
        });
    }
}

fn refusal(sentence: String, detail: String) -> Failure {
    Failure { sentence, detail, recovery: Recovery::ChangeInput }
}
