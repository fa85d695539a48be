//! The objects of a picture on paper, out of the vector of the picture or of its full caption: the squared error of pixels.

use super::clips;
use crate::device::DeviceError;
use crate::infer::audiovisual::cells_of;
use crate::infer::modality::{Inputs, targets};
use crate::infer::{VisionLanguageModel, pixels};
use crate::model::audiovisual::Config;
use crate::model::audiovisual::reconstruction::{CELL, EMBED_WIDTH, GRID, emit};
use crate::ops::binary::{add, mul};
use crate::ops::reduce;
use crate::ops::scale::scale;
use crate::plan::{PlanBuilder, SlotId};
use crate::tensor::DType::F32;
use crate::tensor::HostTensor;
use crate::world::render::render;
use crate::world::{Clip, Rng};

/// Values of a picture.
const VALUES: usize = GRID * GRID * CELL * CELL * 3;

pub(super) fn objective(b: &mut PlanBuilder, config: &Config, count: usize) -> SlotId {
    let drawn = emit(b, config, count);
    let drawn = b.reshape(drawn, [count, VALUES]);
    let target = b.input("target", [count, VALUES], F32);
    let target = scale(b, target, -1.0);
    let error = add(b, drawn, target);
    let squares = mul(b, error, error);
    let squares = b.reshape(squares, [count * VALUES]);
    reduce::mean(b, squares, 0)
}

pub(super) async fn batch(
    model: &mut VisionLanguageModel,
    seed: u64,
    mut rng: Rng,
    count: usize,
) -> Result<Inputs, DeviceError> {
    let clips: Vec<Clip> = clips(seed, &mut rng).take(count).collect();
    let [pictures, words] = targets(model, &clips).await?;
    let [pictures, words] = [&pictures, &words].map(|rows| rows.as_f32().chunks_exact(EMBED_WIDTH));
    let vectors = pictures.zip(words).flat_map(|(picture, word)| if rng.one_in(2) { word } else { picture });
    let vectors = HostTensor::f32([count, EMBED_WIDTH], vectors.copied().collect());
    let target = clips.iter().flat_map(|clip| cells_of(&pixels(render(&clip.scene.on_paper())))).collect();
    Ok(vec![("vectors".into(), vectors), ("target".into(), HostTensor::f32([count, VALUES], target))])
}
