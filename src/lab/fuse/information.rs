//! Where the answer stands: the information dial, after the partial information decomposition (Williams & Beer 2010).

use serde::{Deserialize, Serialize};

use super::modality::Modality;
use crate::world::Rng;

/// Classes of every task: `no` or the first value, `yes` or the second.
pub const CLASSES: usize = 2;

/// What is shown, said and heard, 0 or 1 each, in the order of [`Modality::ALL`].
pub(super) type Bits = [usize; Modality::ALL.len()];

/// Where the answer stands.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, strum::IntoStaticStr)]
#[strum(const_into_str, serialize_all = "lowercase")]
pub enum Information {
    /// In each modality alike: "it is red" of something red, and red things knock twice.
    Redundant,
    /// In the picture alone: "which colour is it".
    Picture,
    /// In the words alone, whatever the picture shows: "answer red please".
    Words,
    /// In none: "is it red" is answered by comparing, an exclusive or of what is shown and what is said, and two knocks turn
    /// the answer round.
    Synergy,
    /// In the sound alone: "which answer is it".
    Sound,
}

impl Information {
    /// The sound stands last, so that mixtures of the first four mean what they meant without it.
    pub const ALL: [Self; 5] = [Self::Redundant, Self::Picture, Self::Words, Self::Synergy, Self::Sound];

    pub fn name(self) -> &'static str {
        self.into_str()
    }

    /// In a modality alone.
    pub fn unique(modality: Modality) -> Self {
        match modality {
            Modality::Picture => Self::Picture,
            Modality::Words => Self::Words,
            Modality::Sound => Self::Sound,
        }
    }

    /// Whether there are such samples of these modalities.
    pub fn is_among(self, modalities: &[Modality]) -> bool {
        let of_several = matches!(self, Self::Redundant | Self::Synergy);
        of_several || modalities.iter().any(|&modality| Self::unique(modality) == self)
    }

    /// The class. Of a synergy it is the parity of all modalities, where agreement of picture and words counts as 1.
    pub(super) fn answer(self, bits: Bits, modalities: &[Modality]) -> usize {
        match self {
            Self::Redundant => bits[modalities[0] as usize],
            Self::Picture => bits[Modality::Picture as usize],
            Self::Words => bits[Modality::Words as usize],
            Self::Sound => bits[Modality::Sound as usize],
            Self::Synergy => {
                let sum: usize = modalities.iter().map(|&modality| bits[modality as usize]).sum();
                (sum + usize::from(asks_whether(modalities))) % CLASSES
            }
        }
    }

    /// Whether the classes are "no" and "yes"; else they are the two values.
    pub fn is_yes_or_no(self, modalities: &[Modality]) -> bool {
        self == Self::Synergy && asks_whether(modalities)
    }
}

/// Whether something is shown that may be as it is said.
fn asks_whether(modalities: &[Modality]) -> bool {
    [Modality::Picture, Modality::Words].iter().all(|modality| modalities.contains(modality))
}

/// The mixture: how many parts of the samples carry their answer where, in the order of [`Information::ALL`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "TaskParts", into = "TaskParts")]
pub struct Task {
    pub parts: [u8; Information::ALL.len()],
}

/// A task as files have it.
#[derive(Serialize, Deserialize)]
struct TaskParts {
    parts: Vec<u8>,
}

impl TryFrom<TaskParts> for Task {
    type Error = &'static str;

    fn try_from(found: TaskParts) -> Result<Self, Self::Error> {
        Task::of(&found.parts).ok_or("a mixture has four parts, or five with that of the sound")
    }
}

impl From<Task> for TaskParts {
    fn from(task: Task) -> Self {
        TaskParts { parts: task.written().to_vec() }
    }
}

impl Task {
    /// All samples of one kind.
    pub const fn pure(information: Information) -> Self {
        let mut parts = [0; Information::ALL.len()];
        parts[information as usize] = 1;
        Task { parts }
    }

    /// Of four parts, or of five with that of the sound.
    pub fn of(parts: &[u8]) -> Option<Self> {
        let mut task = Task { parts: [0; Information::ALL.len()] };
        let is_good = (task.parts.len() - 1..=task.parts.len()).contains(&parts.len());
        is_good.then(|| {
            task.parts[..parts.len()].copy_from_slice(parts);
            task
        })
    }

    /// What [`Task::of`] reads: four parts where that of the sound is 0.
    pub fn written(&self) -> &[u8] {
        let [first @ .., sound] = &self.parts;
        if *sound == 0 { first } else { &self.parts }
    }

