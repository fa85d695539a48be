//! Videos as tensors, see [`crate::model::modality::motion`].

use super::{Inputs, VisionLanguageModel};
use crate::device::DeviceError;
use crate::model::modality::motion::{GRID, STATES};
use crate::pixels::Pixels;
use crate::tensor::HostTensor;
use crate::world::motion::FRAMES;

/// `frames` of videos of [`FRAMES`] pictures each, at the size that `model` sees.
pub(super) async fn motion_inputs(
    model: &mut VisionLanguageModel,
    videos: &[Vec<Pixels>],
) -> Result<Inputs, DeviceError> {
    assert!(videos.iter().all(|frames| frames.len() == FRAMES), "{FRAMES} pictures in a video");
    let states = model.image_states(&videos.concat()).await?;
    Ok(vec![("frames".into(), HostTensor::f32([videos.len() * FRAMES, GRID * GRID, STATES], states))])
}
