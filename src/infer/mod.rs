//! A loaded model on a device: pictures and words in, embeddings, probabilities, captions and attention out.
//! Plans are emitted once per shape and kept.

mod attention;
pub mod audiovisual;
#[cfg(not(target_arch = "wasm32"))]
mod convert;
mod decode;
mod decoding;
mod encode;
mod job;
mod kv_cache;
mod late;
mod load;
mod load_error;
pub mod modality;
mod model_tokenizer;
mod playroom_tokenizer;
mod text;
mod text_error;
mod weight_uploader;

pub use attention::Trace;
#[cfg(not(target_arch = "wasm32"))]
pub use convert::{ConvertError, Converted, MAX_FILE, convert};
pub use decode::{GenerationContext, NextTokenLogprobs};
pub use decoding::{Decoding, GenerationConfig, Generator, Hypothesis, likeliest};
pub use encode::{BATCH, LogitScale, grey_pixels, pixel_values, pixels};
pub use job::{Job, probe_plan};
pub use late::WordMaps;
pub use load_error::LoadError;
pub use model_tokenizer::{ModelTokenizer, TextNotes, Truncation, UnknownWords};
pub use playroom_tokenizer::{PlayroomTokenizer, SPECIALS};
pub use text_error::TextError;

use std::collections::HashMap;
use std::rc::Rc;

use crate::device::{CompiledPlan, Device, DeviceError, ParamStore};
use crate::io::preprocess::ImageProcessor;
use crate::model::architecture::Architecture;
use crate::model::playroom;
use crate::precision::Precision;
use crate::tensor::HostTensor;
use kv_cache::KvCache;

/// A model of pictures and texts, ours or a published one, with its plans on one device.
pub struct VisionLanguageModel {
    pub architecture: Architecture,
    pub image_processor: ImageProcessor,
    /// None where the folder has no tokenizer: such a model reads ids only.
    pub tokenizer: Option<ModelTokenizer>,
    /// How the device keeps the matrices.
    pub precision: Precision,
    /// What `generation_config.json` says of writing.
    pub generation: GenerationConfig,
    /// What was taken by default, and what the files say that is not followed here: sentences for whoever uses the model.
    pub notes: Vec<String>,
    device: Device,
    params: ParamStore,
    plans: HashMap<(Job, bool), Rc<CompiledPlan>>,
    cache: KvCache,
}

impl VisionLanguageModel {
    pub fn device(&self) -> &Device {
        &self.device
    }

    /// The device, without the model.
    pub fn into_device(self) -> Device {
        self.device
    }

    /// The configuration and the tokenizer of a Playroom model; none of others.
    pub fn playroom(&self) -> Option<(&playroom::Config, &PlayroomTokenizer)> {
        match &self.architecture {
            Architecture::Playroom(config) => Some((config, self.tokenizer.as_ref()?.playroom()?)),
            _ => None,
        }
    }

    /// Replays the plan of `job` on `inputs`; its slots are read by [`VisionLanguageModel::read`]. A traced run also keeps the
    /// attention probabilities, under `<path of the attention>.attention_probs`.
    pub async fn run(
        &mut self,
        job: Job,
        traced: bool,
        inputs: &[(&str, &HostTensor)],
    ) -> Result<Rc<CompiledPlan>, DeviceError> {
        let compiled = match self.plans.get(&(job, traced)) {
            Some(compiled) => compiled.clone(),
            None => {
                let kept = (self.precision, self.device.layout());
                let plan = Rc::new(job::plan(&self.architecture, job, traced, kept));
                let compiled = Rc::new(self.params.compile(plan).await?);
                self.plans.insert((job, traced), compiled.clone());
                compiled
            }
        };
        for (name, tensor) in inputs {
            compiled.write(name, tensor);
        }
        compiled.run(compiled.plan().all())?;
        Ok(compiled)
    }

    /// A slot of the plan as the last run left it, whose numbers must be finite.
    pub async fn read(&self, compiled: &CompiledPlan, name: &str) -> Result<HostTensor, DeviceError> {
        compiled.read_finite(name).await
    }
}

/// The next of the few batch and row sizes for which plans are made, so that plans are reused: powers of two.
fn rounded(count: usize) -> usize {
    count.next_power_of_two()
}

/// The next length for which plans are made: multiples of 16 up to the model's longest row.
fn rounded_tokens(tokens: usize, longest: usize) -> usize {
    tokens.next_multiple_of(16).min(longest)
}