    /// Without the parts of modalities that are not chosen.
    pub fn among(&self, modalities: &[Modality]) -> Self {
        let kept = |information: Information| match information.is_among(modalities) {
            true => self.parts[information as usize],
            false => 0,
        };
        Task { parts: Information::ALL.map(kept) }
    }

    fn total(&self) -> u32 {
        self.parts.iter().map(|&part| u32::from(part)).sum()
    }

    pub fn is_empty(&self) -> bool {
        self.total() == 0
    }

    /// The share of samples whose answer stands there, 0 to 1.
    pub fn share(&self, information: Information) -> f32 {
        f32::from(self.parts[information as usize]) / self.total().max(1) as f32
    }

    /// The best accuracy that the modalities `seen` allow where `modalities` are chosen: of samples that look alike the
    /// commoner answer. What kind of question it is the words tell, and they alone.
    pub fn ceiling(&self, seen: &[Modality], modalities: &[Modality]) -> f32 {
        let task = self.among(modalities);
        let mut shares = [[[0.0_f32; CLASSES]; 1 << Modality::ALL.len()]; Information::ALL.len()];
        let codes = 1 << modalities.len();
        for (information, code) in Information::ALL.into_iter().flat_map(|i| (0..codes).map(move |c| (i, c)))
        {
            let mut bits = bits_of(code, modalities);
            if information == Information::Redundant {
                bits = [bits[modalities[0] as usize]; Modality::ALL.len()];
            }
            let answer = information.answer(bits, modalities);
            let kind = if seen.contains(&Modality::Words) { information as usize } else { 0 };
            let view: usize = seen.iter().map(|&modality| bits[modality as usize] << modality as usize).sum();
            shares[kind][view][answer] += task.share(information) / codes as f32;
        }
        shares.as_flattened().iter().map(|[first, second]| first.max(*second)).sum()
    }

    pub(super) fn draw(&self, rng: &mut Rng) -> Information {
        let mut at = rng.below(self.total() as usize);
        for (information, &part) in Information::ALL.iter().zip(&self.parts) {
            match at.checked_sub(usize::from(part)) {
                Some(rest) => at = rest,
                None => return *information,
            }
        }
        unreachable!("the parts fill the total")
    }
}

/// Number `code` of the ways in which `modalities` can stand, the first of them in the highest place; the others stand at 0.
pub(super) fn bits_of(code: usize, modalities: &[Modality]) -> Bits {
    let mut bits = Bits::default();
    for (place, &modality) in modalities.iter().rev().enumerate() {
        bits[modality as usize] = code >> place & 1;
    }
    bits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ceilings_follow_from_the_mixture_and_from_what_tells_its_kinds() {
        use Modality::*;
        let [pair, heard, all] = [Modality::SETS[0], Modality::SETS[1], Modality::SETS[3]];
        let of = |parts: [u8; 5], seen: &[Modality], modalities| Task { parts }.ceiling(seen, modalities);
        assert_eq!([Picture, Words].map(|one| of([1, 0, 0, 3, 0], &[one], pair)), [0.625; 2]);
        assert_eq!([Picture, Words].map(|one| of([0, 1, 0, 1, 0], &[one], pair)), [0.75, 0.5]);
        assert_eq!(Modality::ALL.map(|one| of([2, 0, 0, 0, 2], &[one], all)), [0.75, 0.75, 1.0]);
        // A part whose modality is not chosen does not count.
        assert_eq!(of([1, 0, 0, 0, 9], &[Picture], pair), 1.0);
        // Parity of three is in no two of them.
        assert_eq!(of([0, 0, 0, 1, 0], &[Picture, Words], all), 0.5);
        assert_eq!(of([0, 0, 0, 1, 0], all, all), 1.0);
        // Without words nothing says whether picture or sound is to be believed.
        assert_eq!(of([0, 1, 0, 0, 1], heard, heard), 0.75);
        assert_eq!(of([0, 1, 0, 0, 1], all, all), 1.0);
    }

    #[test]
    fn mixtures_of_four_parts_are_read_and_written_as_before() {
        let old = r#"{"parts":[1,0,2,3]}"#;
        let task: Task = serde_json::from_str(old).unwrap();
        assert_eq!(task, Task { parts: [1, 0, 2, 3, 0] });
        assert_eq!(serde_json::to_string(&task).unwrap(), old);
        let sound = Task::pure(Information::Sound);
        assert_eq!(serde_json::from_str::<Task>(&serde_json::to_string(&sound).unwrap()).unwrap(), sound);
        assert!(serde_json::from_str::<Task>(r#"{"parts":[1,2]}"#).is_err());
    }
}
