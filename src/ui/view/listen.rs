//! What the room Listen shows, as it stands in an address.

use super::address::{put, set};
use crate::world::motion::SECONDS;

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ListenView {
    /// Where the clip stands.
    pub milliseconds: u16,
    /// Sources that are switched off: bits for as many objects as there may be, then those of ambience and noise.
    pub off: u8,
    /// The sentence that is judged; empty for one that is drawn.
    pub sentence: String,
}

impl ListenView {
    pub fn write(&self, write: &mut impl FnMut(&str, Option<String>, Option<String>)) {
        let number = |number: u16| (number > 0).then(|| number.to_string());
        write("ms", number(self.milliseconds), None);
        write("off", number(self.off.into()), None);
        write("sentence", Some(self.sentence.clone()).filter(|text| !text.is_empty()), None);
    }

    /// Takes one key in; whether its value can be used, and none where there is no such key.
    pub fn read(&mut self, key: &str, value: &str) -> Option<bool> {
        let within = |milliseconds: &u16| u32::from(*milliseconds) <= 1000 * SECONDS;
        Some(match key {
            "ms" => put(&mut self.milliseconds, value.parse().ok().filter(within)),
            "off" => put(&mut self.off, value.parse().ok().filter(|off| *off < 1 << 7)),
            "sentence" => set(&mut self.sentence, value),
            _ => return None,
        })
    }
}
