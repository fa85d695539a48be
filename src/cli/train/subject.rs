//! What learns beside the shipped model: an encoder of a modality, or a network that hears and sees.

use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::cli::model::{choose_device, open_encoder, open_network, open_shipped, shipped_network};
use crate::cli::{CliError, Common};
use crate::eval::senses;
use crate::infer::audiovisual::Network;
use crate::model::audiovisual::{self, Task};
use crate::model::config_error::ConfigError;
use crate::model::modality;
use crate::plan::Plan;
use crate::train::audiovisual::Frozen;
use crate::train::small_trainer::Inputs;
use crate::train::{audiovisual as tasks, modality as encoders};
use crate::world::Split;

/// Clips of `val` that every checkpoint is measured on.
const VALIDATED: usize = 200;

/// By its sizes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum Subject {
    Encoder(modality::Config),
    Network(audiovisual::Config),
}

impl Subject {
    /// The word of its modality or task, which names its file.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Subject::Encoder(config) => config.modality.word(),
            Subject::Network(config) => config.task.word(),
        }
    }

    /// By which option it is asked for.
    pub(super) fn option(&self) -> String {
        let option = match self {
            Subject::Encoder(_) => "--modality",
            Subject::Network(_) => "--task",
        };
        format!("{option} {}", self.name())
    }

    pub(super) fn check(&self) -> Result<(), ConfigError> {
        match self {
            Subject::Encoder(config) => config.check(),
            Subject::Network(config) => config.check(),
        }
    }

    /// A step on batches of `count`.
    pub(super) fn plan(&self, count: usize) -> Plan {
        match self {
            Subject::Encoder(config) => encoders::plan(config, count),
            Subject::Network(config) => tasks::plan(config, count),
        }
    }

    /// Parts of the loss.
    pub(super) fn parts(&self) -> &'static [&'static str] {
        match self {
            Subject::Encoder(_) => &["picture", "words"],
            Subject::Network(config) if config.task == Task::Events => &["nothing", "hit", "place"],
            Subject::Network(_) => &[],
        }
    }

    /// What [`Subject::validate`] measures.
    pub(super) fn figures(&self) -> &'static [&'static str] {
        match self {
            Subject::Encoder(_) => &["to_picture", "from_picture", "to_words", "from_words"],
            Subject::Network(config) => match config.task {
                Task::Source => &["pointing", "energy"],
                Task::Sync => {
                    &["median_error_frames", "within_one_frame", "cannot_tell_accuracy", "told_nothing"]
                }
                Task::Events => &["f1", "precision", "recall"],
                Task::Separation => &["si_sdri", "si_sdri_without_picture", "si_sdri_of_true_mask"],
                Task::Reconstruction => &["picture", "words", "another"],
            },
        }
    }

    /// The network of events, if this one reads what it sees.
    pub(super) fn open_events(&self, common: &Common) -> Result<Option<Network>, CliError> {
        let is_sync = matches!(self, Subject::Network(config) if config.task == Task::Sync);
        is_sync.then(|| shipped_network(Task::Events, common)).transpose()
    }

    pub(super) fn batch(
        &self,
        frozen: &mut Frozen<'_>,
        seed: u64,
        number: u64,
        count: usize,
    ) -> Result<Inputs, CliError> {
        Ok(match self {
            Subject::Encoder(config) => {
                pollster::block_on(encoders::batch(frozen.model, config.modality, seed, number, count))?
            }
            Subject::Network(config) => {
                pollster::block_on(tasks::batch(frozen, config.task, seed, number, count))?
            }
        })
    }

    /// Figures on `val` of what a file holds, and all that was measured.
    pub(super) fn validate(
        &self,
        file: &Path,
        common: &Common,
        seed: u64,
    ) -> Result<(Vec<f64>, Value), CliError> {
        let device = choose_device(common.backend)?;
        let mut loaded = open_shipped(common)?;
        let model = &mut loaded.0;
        let clips = senses::clips(Split::Val, seed, VALIDATED);
        let report = match self {
            Subject::Encoder(_) => {
                let mut encoders = [open_encoder(file, &device)?];
                let run = senses::evaluate(model, &mut encoders, Split::Val, seed, &clips);
                let report = pollster::block_on(run)?;
                let own = self.name();
                let found = |from: &str, to: &str| report.retrieval[from][to].recall_1.into();
                let values =
                    [found(own, "picture"), found("picture", own), found(own, "words"), found("words", own)];
                return Ok((values.to_vec(), json(&report)));
            }
            Subject::Network(config) => {
                let mut network = open_network(file, config.task, &device)?;
                pollster::block_on(async {
                    Ok::<_, CliError>(match config.task {
                        Task::Source => json(&senses::evaluate_source(model, &mut network, &clips).await?),
                        Task::Sync => {
                            let mut events = shipped_network(Task::Events, common)?;
                            json(&senses::evaluate_sync(&mut events, &mut network, &clips).await?)
                        }
                        Task::Events => json(&senses::evaluate_events(&mut network, &clips).await?),
                        Task::Separation => {
                            json(&senses::evaluate_separation(model, &mut network, &clips).await?)
                        }
                        Task::Reconstruction => {
                            let figures =
                                senses::evaluate_reconstruction(model, &mut [], &mut network, &clips).await?;
                            let [picture, words] = ["picture", "words"].map(|of| figures.psnr[of]);
                            serde_json::json!({ "picture": picture, "words": words, "another": figures.psnr_of_another })
                        }
                    })
                })?
            }
        };
        let values = self.figures().iter().map(|name| report[*name].as_f64().unwrap_or(f64::NAN));
        Ok((values.collect(), report))
    }
}

fn json(report: &impl Serialize) -> Value {
    serde_json::to_value(report).expect("plain data serialises")
}
