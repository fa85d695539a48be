//! Questions about one object whose answer is carried by one modality, by each, or only by all together.

use serde::{Deserialize, Serialize};

use super::information::{Bits, bits_of};
pub use super::information::{CLASSES, Information, Task};
use super::modality::Modality;
use crate::lab::picture::small;
use crate::lab::sound::Knocks;
use crate::world::splits::scene_with;
use crate::world::{Colour, Rng, Scene, Split, render};

/// Words of a sentence, padding included.
pub const TOKENS: usize = 4;
/// Samples of the training pool, which repeats.
const POOL: u64 = 4096;
/// Held-out samples in a row that show and say the same, so that a modality that comes late is wrong only sometimes.
const DWELL: usize = 4;

/// The vocabulary; an id is an index. The first is padding.
pub const WORDS: [&str; 9] = ["", "it", "is", "which", "answer", "red", "blue", "colour", "please"];

/// The two values of what is asked about, as words: class 0 and class 1.
pub const VALUES: [&str; 2] = [Colour::Blue.word(), Colour::Red.word()];

/// What a class is called of this kind of samples.
pub fn class_name(information: Information, modalities: &[Modality], class: u32) -> &'static str {
    let names = if information.is_yes_or_no(modalities) { ["no", "yes"] } else { VALUES };
    names[class as usize]
}

/// One question with its answer.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Sample {
    /// RGB bytes, `[SIDE, SIDE, 3]`; empty where there are no pictures.
    pub picture: Vec<u8>,
    /// Ids of [`WORDS`].
    pub words: [u32; TOKENS],
    /// Where there are sounds.
    pub knocks: Option<Knocks>,
    /// The spectrogram of the knocks; empty where there are none.
    pub sound: Vec<u8>,
    pub answer: u32,
    pub information: Information,
}

/// What samples are drawn of.
#[derive(Clone, Copy)]
pub struct Source<'a> {
    pub task: &'a Task,
    pub modalities: &'a [Modality],
    pub seed: u64,
}

impl Source<'_> {
    /// Training sample `index`; the pool repeats.
    pub fn training(&self, index: u64) -> Sample {
        let index = index % POOL;
        let mut rng = self.stream(index, 0);
        let mut bits = Bits::default();
        for &modality in self.modalities {
            bits[modality as usize] = rng.below(CLASSES);
        }
        self.sample(Split::Train, index, bits, &mut rng)
    }

    /// The first `count` held-out samples: a stream whose content stays for `DWELL` samples, and in which everything that can
    /// be shown, said and heard comes equally often.
    pub fn held_out(&self, count: usize) -> Vec<Sample> {
        let mut cycle: Vec<Bits> =
            (0..1 << self.modalities.len()).map(|code| bits_of(code, self.modalities)).collect();
        let next = |index: usize| {
            if index.is_multiple_of(DWELL * cycle.len()) {
                self.stream(index as u64, 2).shuffle(&mut cycle);
            }
            let bits = cycle[index / DWELL % cycle.len()];
            self.sample(Split::Test, index as u64, bits, &mut self.stream(index as u64, 1))
        };
        (0..count).map(next).collect()
    }

    fn stream(&self, index: u64, part: u64) -> Rng {
        let mut rng = Rng::from_seed(self.seed ^ (index << 2 | part).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        Rng::from_seed(rng.next_u64())
    }

    fn sample(&self, split: Split, index: u64, mut bits: Bits, rng: &mut Rng) -> Sample {
        let information = self.task.among(self.modalities).draw(rng);
        if information == Information::Redundant {
            bits = [bits[self.modalities[0] as usize]; Modality::ALL.len()];
        }
        let has = |modality| self.modalities.contains(&modality);
        let [shown, said, heard] = bits;
        let scene = shows(split, self.seed, index, shown);
        let knocks = has(Modality::Sound).then(|| Knocks::draw(&scene.objects[0], heard == 1, rng));
        Sample {
            picture: if has(Modality::Picture) { small(&render(&scene)) } else { Vec::new() },
            words: if has(Modality::Words) { says(information, said) } else { [0; TOKENS] },
            sound: knocks.map_or_else(Vec::new, |knocks| knocks.spectrogram()),
            knocks,
            answer: information.answer(bits, self.modalities) as u32,
            information,
        }
    }
}

