//! What the room Listen shows, as it stands in an address.

use super::address::{flag, put, set};
use super::names::{Heard, ListenTask};
use crate::world::motion::{FRAMES_PER_SECOND, SECONDS};

/// Nothing is added from this signal-to-noise ratio on, in dB.
pub const CLEAN: i8 = 30;

/// Least signal-to-noise ratio, in dB.
pub const NOISIEST: i8 = -10;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListenView {
    /// Where the clip stands.
    pub milliseconds: u16,
    /// Sources that are switched off: bits for as many objects as there may be, then those of ambience and noise.
    pub off: u8,
    /// Signal-to-noise ratio of what is heard, in dB; without noise from [`CLEAN`] on.
    pub snr: i8,
    /// Whether the networks are given a grey video.
    pub blind: bool,
    /// The sentence that is judged; empty for one that is drawn.
    pub sentence: String,
    pub task: ListenTask,
    /// How many frames after the video the sound begins, at most a second's, in [`ListenTask::Sync`].
    pub offset: i8,
    /// The clip that is mixed in, by its index, in [`ListenTask::Separation`].
    pub other: u8,
    pub heard: Heard,
}

impl Default for ListenView {
    fn default() -> Self {
        ListenView {
            milliseconds: 0,
            off: 0,
            snr: CLEAN,
            blind: false,
            sentence: String::new(),
            task: ListenTask::default(),
            offset: 0,
            other: 0,
            heard: Heard::default(),
        }
    }
}

impl ListenView {
    pub fn write(&self, write: &mut impl FnMut(&str, Option<String>, Option<String>)) {
        let number = |number: u16| (number > 0).then(|| number.to_string());
        write("ms", number(self.milliseconds), None);
        write("off", number(self.off.into()), None);
        let named = |is_it: bool, name: String| is_it.then_some(name);
        write("snr", named(self.snr != CLEAN, self.snr.to_string()), None);
        write("blind", named(self.blind, "1".to_string()), None);
        write("task", named(self.task != ListenTask::Facts, self.task.to_string()), None);
        write("offset", named(self.offset != 0, self.offset.to_string()), None);
        write("other", named(self.other != 0, self.other.to_string()), None);
        write("heard", named(self.heard != Heard::Mixture, self.heard.to_string()), None);
        write("sentence", Some(self.sentence.clone()).filter(|text| !text.is_empty()), None);
    }

    /// Takes one key in; whether its value can be used, and none where there is no such key.
    pub fn read(&mut self, key: &str, value: &str) -> Option<bool> {
        let within = |milliseconds: &u16| u32::from(*milliseconds) <= 1000 * SECONDS;
        Some(match key {
            "ms" => put(&mut self.milliseconds, value.parse().ok().filter(within)),
            "off" => put(&mut self.off, value.parse().ok().filter(|off| *off < 1 << 7)),
            "snr" => {
                let within = |snr: &i8| (NOISIEST..=CLEAN).contains(snr);
                put(&mut self.snr, value.parse().ok().filter(within))
            }
            "blind" => put(&mut self.blind, flag(value)),
            "task" => set(&mut self.task, value),
            "offset" => {
                let within = |offset: &i8| u32::from(offset.unsigned_abs()) <= FRAMES_PER_SECOND;
                put(&mut self.offset, value.parse().ok().filter(within))
            }
            "other" => set(&mut self.other, value),
            "heard" => set(&mut self.heard, value),
            "sentence" => set(&mut self.sentence, value),
            _ => return None,
        })
    }
}
