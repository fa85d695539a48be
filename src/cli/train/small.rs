//! `triptych train --modality` and `--task`: a small network that learns beside the shipped model.

use std::path::Path;
use std::sync::mpsc::sync_channel;
use std::time::Instant;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::log::Log;
use super::subject::Subject;
use super::{Train, bar};
use crate::cli::CliError;
use crate::cli::model::{choose_device, open_shipped};
use crate::infer::modality::METADATA_KEY;
use crate::io::file::{read, write_atomic};
use crate::io::safetensors::{Floats, SafetensorsError, SafetensorsFile, to_bytes};
use crate::plan::SlotKind;
use crate::tensor::Shape;
use crate::train::audiovisual::Frozen;
use crate::train::schedule::Schedule;
use crate::train::small_trainer::{Inputs, SmallTrainer, weights_of};

/// Fewest clips in a batch: an encoder tells each from the others.
const LEAST_CLIPS: usize = 2;
/// Most clips in a batch.
const MOST_CLIPS: usize = 1 << 12;

const RUN_KEY: &str = "run";

/// What a checkpoint says besides its tensors.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Run {
    config: Subject,
    schedule: Schedule,
    seed: u64,
    batch: usize,
    step: u64,
}

impl Train {
    pub(super) fn run_small(&self, subject: &Subject) -> Result<(), CliError> {
        let path = self.checkpoint();
        let (mut run, own) = match self.resume {
            true => load(&path)?,
            false => (self.new_run(subject.clone()), self.first_weights(subject)?),
        };
        if !(LEAST_CLIPS..=MOST_CLIPS).contains(&run.batch) {
            return Err(CliError::Input(format!(
                "batch is {}, expected {LEAST_CLIPS} to {MOST_CLIPS} clips",
                run.batch
            )));
        }
        if run.config.option() != subject.option() {
            let (path, option) = (path.display(), run.config.option());
            return Err(CliError::Input(format!("{path}: the run is of {option}")));
        }
        run.schedule.steps = self.steps.unwrap_or(run.schedule.steps);
        run.schedule.decay = self.decay.unwrap_or(run.schedule.decay);
        run.schedule.peak = self.rate.unwrap_or(run.schedule.peak);
        let device = choose_device(self.common.backend)?;
        let plan = run.config.plan(run.batch);
        let mut trainer = pollster::block_on(SmallTrainer::new(&device, plan, run.seed, &own))?;
        trainer.step = run.step;
        let parts = subject.parts();
        let of_parts: String = parts.iter().map(|part| format!("loss_{part},")).collect();
        let header = format!("step,rate,loss,{of_parts}seconds");
        let mut log = Log::open(&self.out.join("log.csv"), &header, run.step)?;
        let val_header = format!("step,{}", subject.figures().join(","));
        let mut val = Log::open(&self.out.join("val.csv"), &val_header, run.step)?;
        let progress = bar(run.schedule.steps, run.step);
        let (sender, batches) = sync_channel(2);
        let (seed, batch, first, last) = (run.seed, run.batch, run.step, run.schedule.steps);
        let (common, drawn_for) = (self.common.clone(), run.config.clone());
        let drawer = std::thread::spawn(move || -> Result<(), CliError> {
            let mut model = open_shipped(&common)?;
            let mut frozen = Frozen { model: &mut model.0, events: drawn_for.open_events(&common)? };
            for number in first..last {
                let drawn = drawn_for.batch(&mut frozen, seed, number, batch)?;
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
            let part = |name: &&str| -> Result<String, CliError> {
                let value = pollster::block_on(trainer.read(&format!("loss.{name}")))?.as_f32()[0];
                Ok(format!("{value:.4},"))
            };
            let of_parts = parts.iter().map(part).collect::<Result<String, _>>()?;
            let seconds = start.elapsed().as_secs_f32();
            log.line(&format!("{},{rate:.6},{loss:.4},{of_parts}{seconds:.3}", trainer.step))?;
            progress.set_position(trainer.step);
            progress.set_message(format!("loss {loss:.3}"));
            run.step = trainer.step;
            if run.step.is_multiple_of(self.every) || run.step == last {
                let stored = pollster::block_on(trainer.stored())?;
                write(&path, &stored, RUN_KEY, &run, Floats::F32)?;
                let weights = pollster::block_on(trainer.weights())?;
                let file = self.out.join(format!("{}.safetensors", run.config.name()));
                write(&file, &weights, METADATA_KEY, &run.config, Floats::F16)?;
                let (values, report) = run.config.validate(&file, &self.common, seed)?;
                let line: Vec<String> = values.iter().map(|value| format!("{value:.3}")).collect();
                val.line(&format!("{},{}", run.step, line.join(",")))?;
                if progress.is_hidden() {
                    let left = indicatif::HumanDuration(progress.eta());
                    status!(
                        "step {} of {last}, loss {loss:.3}, {} {values:?}, {left} left",
                        run.step,
                        subject.figures().join(" ")
                    );
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

    /// The weights that a new run begins with instead of random ones.
    fn first_weights(&self, subject: &Subject) -> Result<Inputs, CliError> {
        let Some(path) = &self.start_from else { return Ok(Vec::new()) };
        let (file, config) = open::<Subject>(path, METADATA_KEY)?;
        if config != *subject {
            let (path, option) = (path.display(), subject.option());
            return Err(CliError::Input(format!("{path}: its weights are not of the sizes of {option}")));
        }
        let weights = weights_of(&config.plan(LEAST_CLIPS));
        stored(&file, weights.iter().map(|(name, shape)| (name, shape)))
    }

    fn new_run(&self, config: Subject) -> Run {
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
        Run { config, schedule, seed: self.seed, batch: self.batch.unwrap_or(128), step: 0 }
    }
}

fn load(path: &Path) -> Result<(Run, Inputs), CliError> {
    let (file, run) = open::<Run>(path, RUN_KEY)?;
    run.config.check().map_err(|reason| foreign(path, &reason))?;
    let plan = run.config.plan(LEAST_CLIPS);
    let tensors = stored(&file, plan.slots_of(SlotKind::Stored).map(|slot| (&slot.name, &slot.shape)))?;
    Ok((run, tensors))
}

/// A safetensors file and what its metadata says under `key`.
fn open<T: DeserializeOwned>(path: &Path, key: &str) -> Result<(SafetensorsFile, T), CliError> {
    let file = SafetensorsFile::new(path.display().to_string(), read(path).map_err(CliError::input)?)
        .map_err(CliError::input)?;
    let metadata = file.metadata();
    let json = metadata.get(key).ok_or_else(|| foreign(path, &format!("no `{key}` in its metadata")))?;
    let content = serde_json::from_str(json).map_err(|error| foreign(path, &error))?;
    Ok((file, content))
}

fn foreign(path: &Path, reason: &dyn std::fmt::Display) -> CliError {
    CliError::Input(format!("{} is not of such a run: {reason}", path.display()))
}

fn stored<'a>(
    file: &SafetensorsFile,
    expected: impl Iterator<Item = (&'a String, &'a Shape)>,
) -> Result<Inputs, CliError> {
    expected
        .map(|(name, shape)| Ok((name.clone(), file.shaped(name, shape)?)))
        .collect::<Result<_, SafetensorsError>>()
        .map_err(CliError::input)
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
