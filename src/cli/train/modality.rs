//! `triptych train --modality`: an encoder bound to the frozen space of pictures and words.

use std::path::Path;
use std::sync::mpsc::sync_channel;
use std::time::Instant;

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::log::Log;
use super::{Train, bar};
use crate::cli::model::{choose_device, open_encoder, open_shipped};
use crate::cli::{CliError, Common};
use crate::eval::senses::{self, SensesReport};
use crate::infer::modality::METADATA_KEY;
use crate::io::file::{read, write_atomic};
use crate::io::safetensors::{Floats, SafetensorsError, SafetensorsFile, to_bytes};
use crate::model::modality::{Config, Modality};
use crate::plan::SlotKind;
use crate::train::modality;
use crate::train::schedule::Schedule;
use crate::train::small_trainer::{Inputs, SmallTrainer};
use crate::world::Split;

/// Fewest clips in a batch: one has no others to be told from.
const LEAST_CLIPS: usize = 2;
/// Most clips in a batch.
const MOST_CLIPS: usize = 1 << 12;

/// Clips of `val` that every checkpoint is measured on.
const VALIDATED: usize = 200;

const HEADER: &str = "step,rate,loss,loss_picture,loss_words,seconds";
const VAL_HEADER: &str = "step,to_picture,from_picture,to_words,from_words";
const RUN_KEY: &str = "run";

/// What a checkpoint says besides its tensors.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Run {
    config: Config,
    schedule: Schedule,
    seed: u64,
    batch: usize,
    step: u64,
}

impl Train {
    pub(super) fn run_modality(&self, modality: Modality) -> Result<(), CliError> {
        let path = self.checkpoint();
        let (mut run, own) = match self.resume {
            true => load(&path)?,
            false => (self.new_run(modality), Vec::new()),
        };
        if !(LEAST_CLIPS..=MOST_CLIPS).contains(&run.batch) {
            return Err(CliError::Input(format!(
                "batch is {}, expected {LEAST_CLIPS} to {MOST_CLIPS} clips",
                run.batch
            )));
        }
        if run.config.modality != modality {
            return Err(CliError::Input(format!(
                "{}: the run is of --modality {}",
                path.display(),
                run.config.modality
            )));
        }
        run.schedule.steps = self.steps.unwrap_or(run.schedule.steps);
        run.schedule.decay = self.decay.unwrap_or(run.schedule.decay);
        run.schedule.peak = self.rate.unwrap_or(run.schedule.peak);
        let device = choose_device(self.common.backend)?;
        let plan = modality::plan(&run.config, run.batch);
        let mut trainer = pollster::block_on(SmallTrainer::new(&device, plan, run.seed, &own))?;
        trainer.step = run.step;
        let mut log = Log::open(&self.out.join("log.csv"), HEADER, run.step)?;
        let mut val = Log::open(&self.out.join("val.csv"), VAL_HEADER, run.step)?;
        let progress = bar(run.schedule.steps, run.step);
        let (sender, batches) = sync_channel(2);
        let (seed, batch, first, last) = (run.seed, run.batch, run.step, run.schedule.steps);
        let common = self.common.clone();
        let drawer = std::thread::spawn(move || -> Result<(), CliError> {
            let mut model = open_shipped(&common)?;
            for number in first..last {
                let drawn = pollster::block_on(modality::batch(&mut model.0, modality, seed, number, batch))?;
                // The receiver is gone when training failed.
                if sender.send(drawn).is_err() {
                    break;
                }
            }
            Ok(())
        });
        let mut figures = None;
        for inputs in batches {
            let start = Instant::now();
            let rate = run.schedule.at(trainer.step + 1);
            let loss = pollster::block_on(trainer.step(&inputs, rate))?;
            if !loss.is_finite() {
                return Err(CliError::Failure(format!("the loss is no number at step {}", trainer.step)));
            }
            let part = |name: &str| -> Result<f32, CliError> {
                Ok(pollster::block_on(trainer.read(name))?.as_f32()[0])
            };
            let (picture, words) = (part("loss.picture")?, part("loss.words")?);
            let seconds = start.elapsed().as_secs_f32();
            log.line(&format!("{},{rate:.6},{loss:.4},{picture:.4},{words:.4},{seconds:.3}", trainer.step))?;
            progress.set_position(trainer.step);
            progress.set_message(format!("loss {loss:.3}"));
            run.step = trainer.step;
            if run.step.is_multiple_of(self.every) || run.step == last {
                let stored = pollster::block_on(trainer.stored())?;
                write(&path, &stored, RUN_KEY, &run, Floats::F32)?;
                let weights = pollster::block_on(trainer.weights())?;
                let encoder = self.out.join(format!("{modality}.safetensors"));
                write(&encoder, &weights, METADATA_KEY, &run.config, Floats::F16)?;
                let report = validate(&encoder, &self.common, seed)?;
                let found = |from: &str, to: &str| report.retrieval[from][to].recall_1;
                let own = modality.word();
                let values =
                    [found(own, "picture"), found("picture", own), found(own, "words"), found("words", own)];
                val.line(&format!("{},{}", run.step, values.map(|value| format!("{value:.3}")).join(",")))?;
                if progress.is_hidden() {
                    let left = indicatif::HumanDuration(progress.eta());
                    status!("step {} of {last}, loss {loss:.3}, R@1 {values:?}, {left} left", run.step);
                }
                figures = Some(report);
            }
        }
        drawer.join().expect("drawing batches does not panic")?;
        progress.finish();
        let summary = json!({ "out": self.out.display().to_string(), "steps": last, "val": figures });
        let text = serde_json::to_string_pretty(&summary).expect("plain data serialises");
        self.common.output.print(&summary, text);
        Ok(())
    }

