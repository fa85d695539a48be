//! An object that is struck, without motion.

use super::stem::{HIT, HIT_LEVELS, decay};
use super::{modulation, timbre};
use crate::world::attributes::{Shape, Size, Texture};

/// `samples` samples of the hardest hits of an object, one from each sample of `onsets` on.
pub fn knocks(
    shape: Shape,
    size: Size,
    texture: Texture,
    onsets: impl IntoIterator<Item = usize>,
    samples: usize,
) -> Vec<f32> {
    let mut hit = timbre::waveform(shape, size, HIT);
    modulation::modulate(texture, &mut hit);
    hit.iter_mut().zip(decay()).for_each(|(sample, envelope)| *sample *= HIT_LEVELS[1] * envelope);
    let mut heard = vec![0.0; samples];
    for onset in onsets {
        heard.iter_mut().skip(onset).zip(&hit).for_each(|(sum, sample)| *sum += sample);
    }
    heard
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_knocks_are_one_and_the_same_later() {
        let of = |onsets: &[usize]| {
            knocks(Shape::Ring, Size::Small, Texture::Striped, onsets.iter().copied(), 6_000)
        };
        let (early, late, both) = (of(&[100]), of(&[2_500]), of(&[100, 2_500]));
        assert!(early[..100].iter().all(|sample| *sample == 0.0) && early[100 + HIT] == 0.0);
        assert_eq!(early[100..3_000], late[2_500..5_400]);
        for (both, (early, late)) in both.iter().zip(early.iter().zip(&late)) {
            assert_eq!(*both, early + late);
        }
    }
}
