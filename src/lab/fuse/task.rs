//! Questions about one object whose answer is carried by the picture, by the words, by either, or only by both together:
//! the information dial, after the partial information decomposition (Williams & Beer 2010).

use serde::{Deserialize, Serialize};

use crate::lab::picture::small;
use crate::world::splits::scene_with;
use crate::world::{Colour, Rng, Scene, Split};

/// Words of a sentence, padding included.
pub const TOKENS: usize = 4;
/// Classes of every task: `no` or the first value, `yes` or the second.
pub const CLASSES: usize = 2;
/// Samples of the training pool, which repeats.
const POOL: u64 = 4096;
/// Held-out samples in a row that show and say the same, so that a modality that comes late is wrong only sometimes.
const DWELL: usize = 4;

/// The vocabulary; an id is an index. The first is padding.
pub const WORDS: [&str; 9] = ["", "it", "is", "which", "answer", "red", "blue", "colour", "please"];

/// Where the answer stands.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, strum::IntoStaticStr)]
#[strum(const_into_str, serialize_all = "lowercase")]
pub enum Information {
    /// In the picture and in the words alike: "it is red" of something red.
    Redundant,
    /// In the picture alone: "which colour is it".
    Picture,
    /// In the words alone, whatever the picture shows: "answer red please".
    Words,
    /// In neither: "is it red" is answered by comparing, an exclusive or of what is shown and what is said.
    Synergy,
}

impl Information {
    pub const ALL: [Self; 4] = [Self::Redundant, Self::Picture, Self::Words, Self::Synergy];

    pub fn name(self) -> &'static str {
        self.into_str()
    }
}

/// The two values of what is asked about, as words: class 0 and class 1.
pub const VALUES: [&str; 2] = [Colour::Blue.word(), Colour::Red.word()];

/// The mixture: how many parts of the samples carry their answer where, in the order of [`Information::ALL`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Task {
    pub parts: [u8; 4],
}

impl Task {
    /// All samples of one kind.
    pub fn pure(information: Information) -> Self {
        Task { parts: Information::ALL.map(|other| u8::from(other == information)) }
    }

    /// The share of samples whose answer stands there, 0 to 1.
    pub fn share(&self, information: Information) -> f32 {
        let total: u32 = self.parts.iter().map(|&part| u32::from(part)).sum();
        f32::from(self.parts[information as usize]) / total.max(1) as f32
    }

    /// The best accuracies that the picture alone and the words alone allow: where the answer cannot be seen, half.
    pub fn ceilings(&self) -> [f32; 2] {
        [Information::Picture, Information::Words].map(|own| {
            let known = self.share(Information::Redundant) + self.share(own);
            0.5 + known / 2.0
        })
    }

    fn draw(&self, rng: &mut Rng) -> Information {
        let total: usize = self.parts.iter().map(|&part| usize::from(part)).sum();
        let mut at = rng.below(total);
        for (information, &part) in Information::ALL.iter().zip(&self.parts) {
            match at.checked_sub(usize::from(part)) {
                Some(rest) => at = rest,
                None => return *information,
            }
        }
        unreachable!("the parts fill the total")
    }
}

/// One question with its answer.
#[derive(Clone, Debug)]
pub struct Sample {
    pub scene: Scene,
    /// RGB bytes, `[SIDE, SIDE, 3]`.
    pub picture: Vec<u8>,
    /// Ids of [`WORDS`].
    pub words: [u32; TOKENS],
    pub answer: u32,
    pub information: Information,
}

/// What is shown and what is said, 0 or 1 each.
#[derive(Clone, Copy)]
struct Bits {
    shown: usize,
    said: usize,
}

impl Bits {
    const ALL: [Self; 4] = [
        Bits { shown: 0, said: 0 },
        Bits { shown: 0, said: 1 },
        Bits { shown: 1, said: 0 },
        Bits { shown: 1, said: 1 },
    ];
}

