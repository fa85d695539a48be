//! What the visitor looks at, as the address bar tells it.

mod address;
mod album;
mod contrast;
mod lesson;
mod listen;
mod names;
mod race;
mod rooms;
mod sheet;
mod space;

pub use address::Misread;
pub use album::AlbumView;
pub use contrast::ContrastView;
pub use lesson::LessonPlace;
pub use listen::{CLEAN, ListenView, NOISIEST};
pub use names::{Attending, ContrastMode, Heard, ListenTask, Medium, PictureName, RankBy, RetrieveMode};
pub use race::{LONGEST, RaceView};
pub use rooms::{Group, Room, RoomInfo};
pub use sheet::SheetView;
pub use space::{KINDS, SpaceMode, SpaceView, attribute_of};

use crate::session::protocol::{DecodingChoice, Precision};

/// Everything that a link reopens. Defaults are left out of the address.
#[derive(Debug, Clone, PartialEq)]
pub struct View {
    pub room: Room,
    /// The lesson beside the room.
    pub lesson: Option<LessonPlace>,
    /// As projected: larger type, nothing beside the stage.
    pub present: bool,
    /// Within another page: the stage alone.
    pub embed: bool,
    /// The active checkpoint, as [`crate::io::hub::Source::name`] has it; empty for Playroom.
    pub model: String,
    /// In which the device keeps the checkpoint's matrices.
    pub weights: Precision,
    pub picture: PictureName,
    /// Whether the objects of the picture can be changed.
    pub editing: bool,
    /// The seed of the gallery's scenes, all of split `test`.
    pub gallery: u64,
    pub retrieve: RetrieveMode,
    /// By what the gallery is searched, and what is found.
    pub from: Medium,
    pub to: Medium,
    pub query: String,
    pub rank_by: RankBy,
    pub rerank: bool,
    /// Whether all modalities are compared with all.
    pub all_pairs: bool,
    /// Temperature of the softmax over the gallery, in thousandths; `None` is the model's own.
    pub milli_temperature: Option<u32>,
    /// The pair (sentence, picture) that is pinned in the matrix or on the map.
    pub pair: Option<(usize, usize)>,
    pub decoding: DecodingChoice,
    /// What the caption has to begin with.
    pub prefix: String,
    /// The text whose words attend; empty stands for the scene's own full caption.
    pub text: String,
    pub attending: Attending,
    pub layer: Option<usize>,
    pub head: Option<usize>,
    /// The pinned word: of the query in Retrieve, of the caption in Caption, of the text in Attend.
    pub word: Option<usize>,
    pub patch: Option<usize>,
    pub question: String,
    pub sentence: String,
    pub listen: ListenView,
    pub space: SpaceView,
    pub contrast: ContrastView,
    pub fuse: RaceView,
    pub sabotage: RaceView,
    pub album: AlbumView,
    pub sheet: SheetView,
}

impl Default for View {
    fn default() -> Self {
        View {
            room: Room::Home,
            lesson: None,
            present: false,
            embed: false,
            model: String::new(),
            weights: Precision::F32,
            picture: PictureName::Seeded { seed: GALLERY_SEED, index: 0 },
            editing: false,
            gallery: GALLERY_SEED,
            retrieve: RetrieveMode::Ranking,
            from: Medium::Text,
            to: Medium::Image,
            query: String::new(),
            rank_by: RankBy::Cosine,
            rerank: false,
            all_pairs: false,
            milli_temperature: None,
            pair: None,
            decoding: DecodingChoice::Own,
            prefix: String::new(),
            text: String::new(),
            attending: Attending::Decoder,
            layer: None,
            head: None,
            word: None,
            patch: None,
            question: String::new(),
            sentence: String::new(),
            listen: ListenView::default(),
            space: SpaceView::default(),
            contrast: ContrastView::default(),
            fuse: RaceView::fuse(),
            sabotage: RaceView::sabotage(),
            album: AlbumView::default(),
            sheet: SheetView::default(),
        }
    }
}

const GALLERY_SEED: u64 = 1;

impl View {
    /// What an address shows, on the same page: in the same lesson, as projected or within another page.
    pub fn at(&self, address: &str) -> View {
        let (path, query) = address.split_once('?').unwrap_or((address, ""));
        let View { lesson, present, embed, .. } = self.clone();
        View { lesson, present, embed, ..View::from_address(path, query) }
    }

    /// Whether the room Retrieve ranks the gallery for this pair.
    pub fn finds(&self, from: Medium, to: Medium) -> bool {
        self.retrieve == RetrieveMode::Ranking && (self.from, self.to) == (from, to)
    }

    /// The race of the room, in the rooms that have one.
    pub fn race(&self) -> Option<&RaceView> {
        match self.room {
            Room::Fuse => Some(&self.fuse),
            Room::Sabotage => Some(&self.sabotage),
            _ => None,
        }
    }

    /// The same, to be changed.
    pub fn race_mut(&mut self) -> Option<&mut RaceView> {
        match self.room {
            Room::Fuse => Some(&mut self.fuse),
            Room::Sabotage => Some(&mut self.sabotage),
            _ => None,
        }
    }
}
