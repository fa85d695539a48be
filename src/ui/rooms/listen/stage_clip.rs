//! The clip of the scene on the stage, as the room shows it.

use crate::ui::components::raster::Rgba;
use crate::ui::context::AppContext;
use crate::ui::memo::Memo;
use crate::ui::state::Shared;
use crate::ui::view::PictureName;
use crate::world::render::{Mask, PIXELS, Picture};
use crate::world::{Clip, Description, Kind, Sound, Split};

/// Sources that belong to no object, in the order in which they follow those that do.
pub const BACKGROUND: [&str; 2] = ["Ambience", "Noise"];

pub struct StageClip {
    pub clip: Clip,
    pub sound: Sound,
    pub frames: Vec<Shared<Rgba>>,
    /// Of each frame, one per object.
    pub masks: Vec<Vec<Mask>>,
}

impl StageClip {
    /// The clip of the scene on the stage; of the visitor's own picture an empty one.
    pub fn follow(app: AppContext) -> Memo<Shared<StageClip>> {
        Memo::new(move |last: Option<&Shared<StageClip>>| {
            app.steady.with(|picture| {
                let clip = match (&picture.name, &picture.scene) {
                    (PictureName::Seeded { seed, index }, Some(_)) => Clip::draw(Split::Test, *seed, *index),
                    (_, Some(scene)) => Clip::of(scene.clone()),
                    (_, None) => Clip::draw(Split::Test, 1, 0),
                };
                match last {
                    Some(last) if last.clip == clip => last.clone(),
                    _ => Shared::new(StageClip::new(clip)),
                }
            })
        })
    }

    fn new(clip: Clip) -> Self {
        let sound = clip.sound();
        let (mut frames, mut masks) = (Vec::new(), Vec::new());
        for Picture { rgb, masks: of_objects } in clip.frames() {
            let bytes = rgb.as_chunks().0.iter().flat_map(|&[r, g, b]| [r, g, b, 255]).collect();
            frames.push(Shared::new(Rgba { width: PIXELS as u32, height: PIXELS as u32, bytes }));
            masks.push(of_objects);
        }
        StageClip { clip, sound, frames, masks }
    }

    /// What is heard without the sources whose bits are set.
    pub fn mix(&self, switched_off: u8) -> Vec<f32> {
        let is_on = |source: &usize| switched_off >> source & 1 == 0;
        let Sound { stems, ambience, noise } = &self.sound;
        let sources = stems.iter().chain([ambience, noise]).enumerate().filter(|(source, _)| is_on(source));
        let mut mix = vec![0.0_f32; noise.len()];
        for (_, samples) in sources {
            mix.iter_mut().zip(samples).for_each(|(sum, sample)| *sum += sample);
        }
        mix.iter_mut().for_each(|sample| *sample = sample.clamp(-1.0, 1.0));
        mix
    }

    /// The sources in the order of their bits.
    pub fn sources(&self) -> Vec<String> {
        let objects = (0..self.clip.scene.objects.len()).map(|object| capital(&self.named(object)));
        objects.chain(BACKGROUND.map(String::from)).collect()
    }

    /// An object by the fewest attributes that tell it from the others, without article.
    pub fn named(&self, object: usize) -> String {
        const ORDER: [&[Kind]; 5] = [
            &[Kind::Shape],
            &[Kind::Colour, Kind::Shape],
            &[Kind::Size, Kind::Shape],
            &[Kind::Size, Kind::Colour, Kind::Shape],
            &Kind::OWN,
        ];
        let scene = &self.clip.scene;
        let mut names = ORDER.iter().map(|kinds| Description::of(&scene.objects[object], kinds));
        let name = names.find(|name| name.count(scene) == 1);
        name.unwrap_or_else(|| Description::of(&scene.objects[object], &Kind::OWN)).to_string()
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
        let clip = StageClip::new(Clip::draw(Split::Test, 1, 2));
        let count = clip.sources().len();
        assert_eq!(count, clip.clip.scene.objects.len() + 2);
        assert_eq!(clip.mix(0), clip.sound.mix());
        assert!(clip.mix(u8::MAX).iter().all(|&sample| sample == 0.0));
        let alone = clip.mix(!(1 << (count - 1)));
        assert_eq!(alone, clip.sound.noise);
    }

    #[test]
    fn objects_are_named_as_shortly_as_they_can_be_told_apart() {
        for index in 0..40 {
            let clip = StageClip::new(Clip::draw(Split::Test, 2, index));
            let mut names: Vec<String> =
                (0..clip.clip.scene.objects.len()).map(|object| clip.named(object)).collect();
            names.sort();
            let count = names.len();
            names.dedup();
            assert_eq!(names.len(), count, "{names:?}");
        }
    }
}
