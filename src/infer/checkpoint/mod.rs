//! Published checkpoints: CLIP, SigLIP and BLIP from their files to embeddings, captions, answers and matches.

#[cfg(not(target_arch = "wasm32"))]
mod convert;
mod effect;
mod embed;
mod fill;
mod plans;
mod trace;
mod words;
mod write;

#[cfg(not(target_arch = "wasm32"))]
pub use convert::{ConvertError, Converted, MAX_FILE, convert};
pub use effect::{Agreement, EffectError, Made, scenes};
pub use embed::{BATCH, Scale};
pub use plans::Job;
pub use words::{Cut, Words};

use std::collections::HashMap;
use std::io;
use std::rc::Rc;

use crate::device::{Bank, Device, DeviceError, Prepared};
use crate::infer::decoding::{GenerationConfig, GenerationError};
use crate::io::preprocess::{Family, ImageProcessor, PreprocessError};
use crate::io::read_at::Files;
use crate::io::safetensors::SafetensorsError;
use crate::io::tokenizer::TokenizerError;
use crate::io::weights::{Weights, WeightsError};
use crate::limits::{self, LimitError};
use crate::model::architecture::{Architecture, ConfigError, Wanted};
use crate::precision::Precision;
use crate::tensor::HostTensor;
use fill::Fill;
use write::Kept;

/// A published model with its plans on one device.
pub struct Checkpoint {
    pub architecture: Architecture,
    pub images: ImageProcessor,
    /// None where the folder has no tokenizer: such a model reads ids only.
    pub words: Option<Words>,
    /// How the device keeps the matrices.
    pub precision: Precision,
    /// What `generation_config.json` says of writing.
    pub generation: GenerationConfig,
    /// What was taken by default, and what the files say that is not followed here: sentences for whoever uses the model.
    pub notes: Vec<String>,
    device: Device,
    bank: Bank,
    plans: HashMap<(Job, bool), Rc<Prepared>>,
    kept: Kept,
}

#[derive(Debug, thiserror::Error)]
pub enum CheckpointError {
    #[error("{file} cannot be read: {source}")]
    Unreadable { file: String, source: io::Error },
    #[error("there is no config.json")]
    NoConfig,
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Preprocess(#[from] PreprocessError),
    #[error(transparent)]
    Tokenizer(#[from] TokenizerError),
    #[error("the tokenizer has ids up to {largest}, config.json says that there are {expected}")]
    Vocabulary { largest: u32, expected: usize },
    #[error(
        "the token that fills rows up has the id {pad}, config.json says that there are {expected} tokens"
    )]
    Pad { pad: u32, expected: usize },
    #[error("config.json says that a text ends in the token {end}, which the tokenizer puts into none")]
    End { end: u32 },
    #[error(transparent)]
    Generation(#[from] GenerationError),
    #[error(transparent)]
    Limit(#[from] LimitError),
    #[error(transparent)]
    Weights(#[from] WeightsError),
    #[error("`{tensor}` holds {found} in row {row}, which {precision} does not hold")]
    Precision { tensor: String, precision: &'static str, row: usize, found: f32 },
    #[error(transparent)]
    Device(#[from] DeviceError),
}

impl From<SafetensorsError> for CheckpointError {
    fn from(error: SafetensorsError) -> Self {
        CheckpointError::Weights(error.into())
    }
}

impl Checkpoint {
    /// Puts the weights on the device in pieces of a few megabytes; each tensor is checked against the shape that the model
    /// asks for. Matrices of linear maps and tables of tokens are kept in `precision`, all else as f32.
    pub fn load(device: Device, files: &dyn Files, precision: Precision) -> Result<Self, CheckpointError> {
        let architecture = Self::architecture(files)?;
        let family = match architecture {
            Architecture::Clip(_) => Family::Clip,
            Architecture::Siglip(_) => Family::Siglip,
            Architecture::Blip(..) => Family::Blip,
        };
        limits::fits("the weights", architecture.bytes(precision).into(), limits::weights())?;
        let side = architecture.vision().image_size as u32;
        let (images, note) = ImageProcessor::open(files, family, side)?;
        let words = Words::open(files, &architecture)?;
        let (generation, unfollowed) = GenerationConfig::open(files, &architecture)?;
        let weights = Weights::open(files)?;
        let all = architecture.kept(precision, device.layout());
        // No room is made before all headers agree.
        all.iter().try_for_each(|wanted| weights.check(held(&weights, wanted), &wanted.shape))?;
        let mut bank = device.bank();
        for wanted in all {
            let mut fill = Fill::new(&mut bank, &wanted)?;
            weights.pieces(held(&weights, &wanted), &wanted.shape, |_, values| fill.take(values))?;
        }
        let (plans, kept) = (HashMap::new(), Kept::default());
        let notes = note.into_iter().chain(unfollowed).collect();
        Ok(Checkpoint {
            architecture,
            images,
            words,
            precision,
            generation,
            notes,
            device,
            bank,
            plans,
            kept,
        })
    }

    /// What the `config.json` among the files describes.
    pub fn architecture(files: &dyn Files) -> Result<Architecture, CheckpointError> {
        const FILE: &str = "config.json";
        let unreadable = |source| CheckpointError::Unreadable { file: FILE.to_string(), source };
        let config = files.read(FILE).map_err(unreadable)?.ok_or(CheckpointError::NoConfig)?;
        Ok(Architecture::parse(&config)?)
    }

    pub fn device(&self) -> &Device {
        &self.device
    }

    /// Texts that were too long for the model since this was last asked.
    pub fn take_cuts(&self) -> Vec<Cut> {
        self.words.as_ref().map(Words::take_cuts).unwrap_or_default()
    }

    /// Replays the plan of `job` on `inputs`; its slots are read by [`Checkpoint::read`]. A traced run also keeps the
    /// attention probabilities, under `<path of the attention>.attention_probs`.
    pub async fn run(
        &mut self,
        job: Job,
        traced: bool,
        inputs: &[(&str, &HostTensor)],
    ) -> Result<Rc<Prepared>, DeviceError> {
        let prepared = match self.plans.get(&(job, traced)) {
            Some(prepared) => prepared.clone(),
            None => {
                let plan = Rc::new(plans::plan(
                    &self.architecture,
                    job,
                    traced,
                    (self.precision, self.device.layout()),
                ));
                let prepared = Rc::new(self.bank.prepare(plan).await?);
                self.plans.insert((job, traced), prepared.clone());
                prepared
            }
        };
        for (name, tensor) in inputs {
            prepared.write(name, tensor);
        }
        prepared.run(prepared.plan().all())?;
        Ok(prepared)
    }

    /// A slot of the plan as the last run left it, whose numbers must be finite.
    pub async fn read(&self, prepared: &Prepared, name: &str) -> Result<HostTensor, DeviceError> {
        prepared.read_finite(name).await
    }

    /// The device, without the model.
    pub fn into_device(self) -> Device {
        self.device
    }

    /// A weight of one element.
    async fn scalar(&self, name: &str) -> Result<f32, DeviceError> {
        Ok(self.bank.fetch(name).await?.as_f32()[0])
    }
}

/// The name under which the files hold a weight.
fn held<'a>(weights: &Weights, wanted: &'a Wanted) -> &'a str {
    let other = wanted.others.iter().find(|other| !weights.has(&wanted.name) && weights.has(other));
    other.unwrap_or(&wanted.name)
}

/// A file's bytes, none where it is not there.
fn read(files: &dyn Files, name: &str) -> Result<Option<Vec<u8>>, CheckpointError> {
    files.read(name).map_err(|source| CheckpointError::Unreadable { file: name.to_string(), source })
}
