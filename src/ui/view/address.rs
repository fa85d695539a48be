//! The view as an address below the page's base, and back.

use super::{Medium, RankBy, RetrieveMode, Room, View};
use crate::session::protocol::{DecodingChoice, Precision};
use std::str::FromStr;

const MAX_BEAM: u32 = 8;

/// A setting of an address that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misread {
    pub key: String,
    pub value: String,
    /// There is such a setting, but it has no such value.
    pub is_known: bool,
}

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
        write("lesson", self.lesson.as_ref().map(|place| place.to_string()), None);
        write("present", self.present.then(|| "1".into()), None);
        write("embed", self.embed.then(|| "1".into()), None);
        write("picture", Some(self.picture.to_string()), Some(plain.picture.to_string()));
        write("gallery", Some(self.gallery.to_string()), Some(plain.gallery.to_string()));
        write("edit", self.editing.then(|| "1".into()), None);
        match self.room {
            Room::Home | Room::Lessons | Room::Models => {}
            Room::Teachers => self.sheet.write(&mut write),
            Room::Album => self.album.write(&mut write),
            Room::Contrast => {
                self.contrast.write().into_iter().for_each(|(key, value)| write(key, Some(value), None));
            }
            Room::Retrieve => {
                write("by", Some(self.retrieve.to_string()), Some(plain.retrieve.to_string()));
                write("from", text(self.from.word()), text(plain.from.word()));
                write("to", text(self.to.word()), text(plain.to.word()));
                write("q", text(&self.query), text(""));
                write("rank", Some(self.rank_by.to_string()), Some(plain.rank_by.to_string()));
                // Of the other ranking no word can be pinned.
                let word = self.word.filter(|_| self.rank_by == RankBy::Late);
                write("word", word.map(|word| word.to_string()), None);
                write("rerank", self.rerank.then(|| "1".into()), None);
                write("temp", self.milli_temperature.map(|milli| decimal(milli, 3)), None);
                write("all", self.all_pairs.then(|| "1".into()), None);
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
            Room::Listen => self.listen.write(&mut write),
            Room::Space => self.space.write(&mut write),
            Room::Ask => {
                write("question", text(&self.question), text(""));
                write("sentence", text(&self.sentence), text(""));
            }
        }
        query.finish()
    }

    fn write_head(&self, write: &mut impl FnMut(&str, Option<String>, Option<String>)) {
        // Counted from one, as on the page.
        for (key, index) in [("layer-no", self.layer), ("head-no", self.head)] {
            write(key, index.map(|index| (index + 1).to_string()), None);
        }
        write("word", self.word.map(|word| word.to_string()), None);
    }

    /// Reads an address: the path below the base and the query without `?`. What it does not understand it leaves
    /// at the default.
    pub fn from_address(path: &str, query: &str) -> View {
        View::read_address(path, query).0
    }

    /// The same, with what it does not understand.
    pub fn read_address(path: &str, query: &str) -> (View, Vec<Misread>) {
        let mut view = View {
            room: path.trim_matches('/').to_ascii_lowercase().parse().unwrap_or(Room::Home),
            ..View::default()
        };
        let mut misread = Vec::new();
        for (key, value) in form_urlencoded::parse(query.trim_start_matches('?').as_bytes()) {
            let is_good = view.read(&key, &value);
            if is_good != Some(true) && !is_tracker(&key) {
                misread.push(Misread { key: key.into(), value: value.into(), is_known: is_good.is_some() });
            }
        }
        (view, misread)
    }

    /// Takes one key in; whether its value can be used, and none where there is no such key.
    fn read(&mut self, key: &str, value: &str) -> Option<bool> {
        let of_room = match self.room {
            Room::Contrast => self.contrast.read(key, value),
            Room::Teachers => self.sheet.read(key, value),
            Room::Album => self.album.read(key, value),
            Room::Listen => self.listen.read(key, value),
            Room::Space => self.space.read(key, value),
            _ => self.race_mut().and_then(|race| race.read(key, value)),
        };
        of_room.or_else(|| self.read_shared(key, value))
    }

    /// Older links name what is found, and by what, in one word.
    fn read_task(&mut self, value: &str) -> bool {
        let pair = match value {
            "words" => (Medium::Text, Medium::Image),
            "sentences" => (Medium::Image, Medium::Text),
            "pictures" => (Medium::Image, Medium::Image),
            mode => return set(&mut self.retrieve, mode),
        };
        (self.retrieve, (self.from, self.to)) = (RetrieveMode::Ranking, pair);
        true
    }

    fn read_shared(&mut self, key: &str, value: &str) -> Option<bool> {
        let index = || value.parse().ok().map(Some);
        // Such that one more still is a number.
        let from_zero = || value.parse::<u16>().ok().map(|index| Some(usize::from(index)));
        let from_one = || value.parse::<u32>().ok()?.checked_sub(1).map(|index| Some(index as usize));
        let temperature = |milli: Option<u32>| milli.filter(|milli| (1..=1000).contains(milli)).map(Some);
        Some(match key {
            "model" => set(&mut self.model, value),
            "weights" => {
                let named = Precision::ALL.into_iter().find(|precision| precision.name() == value);
                put(&mut self.weights, named)
            }
            "lesson" => put(&mut self.lesson, value.parse().ok().map(Some)),
            "present" => put(&mut self.present, flag(value)),
            "embed" => put(&mut self.embed, flag(value)),
            "picture" => set(&mut self.picture, value),
            "gallery" => set(&mut self.gallery, value),
            "edit" => put(&mut self.editing, flag(value)),
            "by" => self.read_task(value),
            "from" => set(&mut self.from, value),
            "to" => set(&mut self.to, value),
            "q" if self.room == Room::Retrieve => set(&mut self.query, value),
            "rank" => set(&mut self.rank_by, value),
            "all" => put(&mut self.all_pairs, flag(value)),
            "rerank" => put(&mut self.rerank, flag(value)),
            "temp" => put(&mut self.milli_temperature, temperature(parts(value, 3))),
            "pair" => put(&mut self.pair, pair_of(value).map(Some)),
            "decode" => put(&mut self.decoding, decoding_of(value)),
            "prefix" => set(&mut self.prefix, value),
            "text" => set(&mut self.text, value),
            "of" => set(&mut self.attending, value),
            "layer-no" => put(&mut self.layer, from_one()),
            "head-no" => put(&mut self.head, from_one()),
            "word" => put(&mut self.word, index()),
            "patch" => put(&mut self.patch, index()),
            "question" => set(&mut self.question, value),
            "sentence" => set(&mut self.sentence, value),
            // As older links have them: in thousandths, and counted from zero.
            "temperature" => put(&mut self.milli_temperature, temperature(value.parse().ok())),
            "layer" => put(&mut self.layer, from_zero()),
            "head" => put(&mut self.head, from_zero()),
            _ => return None,
        })
    }
}

