//! The view as an address below the page's base, and back.

use super::{Room, View};
use crate::session::protocol::{DecodingChoice, Precision};
use std::str::FromStr;

const MAX_BEAM: u32 = 8;

impl View {
    /// `caption?picture=7-0&decode=beam-3`: the room's word and what differs from the default.
    pub fn to_address(&self) -> String {
        let query = self.to_query();
        if query.is_empty() { self.room.to_string() } else { format!("{}?{query}", self.room) }
    }

    fn to_query(&self) -> String {
        let plain = View::default();
        let mut query = form_urlencoded::Serializer::new(String::new());
        let mut write = |key: &str, value: Option<String>, default: Option<String>| {
            if value != default
                && let Some(value) = value
            {
                query.append_pair(key, &value);
            }
        };
        let text = |value: &str| Some(value.to_owned());
        write("model", text(&self.model), text(""));
        if !self.model.is_empty() {
            write("weights", text(self.weights.name()), text(plain.weights.name()));
        }
        write("picture", Some(self.picture.to_string()), Some(plain.picture.to_string()));
        write("gallery", Some(self.gallery.to_string()), Some(plain.gallery.to_string()));
        write("edit", self.editing.then(|| "1".into()), None);
        match self.room {
            Room::Home | Room::Models => {}
            Room::Album => self.album.write(&mut write),
            Room::Contrast => {
                self.contrast.write().into_iter().for_each(|(key, value)| write(key, Some(value), None));
            }
            Room::Retrieve => {
                write("by", Some(self.retrieve.to_string()), Some(plain.retrieve.to_string()));
                write("q", text(&self.query), text(""));
                write("rerank", self.rerank.then(|| "1".into()), None);
                write("temperature", self.milli_temperature.map(|milli| milli.to_string()), None);
                write("pair", self.pair.map(|(text, picture)| format!("{text}-{picture}")), None);
            }
            Room::Caption => {
                write("decode", Some(name_of(self.decoding)), Some(name_of(plain.decoding)));
                write("prefix", text(&self.prefix), text(""));
                self.write_head(&mut write);
            }
            Room::Attend => {
                write("of", Some(self.attending.to_string()), Some(plain.attending.to_string()));
                write("text", text(&self.text), text(""));
                write("patch", self.patch.map(|patch| patch.to_string()), None);
                self.write_head(&mut write);
            }
            Room::Fuse | Room::Sabotage => {
                let usual = View { room: self.room, ..View::default() };
                if let (Some(own), Some(usual)) = (self.race(), usual.race()) {
                    own.write(usual).into_iter().for_each(|(key, value)| write(key, Some(value), None));
                }
            }
            Room::Ask => {
                write("question", text(&self.question), text(""));
                write("sentence", text(&self.sentence), text(""));
            }
        }
        query.finish()
    }

    fn write_head(&self, write: &mut impl FnMut(&str, Option<String>, Option<String>)) {
        for (key, value) in [("layer", self.layer), ("head", self.head), ("word", self.word)] {
            write(key, value.map(|value| value.to_string()), None);
        }
    }

    /// Reads an address: the path below the base and the query without `?`. What it does not understand it leaves
    /// at the default.
    pub fn from_address(path: &str, query: &str) -> View {
        let mut view = View {
            room: path.trim_matches('/').to_ascii_lowercase().parse().unwrap_or(Room::Home),
            ..View::default()
        };
        for (key, value) in form_urlencoded::parse(query.trim_start_matches('?').as_bytes()) {
            view.read(&key, &value);
        }
        view
    }

    fn read(&mut self, key: &str, value: &str) {
        if let Some(race) = self.race_mut() {
            race.read(key, value);
        }
        if self.room == Room::Contrast {
            self.contrast.read(key, value);
        }
        if self.room == Room::Album {
            self.album.read(key, value);
        }
        match key {
            "model" => self.model = value.into(),
            "weights" => {
                let named = Precision::ALL.into_iter().find(|precision| precision.name() == value);
                self.weights = named.unwrap_or_default();
            }
            "picture" => set(&mut self.picture, value),
            "gallery" => set(&mut self.gallery, value),
            "edit" => self.editing = value == "1",
            "by" => set(&mut self.retrieve, value),
            "q" if self.room == Room::Retrieve => self.query = value.into(),
            "rerank" => self.rerank = value == "1",
            "temperature" => {
                self.milli_temperature = value.parse().ok().filter(|milli| (1..=1000).contains(milli))
            }
            "pair" => self.pair = pair_of(value),
            "decode" => self.decoding = decoding_of(value).unwrap_or(self.decoding),
            "prefix" => self.prefix = value.into(),
            "text" => self.text = value.into(),
            "of" => set(&mut self.attending, value),
            "layer" => self.layer = value.parse().ok(),
            "head" => self.head = value.parse().ok(),
            "word" => self.word = value.parse().ok(),
            "patch" => self.patch = value.parse().ok(),
            "question" => self.question = value.into(),
            "sentence" => self.sentence = value.into(),
            _ => {}
        }
    }
}

