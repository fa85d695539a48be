//! Sabotage: what becomes of a trained race when a modality goes missing, is disturbed, or comes late (section 17).

use serde::{Deserialize, Serialize};

use super::fuse::batch::NetworkInput;
use super::fuse::task::{TOKENS, WORDS};
use super::fuse::{Confusion, Contestant, Modality, Race};
use super::picture::SIDE;
use crate::device::DeviceError;
use crate::world::Rng;

/// How a modality is corrupted, at a strength from 0 (not at all) to 1.
#[derive(
    Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, strum::IntoStaticStr, strum::EnumString,
)]
#[strum(const_into_str, serialize_all = "lowercase")]
pub enum Corruption {
    /// That share of the samples lacks it, and the networks know.
    Remove,
    /// The picture is averaged over squares up to as large as itself; that share of the words is heard as others.
    Blur,
    /// That share of 4x4 patches is grey; that share of the words is blank.
    Mask,
    /// The contrast of the picture, or the end of the sentence, goes by that share.
    Mute,
    /// That share of the samples gets it from another sample.
    Shuffle,
    /// It comes up to [`LATEST`] samples late, in a stream whose content stays for some samples.
    Delay,
}

/// Samples by which a delay of strength 1 is late.
pub const LATEST: usize = 8;
/// Side of a masked patch in pixels.
const PATCH: usize = 4;
const GREY: u8 = 128;

impl Corruption {
    pub const ALL: [Self; 6] = [Self::Remove, Self::Blur, Self::Mask, Self::Mute, Self::Shuffle, Self::Delay];

    pub fn name(self) -> &'static str {
        self.into_str()
    }
}

/// A corrupted modality.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Sabotage {
    pub modality: Modality,
    pub corruption: Corruption,
    /// Strength in percent, 0 to 100.
    pub percent: u8,
}

/// What a contestant answers to corrupted samples.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct CorruptionResult {
    /// The step at which the race stands.
    pub step: u64,
    pub contestant: Contestant,
    pub sabotage: Sabotage,
    pub confusion: Confusion,
    /// The probability of class 1 for each held-out sample.
    pub probabilities: Vec<f32>,
}

/// `given` corrupted; which samples, patches and words are hit follows from `seed`, and more strength hits the same and more.
pub fn corrupt(given: &[NetworkInput], sabotage: Sabotage, seed: u64) -> Vec<NetworkInput> {
    (0..given.len()).map(|at| corrupt_sample(given, at, sabotage, seed)).collect()
}

