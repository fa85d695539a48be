//! The picture on the stage, and the gallery it may come from.

use super::state::Shared;
use super::view::PictureName;
use crate::session::protocol::Pixels;
use crate::world::language::full_caption;
use crate::world::render::{Mask, PIXELS};
use crate::world::{Scene, Split, render, splits};

/// Scenes in a gallery.
pub const GALLERY: u64 = 256;

/// A picture with what the world knows of it.
#[derive(Debug, Clone)]
pub struct StagePicture {
    pub name: PictureName,
    /// `None` for the visitor's own picture, about which nobody knows the truth.
    pub scene: Option<Scene>,
    pub pixels: Pixels,
    /// One per object of the scene.
    pub masks: Vec<Mask>,
}

impl StagePicture {
    pub fn of_scene(name: PictureName, scene: Scene) -> Self {
        let picture = render(&scene);
        StagePicture { name, scene: Some(scene), pixels: pixels_of(picture.rgb), masks: picture.masks }
    }

    pub fn of_upload(pixels: Pixels) -> Self {
        StagePicture { name: PictureName::Own, scene: None, pixels, masks: Vec::new() }
    }

    /// The picture of a name; the visitor's own must be at hand.
    pub fn find(name: &PictureName, own: Option<&Pixels>) -> Option<Self> {
        let scene = match name {
            PictureName::Seeded { seed, index } => splits::scene(Split::Test, *seed, *index),
            PictureName::Coded(code) => Scene::from_code(code).ok()?,
            PictureName::Own => return own.cloned().map(StagePicture::of_upload),
        };
        Some(StagePicture::of_scene(name.clone(), scene))
    }
}

/// The pixels of a picture of the world.
pub fn pixels_of(rgb: Vec<u8>) -> Pixels {
    Pixels { width: PIXELS as u32, height: PIXELS as u32, rgb }
}

/// The scenes of split `test` under a seed, each with a full caption, as far as they have been drawn.
#[derive(Debug, Clone, Default)]
pub struct Gallery {
    pub seed: u64,
    pub pictures: Vec<Shared<StagePicture>>,
    pub captions: Vec<String>,
}

impl Gallery {
    pub fn new(seed: u64) -> Self {
        Gallery { seed, ..Gallery::default() }
    }

    pub fn is_whole(&self) -> bool {
        self.pictures.len() as u64 == GALLERY
    }

    /// Draws a few more scenes: rendering them all at once would hold the page up.
    pub fn grow(&mut self, count: usize) {
        let end = GALLERY.min((self.pictures.len() + count) as u64);
        for index in self.pictures.len() as u64..end {
            let name = PictureName::Seeded { seed: self.seed, index };
            let scene = splits::scene(Split::Test, self.seed, index);
            self.captions.push(full_caption(&scene).text);
            self.pictures.push(Shared::new(StagePicture::of_scene(name, scene)));
        }
    }

    /// Where a picture stands in this gallery.
    pub fn position(&self, name: &PictureName) -> Option<usize> {
        match *name {
            PictureName::Seeded { seed, index }
                if seed == self.seed && index < self.pictures.len() as u64 =>
            {
                Some(index as usize)
            }
            _ => None,
        }
    }
}

/// The border of a mask as an SVG path over a 64x64 view box: every pixel edge between inside and outside, runs joined.
pub fn outline(mask: &Mask) -> String {
    let inside = |x: i32, y: i32| {
        let range = 0..PIXELS as i32;
        range.contains(&x) && range.contains(&y) && mask.contains(x as usize, y as usize)
    };
    let side = PIXELS as i32;
    let mut path = String::new();
    for line in 0..=side {
        runs(
            |at| inside(at, line - 1) != inside(at, line),
            |from, to| path += &format!("M{from} {line}H{to}"),
        );
        runs(
            |at| inside(line - 1, at) != inside(line, at),
            |from, to| path += &format!("M{line} {from}V{to}"),
        );
    }
    path
}

/// Calls `found` with every maximal run of positions in `0..PIXELS` at which `holds`.
fn runs(holds: impl Fn(i32) -> bool, mut found: impl FnMut(i32, i32)) {
    let mut start = None;
    for at in 0..=PIXELS as i32 {
        let here = at < PIXELS as i32 && holds(at);
        match (start, here) {
            (None, true) => start = Some(at),
            (Some(from), false) => {
                found(from, at);
                start = None;
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_outline_of_a_rectangle_is_four_lines() {
        let mut mask = Mask { rows: [0; PIXELS] };
        for y in 0..3 {
            mask.rows[y] = 0b111100;
        }
        assert_eq!(outline(&mask), "M2 0H6M2 0V3M2 3H6M6 0V3");
    }

    #[test]
    fn a_gallery_grows_to_its_end_and_knows_its_scenes() {
        let mut gallery = Gallery::new(3);
        gallery.grow(10);
        assert!(!gallery.is_whole());
        assert_eq!(gallery.position(&PictureName::Seeded { seed: 3, index: 9 }), Some(9));
        assert_eq!(gallery.position(&PictureName::Seeded { seed: 3, index: 10 }), None);
        assert_eq!(gallery.position(&PictureName::Seeded { seed: 4, index: 1 }), None);
        gallery.grow(1_000);
        assert!(gallery.is_whole());
        assert_eq!(gallery.captions.len() as u64, GALLERY);
    }

    #[test]
    fn a_name_finds_its_picture() {
        let seeded = StagePicture::find(&PictureName::Seeded { seed: 1, index: 4 }, None).unwrap();
        let code = seeded.scene.as_ref().unwrap().to_code().unwrap();
        let coded = StagePicture::find(&PictureName::Coded(code), None).unwrap();
        assert_eq!(seeded.pixels, coded.pixels);
        assert!(StagePicture::find(&PictureName::Own, None).is_none());
    }
}
