//! Binding a modality to the frozen space of pictures and words: `InfoNCE` both ways between clips by the modality and their pictures,
//! and their full captions (Girdhar et al. 2023, ImageBind, section 3.2).

use super::small_trainer::{Inputs, training_plan};
use crate::device::DeviceError;
use crate::infer::VisionLanguageModel;
use crate::infer::modality::{inputs, targets};
use crate::model::modality::{self, Config, Modality};
use crate::ops::binary::{add, mul};
use crate::ops::info_nce::info_nce;
use crate::ops::matmul::{Transpose, matmul};
use crate::ops::scale::scale;
use crate::plan::{Plan, PlanBuilder, SlotId};
use crate::tensor::DType::F32;
use crate::world::{Clip, Split};

/// What the vectors of a modality are held against, by the names of the inputs `[N, E]`.
const TARGETS: [&str; 2] = ["picture", "words"];

/// A step on batches of `count` clips.
pub fn plan(config: &Config, count: usize) -> Plan {
    training_plan(|b| objective(b, config, count), |_, weights| weights)
}

fn objective(b: &mut PlanBuilder, config: &Config, count: usize) -> SlotId {
    let own = modality::encode(b, config, count);
    let temperature = modality::temperature(b);
    let losses = TARGETS.map(|name| {
        let target = b.input(name, [count, config.embed_width], F32);
        let cosines = matmul(b, own, target, Transpose { x: false, y: true });
        let logits = mul(b, cosines, temperature);
        let loss = info_nce(b, logits, None);
        b.name(loss, &format!("loss.{name}"));
        loss
    });
    let sum = add(b, losses[0], losses[1]);
    scale(b, sum, 0.5)
}

/// Batch `number` of `count` training clips under a seed, with the vectors that `model` gives their pictures and captions.
pub async fn batch(
    model: &mut VisionLanguageModel,
    modality: Modality,
    seed: u64,
    number: u64,
    count: usize,
) -> Result<Inputs, DeviceError> {
    let first = number * count as u64;
    let clips: Vec<Clip> =
        (first..first + count as u64).map(|index| Clip::draw(Split::Train, seed, index)).collect();
    let mut inputs = inputs(model, modality, &clips).await?;
    for (name, vectors) in TARGETS.into_iter().zip(targets(model, &clips).await?) {
        inputs.push((name.to_string(), vectors));
    }
    Ok(inputs)
}
