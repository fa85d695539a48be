//! Sabotage: what becomes of a trained race when a modality goes missing, is disturbed, or comes late (section 17).

mod effects;

use serde::{Deserialize, Serialize};

use super::fuse::batch::NetworkInput;
use super::fuse::task::{TOKENS, WORDS};
use super::fuse::{Confusion, Contestant, Modality, Race};
use crate::device::DeviceError;
use crate::world::Rng;
use effects::{blur, chance, fade, mask, replace, silence, smear};

/// How a modality is corrupted, at a strength from 0 (not at all) to 1.
#[derive(
    Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, strum::IntoStaticStr, strum::EnumString,
)]
#[strum(const_into_str, serialize_all = "lowercase")]
pub enum Corruption {
    /// That share of the samples lacks it, and the networks know.
    Remove,
    /// The picture is averaged over squares up to as large as itself; that share of the words is heard as others; the sound is
    /// smeared over up to its whole time.
    Blur,
    /// That share of 4x4 patches is grey; that share of the words is blank; that share of the time is silent.
    Mask,
    /// The contrast of the picture, or the end of the sentence, goes by that share; the sound is quieter by that share of its
    /// range of levels.
    Mute,
    /// That share of the samples gets it from another sample.
    Shuffle,
    /// It comes up to [`LATEST`] samples late, in a stream whose content stays for some samples.
    Delay,
}

/// Samples by which a delay of strength 1 is late.
pub const LATEST: usize = 8;

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

/// `given` corrupted, where the modality is there; which samples, patches and words are hit follows from `seed`, and more strength hits the same and more.
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
        (_, Modality::Picture) if own.picture.is_empty() => {}
        (_, Modality::Sound) if own.sound.is_empty() => {}
        (Corruption::Remove, _) => own.present[modality as usize] &= !hit,
        (Corruption::Blur, Modality::Picture) => own.picture = blur(&own.picture, strength),
        (Corruption::Blur, Modality::Words) => {
            let other = |_| 1 + rng.below(WORDS.len() - 1) as u32;
            own.words = replace(own.words, strength, seed ^ at as u64, other);
        }
        (Corruption::Blur, Modality::Sound) => own.sound = smear(&own.sound, strength),
        (Corruption::Mask, Modality::Picture) => mask(&mut own.picture, strength, &mut rng),
        (Corruption::Mask, Modality::Words) => {
            own.words = replace(own.words, strength, seed ^ at as u64, |_| 0);
        }
        (Corruption::Mask, Modality::Sound) => silence(&mut own.sound, strength, &mut rng),
        (Corruption::Mute, Modality::Picture) => fade(&mut own.picture, strength),
        (Corruption::Mute, Modality::Words) => {
            let heard = ((1.0 - strength) * TOKENS as f32).round() as usize;
            own.words[heard..].fill(0);
        }
        (Corruption::Mute, Modality::Sound) => {
            let quieter = (strength * 255.0).round() as u8;
            own.sound.iter_mut().for_each(|level| *level = level.saturating_sub(quieter));
        }
        (Corruption::Shuffle, _) if hit => own.take(&given[rng.below(given.len())], modality),
        (Corruption::Shuffle, _) => {}
        (Corruption::Delay, _) => own.take(&given[at.saturating_sub(late)], modality),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::fuse::task::{Information, Source, Task};

    fn given() -> Vec<NetworkInput> {
        let task = Task::pure(Information::Redundant);
        of(&task, &Modality::ALL)
    }

    fn of(task: &Task, modalities: &[Modality]) -> Vec<NetworkInput> {
        Source { task, modalities, seed: 2 }.held_out(64).iter().map(NetworkInput::from).collect()
    }

    #[test]
    fn strength_nought_corrupts_nothing_and_full_strength_all_but_lucky_samples() {
        let given = given();
        for modality in Modality::ALL {
            for corruption in Corruption::ALL {
                let hits = |percent| {
                    let corrupted = corrupt(&given, Sabotage { modality, corruption, percent }, 7);
                    given.iter().zip(&corrupted).filter(|(own, corrupted)| own != corrupted).count()
                };
                assert_eq!(hits(0), 0, "{modality:?} {corruption:?}");
                assert!(hits(100) >= 32, "{modality:?} {corruption:?}: {} of 64", hits(100));
            }
        }
    }

    #[test]
    fn only_the_chosen_modality_is_corrupted() {
        let given = given();
        for corruption in Corruption::ALL {
            let corrupted = |modality| corrupt(&given, Sabotage { modality, corruption, percent: 100 }, 7);
            for modality in Modality::ALL {
                for (mut own, clean) in corrupted(modality).into_iter().zip(&given) {
                    own.take(clean, modality);
                    own.present[modality as usize] = true;
                    assert_eq!(own, *clean, "{modality:?} {corruption:?}");
                }
            }
        }
    }

    #[test]
    fn a_modality_that_no_race_has_is_not_corrupted() {
        let task = Task::pure(Information::Redundant);
        for modalities in [Modality::SETS[0], Modality::SETS[2]] {
            let given = of(&task, modalities);
            for modality in
                [Modality::Picture, Modality::Sound].into_iter().filter(|m| !modalities.contains(m))
            {
                for corruption in Corruption::ALL {
                    let sabotage = Sabotage { modality, corruption, percent: 100 };
                    assert_eq!(corrupt(&given, sabotage, 7), given);
                }
            }
        }
    }
}