    fn new_run(&self, modality: Modality) -> Run {
        let steps = self.steps.unwrap_or(3_000);
        let schedule = Schedule {
            peak: self.rate.unwrap_or(1e-3),
            warmup: 100,
            towers: 0,
            pictures: 0,
            writing: 0,
            steps,
            decay: self.decay.unwrap_or(steps / 3),
        };
        let config = Config::playroom(modality);
        Run { config, schedule, seed: self.seed, batch: self.batch.unwrap_or(128), step: 0 }
    }
}

/// Finds clips of `val` by what the file encodes.
fn validate(encoder: &Path, common: &Common, seed: u64) -> Result<SensesReport, CliError> {
    let encoder = open_encoder(encoder, &choose_device(common.backend)?)?;
    let mut model = open_shipped(common)?;
    Ok(pollster::block_on(senses::evaluate(&mut model.0, &mut [encoder], Split::Val, seed, VALIDATED))?)
}

fn load(path: &Path) -> Result<(Run, Inputs), CliError> {
    let file = SafetensorsFile::new(path.display().to_string(), read(path).map_err(CliError::input)?)
        .map_err(CliError::input)?;
    let foreign = |reason: String| {
        CliError::Input(format!("{} is no checkpoint of such a run: {reason}", path.display()))
    };
    let metadata = file.metadata();
    let json = metadata.get(RUN_KEY).ok_or_else(|| foreign(format!("no `{RUN_KEY}` in its metadata")))?;
    let run: Run = serde_json::from_str(json).map_err(|error| foreign(error.to_string()))?;
    run.config.check().map_err(|error| foreign(error.to_string()))?;
    let plan = modality::plan(&run.config, LEAST_CLIPS);
    let stored = plan
        .slots_of(SlotKind::Stored)
        .map(|slot| Ok((slot.name.clone(), file.shaped(&slot.name, &slot.shape)?)));
    let tensors = stored.collect::<Result<_, SafetensorsError>>().map_err(CliError::input)?;
    Ok((run, tensors))
}

fn write(
    path: &Path,
    tensors: &Inputs,
    key: &str,
    content: &impl Serialize,
    floats: Floats,
) -> Result<(), CliError> {
    let json = serde_json::to_string(content).expect("plain data serialises");
    let named = tensors.iter().map(|(name, tensor)| (name.as_str(), tensor));
    let bytes = to_bytes(named, &[(key, &json)], floats).map_err(CliError::failure)?;
    write_atomic(path, &bytes).map_err(CliError::failure)
}
