//! A scene and what happens in it, with every modality's own random stream.

use super::graph::Graph;
use super::motion::{Collision, FRAMES, Motion, TICKS_PER_FRAME};
use super::render::{Picture, render};
use super::rng::{Rng, Stream};
use super::scene::Scene;
use super::sound::Sound;
use super::split::Split;
use super::splits::scene;
use super::table::Table;

/// Clip `index` of a split under a seed: its scene, as [`scene`] has it, and its motion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clip {
    pub split: Split,
    pub seed: u64,
    pub index: u64,
    pub scene: Scene,
    pub motion: Motion,
}

impl Clip {
    pub fn draw(split: Split, seed: u64, index: u64) -> Self {
        Self::new(split, seed, index, scene(split, seed, index))
    }

    /// The clip of a scene that is of no split: its random numbers are those of its grain.
    pub fn of(scene: Scene) -> Self {
        Self::new(Split::Test, u64::from(scene.noise), u64::MAX, scene)
    }

    fn new(split: Split, seed: u64, index: u64, scene: Scene) -> Self {
        let motion = Motion::draw(&scene, &mut Rng::new(split, seed, index, Stream::Motion));
        Clip { split, seed, index, scene, motion }
    }

    /// Random numbers of one modality of this clip.
    pub fn rng(&self, stream: Stream) -> Rng {
        Rng::new(self.split, self.seed, self.index, stream)
    }

    /// The picture, which is the first of [`Clip::frames`].
    pub fn picture(&self) -> Picture {
        render(&self.scene)
    }

    /// The pictures of the video.
    pub fn frames(&self) -> impl Iterator<Item = Picture> {
        (0..FRAMES).map(|frame| render(&self.motion.frame(&self.scene, frame)))
    }

    pub fn table(&self) -> Table {
        Table::draw(&self.scene, &self.motion, &self.picture(), &mut self.rng(Stream::Table))
    }

    pub fn sound(&self) -> Sound {
        self.sound_at(0)
    }

    /// The motion that begins `frames` frames after the video, or before it where negative, at most a second's.
    pub fn motion_at(&self, frames: i32) -> Motion {
        self.motion.shifted(&self.scene, frames * TICKS_PER_FRAME as i32)
    }

    /// The sound of [`Clip::motion_at`].
    pub fn sound_at(&self, frames: i32) -> Sound {
        let (mut ambience, mut noise) = (self.rng(Stream::Ambience), self.rng(Stream::Noise));
        Sound::draw(&self.scene, &self.motion_at(frames), &mut ambience, &mut noise)
    }

    /// What hits in the video and in [`Clip::sound_at`] so many frames as well: by nothing else can their offset be told.
    pub fn shared_hits(&self, frames: i32) -> impl Iterator<Item = &Collision> {
        let last = (FRAMES as u32) * TICKS_PER_FRAME;
        let shift = frames * TICKS_PER_FRAME as i32;
        let is_heard = move |tick: u32| (1..last as i32).contains(&(tick as i32 - shift));
        self.motion.collisions.iter().filter(move |collision| is_heard(collision.tick))
    }

    /// Whether there are any.
    pub fn is_told_at(&self, frames: i32) -> bool {
        self.shared_hits(frames).next().is_some()
    }

    pub fn graph(&self) -> Graph {
        Graph::of(&self.scene, &self.motion)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clip_begins_with_its_picture() {
        let clip = Clip::draw(Split::Test, 1, 3);
        let frames: Vec<Picture> = clip.frames().collect();
        assert_eq!((frames.len(), &frames[0]), (FRAMES, &clip.picture()));
        assert_ne!(Clip::draw(Split::Test, 2, 3), Clip { seed: 2, ..clip });
    }
}
