//! The clip of the scene on the stage, as the room shows it.

use crate::session::protocol::ClipName;
use crate::ui::components::raster::Rgba;
use crate::ui::context::AppContext;
use crate::ui::memo::Memo;
use crate::ui::stage::pixels_of;
use crate::ui::state::Shared;
use crate::world::render::{Mask, Picture};
use crate::world::scene::{MAX_OBJECTS, Scene};
use crate::world::sound::Source;
use crate::world::{Clip, Description, Kind, Sound, Split};

pub struct StageClip {
    pub name: ClipName,
    pub clip: Clip,
    pub sound: Sound,
    pub frames: Shared<Vec<Shared<Rgba>>>,
    /// Of each frame, one per object.
    pub masks: Vec<Vec<Mask>>,
}

impl StageClip {
    /// The clip of the scene on the stage; where the visitor's own picture lies there, which has none, one that is not shown.
    pub fn follow(app: AppContext) -> Memo<Shared<StageClip>> {
        Memo::new(move |last: Option<&Shared<StageClip>>| {
            app.steady.with(|picture| {
                let name = picture.name.clip().unwrap_or(ClipName::Seeded { seed: 1, index: 0 });
                match last {
                    Some(last) if last.name == name => last.clone(),
                    _ => Shared::new(StageClip::new(name, picture.scene.as_ref())),
                }
            })
        })
    }

    /// Of the scene on the stage, whose name is `name`.
    fn new(name: ClipName, scene: Option<&Scene>) -> Self {
        let clip = match (&name, scene) {
            (ClipName::Coded(_), Some(scene)) => Clip::of(scene.clone()),
            (ClipName::Seeded { seed, index }, _) => Clip::draw(Split::Test, *seed, *index),
            (ClipName::Coded(_), None) => Clip::draw(Split::Test, 1, 0),
        };
        let sound = clip.sound();
        let (mut frames, mut masks) = (Vec::new(), Vec::new());
        for Picture { rgb, masks: of_objects } in clip.frames() {
            frames.push(Shared::new(Rgba::from(&pixels_of(rgb))));
            masks.push(of_objects);
        }
        StageClip { name, clip, sound, frames: Shared::new(frames), masks }
    }

    /// What is heard without the sources whose bits are set.
    pub fn mix(&self, switched_off: u8) -> Vec<f32> {
        mixed(&self.sound, switched_off)
    }

    /// The same of a sound that begins `frames` frames after the video.
    pub fn mix_at(&self, frames: i8, switched_off: u8) -> Vec<f32> {
        if frames == 0 {
            self.mix(switched_off)
        } else {
            mixed(&self.clip.sound_at(frames.into()), switched_off)
        }
    }

    /// Whether an object is heard where the sources are off whose bits are set.
    pub fn is_on(&self, object: usize, switched_off: u8) -> bool {
        switched_off >> bit(Source::Object(object)) & 1 == 0
    }

    /// The sources with their bits and names.
    pub fn sources(&self) -> Vec<(usize, String)> {
        let objects = (0..self.clip.scene.objects.len())
            .map(|object| (bit(Source::Object(object)), capital(&self.named(object))));
        let others = [(Source::Ambience, "Ambience"), (Source::Noise, "Noise")];
        objects.chain(others.map(|(source, name)| (bit(source), name.to_string()))).collect()
    }

    /// An object by the fewest attributes that tell it from the others, without article; by its place too where it looks like
    /// another.
    pub fn named(&self, object: usize) -> String {
        let scene = &self.clip.scene;
        let described = |kinds: &[Kind]| Description::of(&scene.objects[object], kinds);
        let subsets = (1..1_u32 << Kind::OWN.len()).map(|subset| {
            let is_in = |kind: &Kind| subset >> *kind as u32 & 1 == 1;
            Kind::OWN.into_iter().filter(is_in).collect::<Vec<_>>()
        });
        // The shape first, since a noun says more than "object".
        let shortest = subsets
            .filter(|kinds| described(kinds).count(scene) == 1)
            .min_by_key(|kinds| (kinds.len(), !kinds.contains(&Kind::Shape)));
        described(&shortest.unwrap_or_else(|| Kind::ALL.to_vec())).to_string()
    }
}

fn mixed(sound: &Sound, switched_off: u8) -> Vec<f32> {
    sound.mix_of(|source| switched_off >> bit(source) & 1 == 0)
}

/// The bit of a source among those that are switched off.
const fn bit(source: Source) -> usize {
    match source {
        Source::Object(object) => object,
        Source::Ambience => MAX_OBJECTS,
        Source::Noise => MAX_OBJECTS + 1,
    }
}

fn capital(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_that_is_switched_off_is_not_heard() {
        let clip = StageClip::new(ClipName::Seeded { seed: 1, index: 2 }, None);
        let count = clip.sources().len();
        assert_eq!(count, clip.clip.scene.objects.len() + 2);
        assert!(clip.mix(0) == clip.sound.mix());
        assert!(clip.mix(u8::MAX).iter().all(|&sample| sample == 0.0));
        assert!(clip.mix(!(1 << bit(Source::Noise))) == clip.sound.noise);
        assert!(clip.mix(!1) == clip.sound.stems[0]);
    }

    #[test]
    fn objects_are_named_as_shortly_as_they_can_be_told_apart() {
        for index in 0..40 {
            let clip = StageClip::new(ClipName::Seeded { seed: 2, index }, None);
            let mut names: Vec<String> =
                (0..clip.clip.scene.objects.len()).map(|object| clip.named(object)).collect();
            names.sort();
            let count = names.len();
            names.dedup();
            assert_eq!(names.len(), count, "{names:?}");
        }
    }
}
