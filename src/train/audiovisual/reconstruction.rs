//! The objects of a picture on paper, out of the vector of the picture or of its full caption: the squared error of pixels.

use super::{clips, mean_squared_error};
use crate::device::DeviceError;
use crate::infer::audiovisual::cells_of;
use crate::infer::modality::{Inputs, targets};
use crate::infer::{VisionLanguageModel, pixels};
use crate::model::audiovisual::Config;
use crate::model::audiovisual::reconstruction::{CELL, EMBED_WIDTH, GRID, emit};
use crate::plan::{PlanBuilder, SlotId};
use crate::tensor::DType::F32;
use crate::tensor::HostTensor;
use crate::world::render::render;
use crate::world::{Clip, Rng};

pub(super) fn objective(b: &mut PlanBuilder, config: &Config, count: usize) -> SlotId {
    let drawn = emit(b, config, count);
    let target = b.input("target", [count, GRID * GRID, CELL * CELL * 3], F32);
    mean_squared_error(b, drawn, target)
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
    Ok(vec![
        ("vectors".into(), vectors),
        ("target".into(), HostTensor::f32([count, GRID * GRID, CELL * CELL * 3], target)),
    ])
}
