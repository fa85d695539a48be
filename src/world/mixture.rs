//! Two clips heard at once.

use super::clip::Clip;
use super::sound::{SAMPLES, Source};

/// The sound of two clips, of which one is wanted.
pub struct Mixture {
    /// Both with their ambience and noise, [`SAMPLES`] samples.
    pub mixed: Vec<f32>,
    /// The objects of the wanted one alone.
    pub own: Vec<f32>,
}

impl Mixture {
    pub fn of(own: &Clip, other: &Clip) -> Self {
        let sound = own.sound();
        let objects = sound.mix_of(|source| matches!(source, Source::Object(_)));
        let both = sound.mix().into_iter().zip(other.sound().mix());
        let mixed: Vec<f32> = both.map(|(own, other)| own + other).collect();
        assert_eq!(mixed.len(), SAMPLES);
        Mixture { mixed, own: objects }
    }

    /// Whether a clip can be told from another by its sound: something hits.
    pub fn can_be_of(clip: &Clip) -> bool {
        !clip.motion.collisions.is_empty()
    }
}