fn set<T: FromStr>(field: &mut T, value: &str) {
    if let Ok(value) = value.parse() {
        *field = value;
    }
}

fn pair_of(value: &str) -> Option<(usize, usize)> {
    let (text, picture) = value.split_once('-')?;
    Some((text.parse().ok()?, picture.parse().ok()?))
}

/// `greedy`, `beam-3`, or `sample-800-7` for a temperature of 0.8 and seed 7.
fn name_of(decoding: DecodingChoice) -> String {
    match decoding {
        DecodingChoice::Own => "own".into(),
        DecodingChoice::Greedy => "greedy".into(),
        DecodingChoice::Beam { width } => format!("beam-{width}"),
        DecodingChoice::Sample { temperature, seed } => format!("sample-{:.0}-{seed}", temperature * 1000.0),
    }
}

fn decoding_of(name: &str) -> Option<DecodingChoice> {
    let mut words = name.split('-');
    match (words.next()?, words.next(), words.next()) {
        ("greedy", None, None) => Some(DecodingChoice::Greedy),
        ("beam", Some(width), None) => {
            let width = width.parse().ok().filter(|width| (1..=MAX_BEAM).contains(width))?;
            Some(DecodingChoice::Beam { width })
        }
        ("sample", Some(milli), Some(seed)) => {
            let milli = milli.parse::<u32>().ok().filter(|milli| (1..=2000).contains(milli))?;
            Some(DecodingChoice::Sample { temperature: milli as f32 / 1000.0, seed: seed.parse().ok()? })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Attending, PictureName, RetrieveMode};
    use super::*;

    fn there_and_back(view: &View) -> View {
        let address = view.to_address();
        let (path, query) = address.split_once('?').unwrap_or((&address, ""));
        View::from_address(path, query)
    }

    #[test]
    fn the_default_view_is_the_bare_page() {
        assert_eq!(View::default().to_address(), "");
        assert_eq!(View::from_address("/", ""), View::default());
    }

    #[test]
    fn a_link_reopens_what_was_shown() {
        let retrieve = View {
            room: Room::Retrieve,
            retrieve: RetrieveMode::Matrix,
            query: "a red & blue circle?".into(),
            rerank: true,
            milli_temperature: Some(70),
            pair: Some((3, 200)),
            gallery: 12,
            ..View::default()
        };
        let caption = View {
            room: Room::Caption,
            picture: PictureName::Seeded { seed: u64::MAX, index: 3 },
            decoding: DecodingChoice::Sample { temperature: 0.8, seed: 7 },
            prefix: "a large".into(),
            word: Some(2),
            editing: true,
            ..View::default()
        };
        let attend = View {
            room: Room::Attend,
            attending: Attending::Patches,
            text: "a star".into(),
            layer: Some(2),
            head: Some(0),
            patch: Some(63),
            ..View::default()
        };
        let mut album = View { room: Room::Album, model: "openai/clip@v1".into(), ..View::default() };
        album.album.query = "a dog -snow".into();
        album.album.labels = "dog, cat".into();
        let sentence = "two hearts".into();
        let ask = View { room: Room::Ask, question: "is it red?".into(), sentence, ..View::default() };
        let mut sabotage = View { room: Room::Sabotage, ..View::default() };
        (sabotage.sabotage.step, sabotage.sabotage.percent) = (400, 75);
        let mut contrast = View { room: Room::Contrast, ..View::default() };
        (contrast.contrast.step, contrast.contrast.settings.batch) = (30, 16);
        for view in [retrieve, caption, attend, ask, sabotage, contrast, album] {
            assert_eq!(there_and_back(&view), view, "{}", view.to_address());
        }
    }

    #[test]
    fn nonsense_in_an_address_is_left_out() {
        let query = "picture=nonsense&decode=beam-900&temperature=0&pair=1&layer=x&by=&unknown=1&word=-3";
        assert_eq!(View::from_address("no-such-room", query), View::default());
    }

    #[test]
    fn an_address_names_rooms_by_words() {
        let view =
            View { room: Room::Caption, decoding: DecodingChoice::Beam { width: 3 }, ..View::default() };
        assert_eq!(view.to_address(), "caption?decode=beam-3");
    }
}
