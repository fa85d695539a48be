//! What the encoders of [`crate::model::modality`] read, as tensors.

mod encoder;
mod graph;
mod table;
mod targets;

pub use encoder::{EMBEDS, EncoderError, METADATA_KEY, ModalityEncoder, plan};
pub use graph::graph_inputs;
pub use table::table_inputs;
pub use targets::targets;

use crate::model::modality::Modality;
use crate::tensor::HostTensor;
use crate::world::{Clip, Graph, Table};

/// Inputs of a plan, by name.
pub type Inputs = Vec<(String, HostTensor)>;

/// What an encoder reads of clips.
pub fn inputs(modality: Modality, clips: &[Clip]) -> Inputs {
    match modality {
        Modality::Graph => {
            let graphs: Vec<Graph> = clips.iter().map(Clip::graph).collect();
            graph_inputs(&graphs.iter().collect::<Vec<_>>())
        }
        Modality::Table => {
            let tables: Vec<Table> = clips.iter().map(Clip::table).collect();
            table_inputs(&tables.iter().collect::<Vec<_>>())
        }
    }
}
