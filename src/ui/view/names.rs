//! The choices of a view, each with the word that names it in the address.

use std::fmt;
use std::str::FromStr;
use strum::VariantArray;

/// The word is the path below the page's base.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, strum::Display, strum::EnumString, strum::VariantArray)]
#[strum(serialize_all = "lowercase")]
pub enum Room {
    #[strum(serialize = "")]
    Home,
    Retrieve,
    Caption,
    Attend,
    Ask,
    Contrast,
    Fuse,
    Sabotage,
    Album,
    Models,
}

/// What is looked for with what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, strum::Display, strum::EnumString)]
#[strum(serialize_all = "lowercase")]
pub enum RetrieveMode {
    Words,
    Sentences,
    Pictures,
    Matrix,
    Map,
}

/// Whose attention is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, strum::Display, strum::EnumString)]
#[strum(serialize_all = "lowercase")]
pub enum Attending {
    Decoder,
    Matcher,
    Patches,
}

/// What the room Contrast trains.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, strum::Display, strum::EnumString)]
#[strum(serialize_all = "lowercase")]
pub enum ContrastMode {
    Run,
    Objectives,
}

impl Room {
    /// The room whose word is nearest to a path that names none; none where the path names one.
    pub fn nearest(path: &str) -> Option<Room> {
        let path = path.trim_matches('/').to_ascii_lowercase();
        // The files that a host answers with.
        if path.parse::<Room>().is_ok() || ["index.html", "404.html"].contains(&path.as_str()) {
            return None;
        }
        let distance = |room: &Room| {
            let word = room.to_string();
            path.split('/').map(|part| edits(part, &word)).min().filter(|edits| *edits <= word.len() / 2)
        };
        let near = Room::VARIANTS.iter().filter_map(|&room| Some((distance(&room)?, room)));
        // Home's word is empty: nothing is like it, and it stands for what is like no room.
        Some(near.min_by_key(|(distance, _)| *distance).map_or(Room::Home, |(_, room)| room))
    }

    /// Whether a picture lies on the stage; the other rooms have pictures of their own, or none.
    pub const fn has_stage(self) -> bool {
        !matches!(self, Room::Contrast | Room::Fuse | Room::Sabotage | Room::Album | Room::Models)
    }

    pub const fn title(self) -> &'static str {
        match self {
            Room::Home => "Home",
            Room::Retrieve => "Retrieve",
            Room::Caption => "Caption",
            Room::Attend => "Attend",
            Room::Ask => "Ask",
            Room::Contrast => "Contrast",
            Room::Fuse => "Fuse",
            Room::Sabotage => "Sabotage",
            Room::Album => "Album",
            Room::Models => "Models",
        }
    }
}

/// Levenshtein's distance in bytes.
fn edits(from: &str, to: &str) -> usize {
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (i, a) in from.bytes().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in to.bytes().enumerate() {
            let replaced = diagonal + usize::from(a != b);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[to.len()]
}

/// Which picture lies on the stage.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum PictureName {
    /// Scene `index` of split `test` under a seed: `7-0`.
    Seeded { seed: u64, index: u64 },
    /// A scene by its own code, as the editor makes them.
    Coded(String),
    /// The visitor's own file, which no link can carry.
    Own,
}

impl fmt::Display for PictureName {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            PictureName::Seeded { seed, index } => write!(f, "{seed}-{index}"),
            PictureName::Coded(code) => f.write_str(code),
            PictureName::Own => f.write_str("own"),
        }
    }
}

impl FromStr for PictureName {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        if text == "own" {
            return Ok(PictureName::Own);
        }
        if let Some((seed, index)) = text.split_once('-')
            && let (Ok(seed), Ok(index)) = (seed.parse(), index.parse())
        {
            return Ok(PictureName::Seeded { seed, index });
        }
        crate::world::Scene::from_code(text).map(|_| PictureName::Coded(text.into())).map_err(|_| ())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_that_names_no_room_is_near_one() {
        for (path, room) in [
            ("captoin", Room::Caption),
            ("Retreive/", Room::Retrieve),
            ("rooms/albums", Room::Album),
            ("asks", Room::Ask),
            ("wp-login.php", Room::Home),
            ("zzz", Room::Home),
        ] {
            assert_eq!(Room::nearest(path), Some(room), "{path}");
        }
    }

    #[test]
    fn a_path_that_names_a_room_is_known() {
        for path in ["", "/", "caption", "caption/", "Models", "index.html", "404.html"] {
            assert_eq!(Room::nearest(path), None, "{path}");
        }
    }

    #[test]
    fn edits_are_counted() {
        for (from, to, count) in
            [("", "ask", 3), ("ask", "", 3), ("kitten", "sitting", 3), ("fuse", "fuse", 0)]
        {
            assert_eq!(edits(from, to), count, "{from} {to}");
        }
    }
}