/// Whether a key was added by whoever passed the link on.
fn is_tracker(key: &str) -> bool {
    key.starts_with("utm_") || key.ends_with("clid")
}

/// Takes a value over, if there is one; whether there is.
pub(super) fn put<T>(field: &mut T, value: Option<T>) -> bool {
    let is_good = value.is_some();
    if let Some(value) = value {
        *field = value;
    }
    is_good
}

pub(super) fn set<T: FromStr>(field: &mut T, value: &str) -> bool {
    put(field, value.parse().ok())
}

pub(super) fn flag(value: &str) -> Option<bool> {
    match value {
        "1" => Some(true),
        "0" => Some(false),
        _ => None,
    }
}

/// `0.070` for 70 thousandths, which have three digits.
pub(super) fn decimal(parts: u32, digits: usize) -> String {
    let scale = 10_u32.pow(digits as u32);
    format!("{}.{:0digits$}", parts / scale, parts % scale)
}

/// And back: 70 for `0.07`. None where that is no decimal number, or has more digits.
pub(super) fn parts(value: &str, digits: usize) -> Option<u32> {
    let (whole, rest) = value.split_once('.').unwrap_or((value, ""));
    let rest = rest.trim_end_matches('0');
    if rest.len() > digits || !rest.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let rest: u32 = format!("{rest:0<digits$}").parse().ok()?;
    whole.parse::<u32>().ok()?.checked_mul(10_u32.pow(digits as u32))?.checked_add(rest)
}

fn pair_of(value: &str) -> Option<(usize, usize)> {
    let (text, picture) = value.split_once('-')?;
    Some((text.parse().ok()?, picture.parse().ok()?))
}