/// Sample `at` of [`corrupt`].
pub fn corrupt_sample(given: &[NetworkInput], at: usize, sabotage: Sabotage, seed: u64) -> NetworkInput {
    let Sabotage { modality, corruption, .. } = sabotage;
    let strength = f32::from(sabotage.percent.min(100)) / 100.0;
    let late = (strength * LATEST as f32).round() as usize;
    let mut rng = Rng::from_seed(seed ^ (at as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let mut own = given[at].clone();
    let hit = chance(&mut rng) < strength;
    match (corruption, modality) {
        (Corruption::Remove, _) => own.present[modality as usize] &= !hit,
        (Corruption::Blur, Modality::Picture) => own.picture = blur(&own.picture, strength),
        (Corruption::Blur, Modality::Words) => {
            let other = |_| 1 + rng.below(WORDS.len() - 1) as u32;
            own.words = replace(own.words, strength, seed ^ at as u64, other);
        }
        (Corruption::Mask, Modality::Picture) => mask(&mut own.picture, strength, &mut rng),
        (Corruption::Mask, Modality::Words) => {
            own.words = replace(own.words, strength, seed ^ at as u64, |_| 0);
        }
        (Corruption::Mute, Modality::Picture) => fade(&mut own.picture, strength),
        (Corruption::Mute, Modality::Words) => {
            let heard = ((1.0 - strength) * TOKENS as f32).round() as usize;
            own.words[heard..].fill(0);
        }
        (Corruption::Shuffle, _) if hit => take(&mut own, &given[rng.below(given.len())], modality),
        (Corruption::Shuffle, _) => {}
        (Corruption::Delay, _) => take(&mut own, &given[at.saturating_sub(late)], modality),
    }
    own
}

impl Race {
    /// What contestant `at` of the race answers to the held-out samples after `sabotage`.
    pub async fn evaluate_corrupted(
        &self,
        at: usize,
        sabotage: Sabotage,
    ) -> Result<CorruptionResult, DeviceError> {
        let contestant = self.settings.entrants()[at];
        let given = corrupt(&self.given(contestant), sabotage, self.settings.seed);
        let probabilities = self.answers(at, &given).await?;
        let confusion = self.confusion(&probabilities);
        Ok(CorruptionResult { step: self.step, contestant, sabotage, confusion, probabilities })
    }
}

/// Uniform in `[0, 1)`.
fn chance(rng: &mut Rng) -> f32 {
    (rng.next_u64() >> 40) as f32 / (1u64 << 24) as f32
}

fn take(own: &mut NetworkInput, other: &NetworkInput, modality: Modality) {
    match modality {
        Modality::Picture => own.picture.clone_from(&other.picture),
        Modality::Words => own.words = other.words,
    }
}

/// Words that are hit at this strength become what `other` says.
fn replace(
    words: [u32; TOKENS],
    strength: f32,
    seed: u64,
    mut other: impl FnMut(usize) -> u32,
) -> [u32; TOKENS] {
    let mut rng = Rng::from_seed(seed);
    std::array::from_fn(|at| if chance(&mut rng) < strength { other(at) } else { words[at] })
}

/// The mean over the square of side `1 + strength (SIDE - 1)` around each pixel, cut at the borders; sums over squares are
/// differences of sums over corners (Crow 1984).
fn blur(picture: &[u8], strength: f32) -> Vec<u8> {
    const ROW: usize = SIDE + 1;
    let reach = (strength * (SIDE - 1) as f32 / 2.0).round() as usize;
    let mut blurred = vec![0; picture.len()];
    for channel in 0..3 {
        let mut sums = [0u32; ROW * ROW];
        for (y, x) in (0..SIDE).flat_map(|y| (0..SIDE).map(move |x| (y, x))) {
            let own = u32::from(picture[(y * SIDE + x) * 3 + channel]);
            sums[(y + 1) * ROW + x + 1] =
                own + sums[y * ROW + x + 1] + sums[(y + 1) * ROW + x] - sums[y * ROW + x];
        }
        let span = |v: usize| (v.saturating_sub(reach), (v + reach + 1).min(SIDE));
        for (y, x) in (0..SIDE).flat_map(|y| (0..SIDE).map(move |x| (y, x))) {
            let ((top, bottom), (left, right)) = (span(y), span(x));
            let sum = sums[bottom * ROW + right] + sums[top * ROW + left]
                - sums[top * ROW + right]
                - sums[bottom * ROW + left];
            let count = ((bottom - top) * (right - left)) as u32;
            blurred[(y * SIDE + x) * 3 + channel] = ((sum + count / 2) / count) as u8;
        }
    }
    blurred
}

fn mask(picture: &mut [u8], strength: f32, rng: &mut Rng) {
    let side = SIDE / PATCH;
    for patch in 0..side * side {
        if chance(rng) < strength {
            let (top, left) = (patch / side * PATCH, patch % side * PATCH);
            for y in top..top + PATCH {
                picture[(y * SIDE + left) * 3..(y * SIDE + left + PATCH) * 3].fill(GREY);
            }
        }
    }
}

/// Every byte moves towards grey by that share.
fn fade(picture: &mut [u8], strength: f32) {
    for byte in picture {
        let grey = f32::from(GREY);
        *byte = (grey + (f32::from(*byte) - grey) * (1.0 - strength)).round() as u8;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::fuse::task::{Information, Task, held_out};

    fn given() -> Vec<NetworkInput> {
        let task = Task::pure(Information::Redundant);
        held_out(&task, 2, 64).iter().map(NetworkInput::from).collect()
    }

    fn differs(own: &NetworkInput, other: &NetworkInput) -> bool {
        (&own.picture, own.words, own.present) != (&other.picture, other.words, other.present)
    }

    #[test]
    fn strength_nought_corrupts_nothing_and_full_strength_all_but_lucky_samples() {
        let given = given();
        for modality in Modality::ALL {
            for corruption in Corruption::ALL {
                let hits = |percent| {
                    let corrupted = corrupt(&given, Sabotage { modality, corruption, percent }, 7);
                    given.iter().zip(&corrupted).filter(|(own, corrupted)| differs(own, corrupted)).count()
                };
                assert_eq!(hits(0), 0, "{modality:?} {corruption:?}");
                assert!(hits(100) > 32, "{modality:?} {corruption:?}: {} of 64", hits(100));
            }
        }
    }

    #[test]
    fn only_the_chosen_modality_is_corrupted() {
        let given = given();
        for corruption in Corruption::ALL {
            let corrupted = |modality| corrupt(&given, Sabotage { modality, corruption, percent: 100 }, 7);
            let pictures = corrupted(Modality::Picture);
            assert!(given.iter().zip(&pictures).all(|(a, b)| a.words == b.words && b.present[1]));
            let words = corrupted(Modality::Words);
            assert!(given.iter().zip(&words).all(|(a, b)| a.picture == b.picture && b.present[0]));
        }
    }

    #[test]
    fn a_blurred_pixel_is_the_mean_of_its_square() {
        let picture = &given()[1].picture;
        let blurred = blur(picture, 0.2);
        // A strength of 0.2 reaches 3 pixels: at the corner a square of 4x4, inside one of 7x7.
        for (y, x, span) in [(0, 0, 0..4), (16, 16, 13..20)] {
            let cells = span.clone().flat_map(|y| span.clone().map(move |x| (y, x)));
            let values: Vec<u32> = cells.map(|(y, x)| u32::from(picture[(y * SIDE + x) * 3])).collect();
            let mean = values.iter().sum::<u32>() as f32 / values.len() as f32;
            assert_eq!(f32::from(blurred[(y * SIDE + x) * 3]), mean.round());
        }
    }

    #[test]
    fn a_picture_fully_blurred_is_nearly_flat_and_fully_muted_is_grey() {
        let picture = &given()[0].picture;
        let range = |bytes: &[u8]| {
            let red: Vec<u8> = bytes.iter().step_by(3).copied().collect();
            red.iter().max().unwrap() - red.iter().min().unwrap()
        };
        assert!(range(&blur(picture, 1.0)) * 4 < range(picture));
        let mut faded = picture.clone();
        fade(&mut faded, 1.0);
        assert!(faded.iter().all(|&byte| byte == GREY));
    }
}
