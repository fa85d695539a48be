//! A loaded model on a device: pictures and words in, embeddings, probabilities, captions and attention out.
//! Plans are emitted once per shape and kept.

mod cache;
pub mod checkpoint;
mod decoding;
mod encode;
mod generate;
mod load;
mod model;
mod next;
mod prompt;
mod read;
mod see;
mod text;
mod trace;
mod write;

pub use decoding::{Decoding, Generator, Hypothesis, likeliest};
pub use encode::{pixel_values, probe_plan};
pub use generate::{Written, pick};
pub use load::{LoadError, ModelFiles};
pub use model::{Model, ModelError};
pub use next::Next;
pub use prompt::{SPECIALS, Words};
pub use read::Rows;
pub use text::TextError;
pub use trace::Trace;
pub use write::Source;

use std::collections::HashMap;
use std::rc::Rc;

use crate::device::{Bank, Device, DeviceError, Prepared};
use crate::model::playroom::Config;
use crate::plan::Plan;
use cache::Extent;
use decoding::GenerationConfig;
use next::Kept;

/// Image tokens of one or more pictures, `[B, G*G, D]`, in host memory.
pub type ImageTokens = crate::tensor::HostTensor;

/// What a plan computes, with its shape.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Job {
    EncodeImages { batch: usize, traced: bool },
    EncodeTexts { rows: usize, tokens: usize },
    Match(Rows),
    Decode(Rows),
    Look,
    Next { held: Extent, traced: bool },
    Move { from: Extent, to: Extent },
}

/// A Playroom model, its words and its plans on one device.
pub struct Runner {
    pub config: Config,
    pub words: Words,
    device: Device,
    bank: Bank,
    plans: HashMap<Job, Rc<Prepared>>,
    parameters: usize,
    generation: GenerationConfig,
    kept: Kept,
}

impl Runner {
    async fn prepared(
        &mut self,
        job: Job,
        emit: impl FnOnce(&Config) -> Plan,
    ) -> Result<Rc<Prepared>, DeviceError> {
        if let Some(prepared) = self.plans.get(&job) {
            return Ok(prepared.clone());
        }
        let plan = Rc::new(emit(&self.config));
        let prepared = Rc::new(self.bank.prepare(plan).await?);
        self.plans.insert(job, prepared.clone());
        Ok(prepared)
    }

    /// Number of weights.
    pub fn parameters(&self) -> usize {
        self.parameters
    }

    /// The learned temperature `exp(logit_scale)` of the contrastive logits.
    pub async fn temperature(&self) -> Result<f32, DeviceError> {
        let scale = self.bank.fetch("logit_scale").await?;
        temperature(scale.as_f32()[0])
    }

    pub fn device(&self) -> &Device {
        &self.device
    }
}

/// `exp(logit_scale)`, which must be finite.
fn temperature(scale: f32) -> Result<f32, DeviceError> {
    match scale.exp() {
        found if found.is_finite() => Ok(found),
        found => Err(DeviceError::NotFinite {
            name: "exp(logit_scale)".to_string(),
            index: 0,
            found,
            first: "logit_scale".to_string(),
            kernel: "the weights",
        }),
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