/// Training sample `index` of a seed; the pool repeats.
pub fn training(task: &Task, seed: u64, index: u64) -> Sample {
    let index = index % POOL;
    let mut rng = stream(seed, index, 0);
    let bits = Bits { shown: rng.below(2), said: rng.below(2) };
    sample(task, Split::Train, seed, index, bits, &mut rng)
}

/// The first `count` held-out samples of a seed: a stream whose content stays for `DWELL` samples, and in which
/// everything that can be shown and said comes equally often.
pub fn held_out(task: &Task, seed: u64, count: usize) -> Vec<Sample> {
    let mut cycle = Bits::ALL;
    let next = |index: usize| {
        if index.is_multiple_of(DWELL * cycle.len()) {
            stream(seed, index as u64, 2).shuffle(&mut cycle);
        }
        let bits = cycle[index / DWELL % cycle.len()];
        sample(task, Split::Test, seed, index as u64, bits, &mut stream(seed, index as u64, 1))
    };
    (0..count).map(next).collect()
}

fn stream(seed: u64, index: u64, part: u64) -> Rng {
    let mut rng = Rng::from_seed(seed ^ (index << 2 | part).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    Rng::from_seed(rng.next_u64())
}

fn sample(task: &Task, split: Split, seed: u64, index: u64, bits: Bits, rng: &mut Rng) -> Sample {
    let information = task.draw(rng);
    let Bits { shown, mut said } = bits;
    if information == Information::Redundant {
        said = shown;
    }
    let mut scene = scene_with(split, seed, index, 1..=1);
    scene.objects[0].colour = [Colour::Blue, Colour::Red][shown];
    let answer = match information {
        Information::Redundant | Information::Picture => shown,
        Information::Words => said,
        Information::Synergy => usize::from(shown == said),
    };
    let value = VALUES[said];
    let words = match information {
        Information::Redundant => ["it", "is", value, ""],
        Information::Picture => ["which", "colour", "is", "it"],
        Information::Words => ["answer", value, "please", ""],
        Information::Synergy => ["is", "it", value, ""],
    };
    Sample { picture: small(&scene), scene, words: words.map(id), answer: answer as u32, information }
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

    /// Shares of samples whose answer is told by what is shown, and by what is said.
    fn told(information: Information) -> [f64; 2] {
        let task = Task::pure(information);
        let mut hits = [0; 2];
        for index in 0..COUNT {
            let sample = training(&task, 5, index);
            let shown = u32::from(sample.scene.objects[0].colour == Colour::Red);
            let said = u32::from(sentence(&sample.words).contains("red"));
            hits[0] += u32::from(shown == sample.answer);
            hits[1] += u32::from(said == sample.answer);
        }
        hits.map(|hits| f64::from(hits) / COUNT as f64)
    }

    #[test]
    fn the_answer_stands_where_the_task_says() {
        assert_eq!(told(Information::Redundant), [1.0, 1.0]);
        assert_eq!(told(Information::Picture)[0], 1.0);
        assert_eq!(told(Information::Words)[1], 1.0);
        let chance = |share: f64| (0.4..0.6).contains(&share);
        assert!(chance(told(Information::Picture)[1]) && chance(told(Information::Words)[0]));
        assert!(told(Information::Synergy).into_iter().all(chance));
    }

    #[test]
    fn a_mixture_keeps_its_parts_and_ceilings() {
        let task = Task { parts: [1, 0, 0, 3] };
        let synergy =
            (0..COUNT).filter(|&i| training(&task, 1, i).information == Information::Synergy).count();
        assert!((synergy as f64 / COUNT as f64 - 0.75).abs() < 0.07, "{synergy}");
        assert_eq!(task.ceilings(), [0.625, 0.625]);
    }

    #[test]
    fn held_out_samples_dwell_and_are_balanced() {
        for information in Information::ALL {
            let samples = held_out(&Task::pure(information), 3, 256);
            let changes = samples.windows(2).filter(|pair| pair[0].answer != pair[1].answer).count();
            assert!((16..=63).contains(&changes), "{changes} changes");
            assert_eq!(samples.iter().filter(|sample| sample.answer == 1).count(), 128);
        }
    }
}
