//! A live run as the page has heard it.

use crate::lab::fuse::{Contestant, Round, Shown, Standing};
use crate::lab::sabotage::Damage;
use crate::session::protocol::Lesson;

/// A race: its curves, and the newest judgement of each contestant.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Training {
    pub step: u64,
    /// The held-out samples, in their order.
    pub samples: Vec<Shown>,
    pub rounds: Vec<Round>,
    /// The newest of each contestant, in the order of the race.
    pub standings: Vec<Standing>,
    pub judgements: Vec<Judgement>,
}

/// A point of the curves on held-out samples.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Judgement {
    pub contestant: Contestant,
    pub step: u64,
    pub accuracy: f32,
    /// Without the words, and without the picture.
    pub alone: [f32; 2],
}

impl Training {
    pub(super) fn hear(&mut self, lesson: Lesson) {
        match lesson {
            Lesson::RaceBegun { samples } => *self = Training { samples, ..Training::default() },
            Lesson::Round(round) => {
                self.step = round.step;
                self.rounds.push(round);
            }
            Lesson::Standing(standing) => self.judge(standing),
            Lesson::Damage(_) => {}
        }
    }

    fn judge(&mut self, standing: Standing) {
        let Standing { contestant, step, alone, .. } = standing;
        let accuracy = standing.confusion.accuracy();
        self.judgements.push(Judgement { contestant, step, accuracy, alone });
        match self.standings.iter_mut().find(|known| known.contestant == contestant) {
            Some(known) => *known = standing,
            None => self.standings.push(standing),
        }
    }
}

/// Keeps the damages of one race, modality and corruption; a newer one of equal strength takes the older one's place.
pub(super) fn add_damage(damages: &mut Vec<Damage>, new: Damage) {
    let key = |damage: &Damage| (damage.step, damage.sabotage.modality, damage.sabotage.corruption);
    let strength = |damage: &Damage| (damage.contestant, damage.sabotage.percent);
    damages.retain(|old| key(old) == key(&new) && strength(old) != strength(&new));
    damages.push(new);
}
