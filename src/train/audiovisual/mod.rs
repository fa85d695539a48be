//! What the networks of [`crate::model::audiovisual`] learn from: the world knows what sounds, when and where.

mod events;
mod reconstruction;
mod separation;
mod source;
mod sync;

use super::small_trainer::{Inputs, training_plan};
use crate::device::DeviceError;
use crate::infer::VisionLanguageModel;
use crate::infer::audiovisual::Network;
use crate::model::audiovisual::{Config, Task};
use crate::ops::binary::{add, mul};
use crate::ops::reduce;
use crate::ops::scale::scale;
use crate::plan::{Plan, PlanBuilder, SlotId};
use crate::world::{Clip, Rng, Split, Stream};

/// A step on batches of `count` samples.
pub fn plan(config: &Config, count: usize) -> Plan {
    let objective = match config.task {
        Task::Source => source::objective,
        Task::Sync => sync::objective,
        Task::Events => events::objective,
        Task::Separation => separation::objective,
        Task::Reconstruction => reconstruction::objective,
    };
    training_plan(|b| objective(b, config, count), |_, weights| weights)
}

/// `mean (x - y)²` over all elements of two slots of one shape.
fn mean_squared_error(b: &mut PlanBuilder, x: SlotId, y: SlotId) -> SlotId {
    let count = b.shape(x).numel();
    let minus = scale(b, y, -1.0);
    let error = add(b, x, minus);
    let squares = mul(b, error, error);
    let squares = b.reshape(squares, [count]);
    reduce::mean(b, squares, 0)
}

/// What stays as it is while a network learns.
pub struct Frozen<'a> {
    pub model: &'a mut VisionLanguageModel,
    /// The network of [`Task::Events`], whose activity that of [`Task::Sync`] reads.
    pub events: Option<Network>,
}

/// Batch `number` of `count` samples of training clips under a seed.
///
/// # Panics
/// For [`Task::Sync`] without the network of events.
pub async fn batch(
    frozen: &mut Frozen<'_>,
    task: Task,
    seed: u64,
    number: u64,
    count: usize,
) -> Result<Inputs, DeviceError> {
    let rng = Rng::new(Split::Train, seed, number, Stream::Task);
    match task {
        Task::Source => source::batch(frozen.model, seed, rng, count).await,
        Task::Sync => {
            let events = frozen.events.as_mut().expect("sync reads what the network of events sees");
            sync::batch(events, seed, rng, count).await
        }
        Task::Events => Ok(events::batch(seed, rng, count)),
        Task::Separation => separation::batch(frozen.model, seed, rng, count).await,
        Task::Reconstruction => reconstruction::batch(frozen.model, seed, rng, count).await,
    }
}

/// Clips of the training split, without end.
fn clips(seed: u64, rng: &mut Rng) -> impl Iterator<Item = Clip> {
    std::iter::repeat_with(move || Clip::draw(Split::Train, seed, rng.next_u64() >> 16))
}
