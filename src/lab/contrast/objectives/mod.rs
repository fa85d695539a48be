//! Objectives of pre-training, raced: each trains the same two encoders from the same weights for as many steps; then
//! the encoders are frozen, and three probes of one budget tell what they are good for.

mod batch;
mod contestant;
mod decoder;
mod losses;
mod probes;
mod reconstruct;
mod report;

pub use super::partner::OBJECTS;
pub use batch::COARSE_GRID;
pub use report::{
    Captioning, Objective, ObjectiveSettings, Phase, Probing, ReconstructedPair, Reconstructions,
    SquaredError, Standing,
};

use std::rc::Rc;

use self::contestant::Contestant;
use super::data::{Pair, Pool};
use crate::device::{Device, DeviceError};

/// A race of all objectives that there are.
pub struct ObjectiveComparison {
    pub settings: ObjectiveSettings,
    pool: Pool,
    held_out: Vec<Rc<Pair>>,
    contestants: Vec<Contestant>,
    /// Whose turn it is.
    turn: usize,
    /// Pieces of work that are done.
    pub pieces: u64,
}

impl ObjectiveComparison {
    /// All contestants with the same random weights; that the settings pass [`ObjectiveSettings::check`] is the caller's to see to.
    pub async fn begin(device: &Device, settings: ObjectiveSettings) -> Result<Self, DeviceError> {
        assert_eq!(settings.check(), Ok(()));
        let pool = Pool::new(OBJECTS, settings.partner);
        let mut contestants = Vec::new();
        for objective in Objective::of(settings.partner) {
            contestants.push(Contestant::new(device, objective, &settings, pool.reading()).await?);
        }
        Ok(ObjectiveComparison { settings, held_out: pool.held_out(), pool, contestants, turn: 0, pieces: 0 })
    }

    /// One short piece of work of the contestant whose turn it is, and where that one stands; none when the race is over.
    pub async fn step(&mut self, device: &Device) -> Result<Option<Standing>, DeviceError> {
        let count = self.contestants.len();
        let turns = (self.turn..self.turn + count).map(|at| at % count);
        let Some(next) = turns.into_iter().find(|at| !self.contestants[*at].is_done()) else {
            return Ok(None);
        };
        let contestant = &mut self.contestants[next];
        contestant.step(device, &self.settings, &mut self.pool, &self.held_out).await?;
        self.turn = next + 1;
        self.pieces += 1;
        Ok(Some(contestant.standing.clone()))
    }

    pub fn is_over(&self) -> bool {
        self.contestants.iter().all(Contestant::is_done)
    }

    /// Where every contestant stands, in the order of [`Objective::of`].
    pub fn standings(&self) -> Vec<Standing> {
        self.contestants.iter().map(|contestant| contestant.standing.clone()).collect()
    }
}
