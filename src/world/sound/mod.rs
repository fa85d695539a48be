//! The sound of a clip: every object's hits and drone, ambience and noise, as 2 s of mono at 16 kHz.
//!
//! What is seen is heard: the shape sets the timbre, the size the pitch, the texture the amplitude modulation, and the motion
//! when an object hits something and how loud its drone is. The colour is inaudible, and so are place and tilt. Samples are f32
//! of `+ - * / sqrt` on numbers and integers that are the same everywhere.

mod background;
mod knock;
mod modulation;
mod sine;
mod stem;
#[cfg(test)]
mod tests;
mod timbre;

pub use background::with_noise;
pub use knock::knocks;

use super::motion::{Motion, SECONDS, TICKS_PER_SECOND};
use super::rng::Rng;
use super::scene::Scene;

/// Samples a second.
pub const SAMPLE_RATE: u32 = 16_000;

/// Samples of a clip.
pub const SAMPLES: usize = (SECONDS * SAMPLE_RATE) as usize;

/// What is heard by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// By its index in `Scene::objects`.
    Object(usize),
    Ambience,
    Noise,
}

/// The sound of a clip by its sources, each of [`SAMPLES`] samples; full scale is 1.
#[derive(Debug, Clone, PartialEq)]
pub struct Sound {
    /// Hits and drone of each object, in the order of `Scene::objects`.
    pub stems: Vec<Vec<f32>>,
    /// Low-passed noise, whose level and cutoff differ from clip to clip.
    pub ambience: Vec<f32>,
    /// White noise.
    pub noise: Vec<f32>,
}

impl Sound {
    /// Of a scene and its motion; what belongs to no object is drawn from `ambience` and `noise`.
    ///
    /// # Panics
    /// If the motion is of another number of objects.
    pub fn draw(scene: &Scene, motion: &Motion, ambience: &mut Rng, noise: &mut Rng) -> Self {
        assert_eq!(scene.objects.len(), motion.legs.len(), "objects and those that move");
        let stems = scene.objects.iter().zip(&motion.legs).map(|(object, legs)| stem::stem(object, legs));
        Sound {
            stems: stems.collect(),
            ambience: background::ambience(ambience),
            noise: background::noise(noise),
        }
    }

    /// The sum of all sources, clipped to `[-1, 1]`.
    pub fn mix(&self) -> Vec<f32> {
        self.mix_of(|_| true)
    }

    /// The same of the sources that are on.
    pub fn mix_of(&self, is_on: impl Fn(Source) -> bool) -> Vec<f32> {
        let stems = self.stems.iter().enumerate().map(|(object, stem)| (Source::Object(object), stem));
        let others = [(Source::Ambience, &self.ambience), (Source::Noise, &self.noise)];
        let mut mix = vec![0.0_f32; SAMPLES];
        for (_, samples) in stems.chain(others).filter(|(source, _)| is_on(*source)) {
            mix.iter_mut().zip(samples).for_each(|(sum, sample)| *sum += sample);
        }
        mix.iter_mut().for_each(|sample| *sample = sample.clamp(-1.0, 1.0));
        mix
    }
}

/// The first sample at or after a tick of the motion, with which the sound of what happens then begins; after the last one it is
/// [`SAMPLES`].
pub fn sample_at(tick: u32) -> usize {
    (u64::from(tick) * u64::from(SAMPLE_RATE)).div_ceil(u64::from(TICKS_PER_SECOND)) as usize
}
