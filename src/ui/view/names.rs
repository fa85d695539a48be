//! The choices of a view, each with the word that names it in the address.

use std::fmt;
use std::str::FromStr;

/// A choice among a few that the address names by a word.
macro_rules! choice {
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name { $($variant),+ }

        impl $name {
            pub const ALL: [Self; [$($word),+].len()] = [$(Self::$variant),+];
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str(match self { $(Self::$variant => $word),+ })
            }
        }

        impl FromStr for $name {
            type Err = ();

            fn from_str(word: &str) -> Result<Self, ()> {
                Self::ALL.into_iter().find(|choice| choice.to_string() == word).ok_or(())
            }
        }
    };
}

choice!(
    /// The word is the path below the page's base.
    Room {
        Home = "",
        Retrieve = "retrieve",
        Caption = "caption",
        Attend = "attend",
        Ask = "ask",
        Contrast = "contrast",
        Fuse = "fuse",
        Sabotage = "sabotage",
        Album = "album",
        Models = "models",
    }
);

choice!(
    /// What is looked for with what.
    RetrieveMode { Words = "words", Sentences = "sentences", Pictures = "pictures", Matrix = "matrix", Map = "map" }
);

choice!(
    /// Whose attention is shown.
    Attending { Decoder = "decoder", Matcher = "matcher", Patches = "patches" }
);

choice!(
    /// What the room Contrast trains.
    ContrastMode { Run = "run", Objectives = "objectives" }
);

impl Room {
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
