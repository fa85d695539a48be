//! The rooms, a row of one table for each. `rooms.json` tells the build those that are served as files of their own.

use crate::ui::components::icon::Icon;
use strum::VariantArray;

/// The word is the path below the page's base.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, strum::Display, strum::EnumString, strum::VariantArray)]
#[strum(serialize_all = "lowercase")]
pub enum Room {
    #[strum(serialize = "")]
    Home,
    Lessons,
    Teachers,
    Retrieve,
    Caption,
    Attend,
    Ask,
    Listen,
    Space,
    Contrast,
    Fuse,
    Sabotage,
    Album,
    Models,
}

/// Under what the rooms stand in the rail and on Home; the name of a variant is its title.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr, strum::VariantArray)]
pub enum Group {
    Learn,
    Look,
    Train,
    Yours,
}

impl Group {
    pub fn title(self) -> &'static str {
        self.into()
    }

    pub fn rooms(self) -> impl Iterator<Item = Room> {
        Room::VARIANTS.iter().copied().filter(move |room| room.info().group == self)
    }
}

/// What a room is called, and what it has.
pub struct RoomInfo {
    pub title: &'static str,
    /// Below the title, in the room.
    pub subtitle: &'static str,
    /// What can be done there: on Home, and where a link to it is previewed.
    pub about: &'static str,
    pub group: Group,
    pub icon: Icon,
    /// Whether a picture lies on the stage; the other rooms have pictures of their own, or none.
    pub has_stage: bool,
}

impl Room {
    pub const fn info(self) -> RoomInfo {
        match self {
            Room::Home => RoomInfo {
                title: "Home",
                subtitle: "A laboratory of multimodal learning that runs in your browser",
                about: "What this page is, and where to begin.",
                group: Group::Learn,
                icon: Icon::Home,
                has_stage: true,
            },
            Room::Lessons => RoomInfo {
                title: "Lessons",
                subtitle: "Guided work in the rooms, for each section of the whitepaper",
                about: "Learn step by step: predict, run, check on your own figures.",
                group: Group::Learn,
                icon: Icon::Lessons,
                has_stage: false,
            },
            Room::Teachers => RoomInfo {
                title: "Teachers",
                subtitle: "Courses of 45 minutes, worksheets, a class table, and help for the classroom",
                about: "Plan a class: courses, worksheets with answers, and what can go wrong.",
                group: Group::Learn,
                icon: Icon::Teachers,
                has_stage: false,
            },
            Room::Retrieve => RoomInfo {
                title: "Retrieve",
                subtitle: "Six modalities in one embedding space, ranked by cosine similarity",
                about: "Search 256 clips by text, image, sound, video, table or graph.",
                group: Group::Look,
                icon: Icon::Retrieve,
                has_stage: true,
            },
            Room::Caption => RoomInfo {
                title: "Caption",
                subtitle: "A caption generated token by token, and where the model looked",
                about: "Generate a caption token by token, with the alternatives.",
                group: Group::Look,
                icon: Icon::Caption,
                has_stage: true,
            },
            Room::Attend => RoomInfo {
                title: "Attend",
                subtitle: "Attention maps of every layer and head",
                about: "See what attends to what, in every layer and head.",
                group: Group::Look,
                icon: Icon::Attend,
                has_stage: true,
            },
            Room::Ask => RoomInfo {
                title: "Ask",
                subtitle: "Questions about an image, and what the answer relies on",
                about: "Ask about an image, and test whether the answer relies on it.",
                group: Group::Look,
                icon: Icon::Ask,
                has_stage: true,
            },
            Room::Listen => RoomInfo {
                title: "Listen",
                subtitle: "Video and sound of one clip, in step",
                about: "See and hear what happens in a clip, source by source.",
                group: Group::Look,
                icon: Icon::Listen,
                has_stage: true,
            },
            Room::Space => RoomInfo {
                title: "Space",
                subtitle: "Images, text, sound, video, tables and graphs on one map",
                about: "See six modalities in one embedding space, and do arithmetic in it.",
                group: Group::Look,
                icon: Icon::Space,
                has_stage: true,
            },
            Room::Contrast => RoomInfo {
                title: "Contrast",
                subtitle: "Two encoders learn which caption belongs to which image",
                about: "Train a CLIP-style model from scratch.",
                group: Group::Train,
                icon: Icon::Contrast,
                has_stage: false,
            },
            Room::Fuse => RoomInfo {
                title: "Fuse",
                subtitle: "Fusion methods for image, text and sound, compared from the same seed",
                about: "Compare fusion methods, trained from the same seed.",
                group: Group::Train,
                icon: Icon::Fuse,
                has_stage: false,
            },
            Room::Sabotage => RoomInfo {
                title: "Sabotage",
                subtitle: "How accurate models stay when a modality is missing or corrupted",
                about: "Missing and corrupted modalities: which model still answers?",
                group: Group::Train,
                icon: Icon::Sabotage,
                has_stage: false,
            },
            Room::Album => RoomInfo {
                title: "Album",
                subtitle: "Your own photos, searched by text; nothing leaves this device",
                about: "Search and classify your own photos, which stay on this device.",
                group: Group::Yours,
                icon: Icon::Album,
                has_stage: false,
            },
            Room::Models => RoomInfo {
                title: "Models",
                subtitle: "The active model, and where it comes from",
                about: "Use a published CLIP, SigLIP or BLIP.",
                group: Group::Yours,
                icon: Icon::Models,
                has_stage: false,
            },
        }
    }

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_files_of_rooms_say_what_the_page_says() {
        let listed: serde_json::Value = serde_json::from_str(include_str!("rooms.json")).unwrap();
        let known = Room::VARIANTS.iter().filter(|room| **room != Room::Home).map(|room| {
            let RoomInfo { title, subtitle, about, has_stage, .. } = room.info();
            let room = room.to_string();
            serde_json::json!({
                "room": room, "title": title, "subtitle": subtitle, "about": about, "has_stage": has_stage
            })
        });
        assert_eq!(listed, known.collect::<serde_json::Value>());
    }

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