/// A scene of one object in the colour of class `shown`.
fn shows(split: Split, seed: u64, index: u64, shown: usize) -> Scene {
    let mut scene = scene_with(split, seed, index, 1..=1);
    scene.objects[0].colour = [Colour::Blue, Colour::Red][shown];
    scene
}

fn says(information: Information, said: usize) -> [u32; TOKENS] {
    let value = VALUES[said];
    let words = match information {
        Information::Redundant => ["it", "is", value, ""],
        Information::Picture => ["which", "colour", "is", "it"],
        Information::Words => ["answer", value, "please", ""],
        Information::Synergy => ["is", "it", value, ""],
        Information::Sound => ["which", "answer", "is", "it"],
    };
    words.map(id)
}

fn id(word: &str) -> u32 {
    WORDS.iter().position(|known| *known == word).expect("the vocabulary has every word") as u32
}

/// A sentence of ids, as it is read.
pub fn sentence(words: &[u32]) -> String {
    let known: Vec<&str> =
        words.iter().map(|&id| WORDS[id as usize]).filter(|word| !word.is_empty()).collect();
    known.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const COUNT: u64 = 400;

    /// Whether training sample `index` of seed 5 shows the second value.
    fn is_red(sample: &Sample, index: u64) -> bool {
        sample.picture == small(&render(&shows(Split::Train, 5, index, 1)))
    }

    /// Shares of samples whose answer is told by what is shown, said, and heard.
    fn told(information: Information, modalities: &[Modality]) -> Vec<f64> {
        let task = Task::pure(information);
        let source = Source { task: &task, modalities, seed: 5 };
        let mut hits = vec![0; modalities.len()];
        for index in 0..COUNT {
            let sample = source.training(index);
            for (hits, modality) in hits.iter_mut().zip(modalities) {
                let bit = match modality {
                    Modality::Picture => is_red(&sample, index),
                    Modality::Words => sentence(&sample.words).contains("red"),
                    Modality::Sound => sample.knocks.expect("there are sounds").is_twice(),
                };
                *hits += u32::from(u32::from(bit) == sample.answer);
            }
        }
        hits.into_iter().map(|hits| f64::from(hits) / COUNT as f64).collect()
    }

    #[test]
    fn the_answer_stands_where_the_task_says() {
        let sure = |share: f64| share == 1.0;
        let chance = |share: f64| (0.4..0.6).contains(&share);
        for &modalities in &Modality::SETS {
            assert!(told(Information::Redundant, modalities).into_iter().all(sure), "{modalities:?}");
            assert!(told(Information::Synergy, modalities).into_iter().all(chance), "{modalities:?}");
            for &one in modalities {
                for (&other, share) in modalities.iter().zip(told(Information::unique(one), modalities)) {
                    assert!(if other == one { sure(share) } else { chance(share) }, "{one:?}, {other:?}");
                }
            }
        }
    }

    #[test]
    fn two_knocks_turn_the_answer_of_a_comparison_round() {
        let task = Task::pure(Information::Synergy);
        let source = Source { task: &task, modalities: &Modality::ALL, seed: 5 };
        for index in 0..COUNT {
            let sample = source.training(index);
            let agree = is_red(&sample, index) == sentence(&sample.words).contains("red");
            let is_twice = sample.knocks.expect("there are sounds").is_twice();
            assert_eq!(sample.answer == 1, agree != is_twice);
        }
    }

    #[test]
    fn a_mixture_keeps_its_parts() {
        let task = Task { parts: [1, 0, 0, 3, 9] };
        let source = Source { task: &task, modalities: Modality::SETS[0], seed: 1 };
        let synergy = (0..COUNT).filter(|&i| source.training(i).information == Information::Synergy).count();
        assert!((synergy as f64 / COUNT as f64 - 0.75).abs() < 0.07, "{synergy}");
    }

    #[test]
    fn held_out_samples_dwell_and_are_balanced() {
        for &modalities in &Modality::SETS {
            for information in Information::ALL.into_iter().filter(|i| i.is_among(modalities)) {
                let task = Task::pure(information);
                let samples = Source { task: &task, modalities, seed: 3 }.held_out(256);
                let changes = samples.windows(2).filter(|pair| pair[0].answer != pair[1].answer).count();
                assert!((16..=63).contains(&changes), "{changes} changes");
                assert_eq!(samples.iter().filter(|sample| sample.answer == 1).count(), 128);
            }
        }
    }
}
