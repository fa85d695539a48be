//! One loudspeaker for all sounds of a room.

use super::audio::Audio;
use crate::world::sound::SAMPLE_RATE;
use leptos::prelude::*;
use std::time::Duration;

/// Plays one sound at a time.
#[derive(Clone, Copy)]
pub struct Speaker {
    /// Which of the sounds is played, and how many were before.
    playing: RwSignal<Option<(u32, u32)>>,
    /// Whether the browser has refused to play.
    pub is_refused: RwSignal<bool>,
    /// Sounds of the room, and how many have been played.
    counts: StoredValue<(u32, u32)>,
    audio: StoredValue<Option<Audio>, LocalStorage>,
}

impl Speaker {
    /// That of the room which provides it.
    pub fn new() -> Self {
        let speaker = Speaker {
            playing: RwSignal::new(None),
            is_refused: RwSignal::new(false),
            counts: StoredValue::new((0, 0)),
            audio: StoredValue::new_local(None),
        };
        on_cleanup(move || speaker.stop());
        speaker
    }

    pub fn here() -> Self {
        expect_context()
    }

    /// A number for one more sound.
    pub fn number(self) -> u32 {
        self.counts.update_value(|(sounds, _)| *sounds += 1);
        self.counts.get_value().0
    }

    pub fn plays(self, sound: u32) -> bool {
        self.playing.get().is_some_and(|(playing, _)| playing == sound)
    }

    /// Plays a sound from its beginning, or stops it.
    pub fn toggle(self, sound: u32, samples: &[f32]) {
        let was_playing = self.playing.get_untracked().is_some_and(|(playing, _)| playing == sound);
        self.stop();
        if was_playing {
            return;
        }
        let played = self.audio.try_update_value(|audio| {
            if audio.is_none() {
                *audio = Some(Audio::new()?);
            }
            audio.as_mut().expect("it is there by now").play(samples, 0.0, 1.0)
        });
        self.is_refused.set(matches!(played, Some(Err(_))));
        self.counts.update_value(|(_, played)| *played += 1);
        let turn = Some((sound, self.counts.get_value().1));
        self.playing.set(turn);
        let end = move || {
            if self.playing.try_get_untracked() == Some(turn) {
                self.stop();
            }
        };
        set_timeout(end, Duration::from_secs_f64(samples.len() as f64 / f64::from(SAMPLE_RATE)));
    }

    fn stop(self) {
        // All are gone where the room is left.
        self.playing.try_set(None);
        self.audio.try_update_value(|audio| audio.iter_mut().for_each(Audio::stop));
    }
}
