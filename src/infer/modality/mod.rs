//! What the encoders of [`crate::model::modality`] read, as tensors.

mod encoder;
pub(crate) mod graph;
mod motion;
mod small_model;
mod sound;
mod spectrogram;
pub(crate) mod table;
mod targets;

pub use encoder::ModalityEncoder;
use graph::graph_inputs;
use motion::motion_inputs;
pub use small_model::{METADATA_KEY, SmallModelError};
pub(super) use small_model::{SmallModel, expect_sizes, sizes_of_states, stored_config};
pub(super) use sound::sound_inputs;
pub use sound::{WaveformError, check_waveform, is_silent};
pub use spectrogram::spectrogram;
use table::table_inputs;
pub use targets::targets;

use super::{VisionLanguageModel, pixels};
use crate::device::DeviceError;
use crate::model::modality::Modality;
use crate::pixels::Pixels;
use crate::tensor::HostTensor;
use crate::world::{Clip, Graph, Table};

/// Inputs of a plan, by name.
pub type Inputs = Vec<(String, HostTensor)>;

/// What an encoder reads of clips; `model` sees the pictures of their videos.
pub async fn inputs(
    model: &mut VisionLanguageModel,
    modality: Modality,
    clips: &[Clip],
) -> Result<Inputs, DeviceError> {
    Ok(match modality {
        Modality::Sound => {
            let waveforms: Vec<Vec<f32>> = clips.iter().map(|clip| clip.sound().mix()).collect();
            sound_inputs(&waveforms.iter().map(Vec::as_slice).collect::<Vec<_>>())
        }
        Modality::Motion => {
            let videos: Vec<Vec<Pixels>> =
                clips.iter().map(|clip| clip.frames().map(pixels).collect()).collect();
            motion_inputs(model, &videos).await?
        }
        Modality::Graph => {
            let graphs: Vec<Graph> = clips.iter().map(Clip::graph).collect();
            graph_inputs(&graphs.iter().collect::<Vec<_>>())
        }
        Modality::Table => {
            let tables: Vec<Table> = clips.iter().map(Clip::table).collect();
            table_inputs(&tables.iter().collect::<Vec<_>>())
        }
    })
}