/// `greedy`, `beam-3`, or `sampling-0.800-7` for a temperature of 0.8 and seed 7.
fn name_of(decoding: DecodingChoice) -> String {
    match decoding {
        DecodingChoice::Own => "own".into(),
        DecodingChoice::Greedy => "greedy".into(),
        DecodingChoice::Beam { width } => format!("beam-{width}"),
        DecodingChoice::Sample { temperature, seed } => format!("sampling-{temperature:.3}-{seed}"),
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
        (name @ ("sampling" | "sample"), Some(temperature), Some(seed)) => {
            // Older links say `sample` and mean thousandths.
            let milli = if name == "sample" { temperature.parse().ok() } else { parts(temperature, 3) };
            let milli = milli.filter(|milli| (1..=2000).contains(milli))?;
            Some(DecodingChoice::Sample { temperature: milli as f32 / 1000.0, seed: seed.parse().ok()? })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::{
        Attending, Heard, LessonPlace, ListenTask, ListenView, PictureName, SheetView, SpaceMode,
        attribute_of,
    };
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
            from: Medium::Sound,
            to: Medium::Graph,
            query: "a red & blue circle?".into(),
            rerank: true,
            milli_temperature: Some(70),
            pair: Some((3, 200)),
            all_pairs: true,
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
        let mut listen = View { room: Room::Listen, ..View::default() };
        listen.listen = ListenView {
            milliseconds: 530,
            off: 33,
            snr: -5,
            blind: true,
            sentence: "two hits".into(),
            task: ListenTask::Separation,
            offset: -3,
            other: 7,
            heard: Heard::Unseen,
        };
        let mut space = View { room: Room::Space, ..View::default() };
        (space.space.mode, space.space.point) = (SpaceMode::Coordinated, Some((12, Medium::Sound)));
        (space.space.minus, space.space.plus) = (attribute_of("red"), attribute_of("ring"));
        let sentence = "two hearts".into();
        let ask =
            View { room: Room::Ask, question: "is it red?".into(), sentence, embed: true, ..View::default() };
        let lesson = Some(LessonPlace { id: "gates".into(), step: 1 });
        let lessons = View { room: Room::Lessons, lesson, present: true, ..View::default() };
        let sheet = SheetView { lesson: Some("gates".into()), answers: true };
        let teachers = View { room: Room::Teachers, sheet, ..View::default() };
        let mut sabotage = View { room: Room::Sabotage, ..View::default() };
        (sabotage.sabotage.step, sabotage.sabotage.percent) = (400, 75);
        let mut contrast = View { room: Room::Contrast, ..View::default() };
        (contrast.contrast.step, contrast.contrast.settings.batch) = (30, 16);
        for view in
            [retrieve, caption, attend, ask, listen, space, sabotage, contrast, album, lessons, teachers]
        {
            assert_eq!(there_and_back(&view), view, "{}", view.to_address());
        }
    }

    #[test]
    fn nonsense_in_an_address_is_left_out_and_told() {
        let query = "picture=nonsense&decode=beam-900&temp=0&pair=1&layer-no=0&by=&unknown=1&word=-3&utm_source=a&fbclid=b";
        let (view, misread) = View::read_address("no-such-room", query);
        assert_eq!(view, View::default());
        let keys: Vec<_> = misread.iter().map(|misread| misread.key.as_str()).collect();
        assert_eq!(keys, ["picture", "decode", "temp", "pair", "layer-no", "by", "unknown", "word"]);
        let unknown: Vec<_> = misread.iter().filter(|misread| !misread.is_known).collect();
        assert_eq!(unknown, [&Misread { key: "unknown".into(), value: "1".into(), is_known: false }]);
        for (room, query) in [
            ("retrieve", "from=smell&to=&by=words-and-pictures"),
            ("fuse", "batch=0&task=1-2&with=late.nobody"),
            ("contrast", "batch=1&space=outer&hard=2"),
            ("listen", "ms=2001&off=128&loud=1"),
            ("listen", "offset=9&task=none&heard=all"),
            ("space", "space=flat&point=3&minus=large"),
            ("teachers", "sheet=../a&answers=yes&course=1"),
        ] {
            assert_eq!(View::read_address(room, query).1.len(), 3, "{room}");
        }
        assert_eq!(View::read_address("retrieve", "q=%FF&rerank=0&layer-no=1").1, []);
    }

    #[test]
    fn older_links_mean_what_they_meant() {
        for (room, old, new) in [
            ("retrieve", "temperature=1000", "temp=1.000"),
            ("retrieve", "by=sentences", "from=image&to=text"),
            ("retrieve", "by=pictures&picture=1-3", "picture=1-3&from=image"),
            ("caption", "decode=sample-800-7&layer=0&head=2", "decode=sampling-0.800-7&layer-no=1&head-no=3"),
            ("contrast", "tau=70&rate=900", "temp=0.070&lr=0.000900"),
            ("contrast", "race-rate=500", "race-lr=0.000500"),
            ("fuse", "rate=300&modulation=1", "lr=0.000300&alpha=0.1"),
        ] {
            let (view, misread) = View::read_address(room, old);
            assert_eq!(misread, [], "{room}?{old}");
            assert_eq!(view.to_address(), format!("{room}?{new}"));
            assert_eq!(there_and_back(&view), view);
        }
    }

    #[test]
    fn decimals_are_read_to_the_last_digit() {
        for (text, read) in
            [("0.07", Some(70)), ("1", Some(1000)), ("0.0700", Some(70)), ("12.5", Some(12_500))]
        {
            assert_eq!(parts(text, 3), read, "{text}");
        }
        for wrong in ["", ".", "-1", "1e3", "0.0001", "0.x", "4294968", "1.2.3"] {
            assert_eq!(parts(wrong, 3), None, "{wrong}");
        }
        assert_eq!(decimal(1, 6), "0.000001");
    }

    #[test]
    fn an_address_names_rooms_by_words() {
        let view =
            View { room: Room::Caption, decoding: DecodingChoice::Beam { width: 3 }, ..View::default() };
        assert_eq!(view.to_address(), "caption?decode=beam-3");
    }
}
