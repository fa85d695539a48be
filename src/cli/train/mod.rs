//! `triptych train`: the training loop with checkpoints, a log and progress.

mod log;
mod small;
mod subject;

use std::fs::create_dir_all;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::mpsc::sync_channel;
use std::time::Instant;

use indicatif::{ProgressBar, ProgressStyle};

use serde_json::{Value, json};
use strum::VariantArray;

use self::log::Log;
use self::subject::Subject;
use super::model::{choose_device, open_folder};
use super::{CliError, Common};
use crate::eval::playroom::{EvalReport, Options, evaluate, evaluate_towers};
use crate::infer::{PlayroomTokenizer, SPECIALS};
use crate::io::bpe;
use crate::io::file_lock::FileLock;
use crate::model::audiovisual::{self, Task};
use crate::model::modality::{self, Modality};
use crate::model::playroom::Config;
use crate::precision::Precision;
use crate::train::batch::Batch;
use crate::train::checkpoint::{self, CheckpointError, RunState};
use crate::train::objective::{LOSS, PARTS};
use crate::train::schedule::{Schedule, Stage};
use crate::train::trainer::{Trainer, TrainingMetrics};
use crate::world::Split;
use crate::world::language::vocabulary;

/// Scenes of `val` that every checkpoint is measured on.
const VALIDATED: usize = 100;

const VAL_HEADER: &str = "step,text_to_image,image_to_text,hard_embedding,hard_late,hard_matching,statement_precision,\
                          object_recall,questions,pointing,swap_group";

const TOWERS_HEADER: &str = "step,val_recall,val_recall_late,val_hard,val_hard_late,\
                             compose_recall,compose_recall_late,compose_hard,compose_hard_late";

#[derive(clap::Args)]
pub(super) struct Train {
    /// Folder of the run: checkpoint, log and the model so far
    #[arg(long, default_value = "runs/playroom")]
    out: PathBuf,
    /// Go on from the run's checkpoint; what the options below say of the schedule is taken anew
    #[arg(long)]
    resume: bool,
    /// Train an encoder of this modality beside the shipped model, which stays as it is: sound, motion, table or graph
    #[arg(long, value_parser = parse_name::<Modality>, conflicts_with_all = ["towers", "pictures", "writing"])]
    modality: Option<Modality>,
    /// Train a network that hears and sees beside the shipped model: source, sync, events,
    /// separation or reconstruction
    #[arg(long, value_parser = parse_name::<Task>, conflicts_with_all = ["modality", "towers", "pictures", "writing"])]
    task: Option<Task>,
    /// Begin with the weights of this model folder, of --modality and --task of this file, instead of random ones
    #[arg(long, conflicts_with = "resume")]
    start_from: Option<PathBuf>,
    /// Last step
    #[arg(long)]
    steps: Option<u64>,
    /// Steps over which the learning rate falls to zero at the end
    #[arg(long)]
    decay: Option<u64>,
    /// Last step on the shared space alone, image encoder and reader staying as they are; for --start-from
    #[arg(long)]
    towers: Option<u64>,
    /// Last step of the image-only stage
    #[arg(long)]
    pictures: Option<u64>,
    /// Last step before image-text matching
    #[arg(long)]
    writing: Option<u64>,
    /// Peak learning rate
    #[arg(long)]
    rate: Option<f32>,
    /// Pictures, or clips, in a batch, 64 and 128 if nothing is said; a resumed run keeps its own
    #[arg(long, conflicts_with = "resume")]
    batch: Option<usize>,
    /// Seed of weights and data; a resumed run keeps its own
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Steps between checkpoints
    #[arg(long, default_value_t = 250, value_parser = clap::value_parser!(u64).range(1..))]
    every: u64,
    #[command(flatten)]
    common: Common,
}

/// A modality or a task by its name.
fn parse_name<T: VariantArray + ToString + FromStr>(name: &str) -> Result<T, String> {
    let names: Vec<String> = T::VARIANTS.iter().map(T::to_string).collect();
    name.parse().map_err(|_| format!("expected {}", names.join(", ")))
}

impl Train {
    pub(super) fn run(&self) -> Result<(), CliError> {
        if !self.resume && self.checkpoint().exists() {
            let out = self.out.display();
            return Err(CliError::input(format!(
                "{out} holds a run: --resume goes on with it, another --out begins anew"
            )));
        }
        let model = self.out.join("model");
        create_dir_all(&model).map_err(|e| CliError::input(format!("{}: {e}", model.display())))?;
        let lock = FileLock::take(&self.out.join(".lock")).map_err(CliError::input)?;
        let _lock = lock.ok_or_else(|| {
            let out = self.out.display();
            CliError::Input(format!(
                "{out}: another process is training there; wait for it, or choose another --out"
            ))
        })?;
        if let Some(modality) = self.modality {
            return self.run_small(&Subject::Encoder(modality::Config::playroom(modality)));
        }
        if let Some(task) = self.task {
            return self.run_small(&Subject::Network(audiovisual::Config::playroom(task)));
        }
        let tokenizer = bpe::train(vocabulary().into_iter(), &SPECIALS, 1024);
        let words = PlayroomTokenizer::new(&tokenizer).map_err(CliError::failure)?;
        let mut trainer = self.trainer(words.tokenizer.vocab_size())?;
        let mut log = self.log(trainer.step)?;
        let mut val = Log::open(&self.out.join("val.csv"), VAL_HEADER, trainer.step)?;
        let mut towers = Log::open(&self.out.join("towers.csv"), TOWERS_HEADER, trainer.step)?;
        let mut figures = None;
        let bar = bar(trainer.schedule.steps, trainer.step);
        let (seed, batch, first, last) = (trainer.seed, trainer.batch, trainer.step, trainer.schedule.steps);
        let schedule = trainer.schedule;
        let (sender, batches) = sync_channel(2);
        let drawer = std::thread::spawn(move || {
            for number in first..last {
                // The receiver is gone when training failed.
                let stage = schedule.stage(number + 1);
                if sender.send(Batch::draw(&words, seed, number, batch, stage)).is_err() {
                    break;
                }
            }
        });
        for batch in batches {
            let start = Instant::now();
            let report = pollster::block_on(trainer.step(&batch))?;
            if !report.loss.is_finite() {
                return Err(CliError::Failure(format!("the loss is no number at step {}", report.step)));
            }
            self.note(&mut log, &bar, &report, start)?;
            if report.step % self.every == 0 || report.step == last {
                self.save(&trainer, &tokenizer).map_err(CliError::failure)?;
                bar.set_message("measuring on val");
                match schedule.stage(report.step) {
                    Stage::Judging => figures = Some(self.validate(&trainer, &mut val)?),
                    Stage::Towers => self.validate_towers(&trainer, &mut towers)?,
                    Stage::Pictures | Stage::Writing => {}
                }
                if bar.is_hidden() {
                    let left = indicatif::HumanDuration(bar.eta());
                    status!("step {} of {last}, loss {:.3}, {left} left", report.step, report.loss);
                }
            }
        }
        drawer.join().expect("drawing batches does not panic");
        bar.finish();
        let summary = json!({ "out": self.out.display().to_string(), "steps": last, "val": figures });
        let text = serde_json::to_string_pretty(&summary).expect("plain data serialises");
        self.common.output.print(&summary, text);
        Ok(())
    }

    fn checkpoint(&self) -> PathBuf {
        self.out.join("checkpoint.safetensors")
    }

    fn trainer(&self, vocab_size: usize) -> Result<Trainer, CliError> {
        let device = choose_device(self.common.backend)?;
        if !self.resume {
            let steps = self.steps.unwrap_or(10_000);
            let decay = self.decay.unwrap_or(steps / 5);
            let peak = self.rate.unwrap_or(1e-3);
            let towers = self.towers.unwrap_or(0);
            let pictures = self.pictures.unwrap_or(0);
            let writing = self.writing.unwrap_or(0).max(pictures);
            let schedule = Schedule { peak, warmup: 200, towers, pictures, writing, steps, decay };
            let config = Config::playroom(vocab_size);
            let batch = self.batch.unwrap_or(64);
            let run = RunState { config, schedule, seed: self.seed, batch, step: 0 };
            run.check().map_err(CliError::Input)?;
            let mut trainer = Trainer::new(&device, run.config, schedule, self.seed, batch);
            if let Some(folder) = &self.start_from {
                let theirs = checkpoint::config(folder).map_err(CliError::input)?;
                let expected = checkpoint::with_heads_of(&theirs, &trainer.config);
                if theirs != expected {
                    let (folder, other) = (folder.display(), first_difference(&theirs, &expected));
                    return Err(CliError::input(format!(
                        "{folder}: its config.json is not that of a new run: {other}"
                    )));
                }
                let (weights, _) = checkpoint::weights(folder, &theirs).map_err(CliError::input)?;
                let (weights, missing) = checkpoint::adopted(weights, &trainer.config);
                if !missing.is_empty() {
                    let (folder, count) = (folder.display(), missing.len());
                    status!(
                        "note: {folder} lacks {count} weights, which begin at random: {}",
                        missing.join(", ")
                    );
                }
                trainer.restore(&weights, 0).map_err(CliError::failure)?;
            }
            return Ok(trainer);
        }
        let (state, tensors) = checkpoint::load(&self.checkpoint()).map_err(CliError::input)?;
        let new = Config::playroom(vocab_size);
        let sizes = |config: &Config| (config.vocab_size, config.image_size, config.max_tokens);
        if sizes(&state.config) != sizes(&new) {
            return Err(CliError::Input(format!(
                "{}: (vocab_size, image_size, max_tokens) are {:?}, expected {:?}",
                self.checkpoint().display(),
                sizes(&state.config),
                sizes(&new)
            )));
        }
        let schedule = Schedule {
            steps: self.steps.unwrap_or(state.schedule.steps),
            decay: self.decay.unwrap_or(state.schedule.decay),
            towers: self.towers.unwrap_or(state.schedule.towers),
            pictures: self.pictures.unwrap_or(state.schedule.pictures),
            writing: self.writing.unwrap_or(state.schedule.writing),
            peak: self.rate.unwrap_or(state.schedule.peak),
            ..state.schedule
        };
        let state = RunState { schedule, ..state };
        state.check().map_err(CliError::Input)?;
        let mut trainer = Trainer::new(&device, state.config, schedule, state.seed, state.batch);
        trainer.restore(&tensors, state.step).map_err(CliError::failure)?;
        Ok(trainer)
    }

    fn log(&self, step: u64) -> Result<Log, CliError> {
        let parts = PARTS.map(|(name, _)| name).join(",");
        let header = format!("step,rate,{LOSS},{parts},grad_norm,seconds");
        Log::open(&self.out.join("log.csv"), &header, step)
    }

    fn note(
        &self,
        log: &mut Log,
        bar: &ProgressBar,
        report: &TrainingMetrics,
        start: Instant,
    ) -> Result<(), CliError> {
        let parts =
            report.parts.map(|part| part.map_or(String::new(), |part| format!("{part:.4}"))).join(",");
        let seconds = start.elapsed().as_secs_f32();
        let (step, rate, norm) = (report.step, report.learning_rate, report.grad_norm);
        log.line(&format!("{step},{rate:.6},{:.4},{parts},{norm:.3},{seconds:.3}", report.loss))?;
        bar.set_position(step);
        bar.set_message(format!("loss {:.3}", report.loss));
        Ok(())
    }

    /// The figures of the model so far on scenes of `val`.
    fn validate(&self, trainer: &Trainer, log: &mut Log) -> Result<EvalReport, CliError> {
        let mut model =
            open_folder(&self.out.join("model"), choose_device(self.common.backend)?, Precision::F32)?;
        let options = Options { split: Split::Val, seed: trainer.seed, count: VALIDATED };
        let figures = pollster::block_on(evaluate(&mut model.0, options, &mut |_, _, _| ()))?;
        let values = [
            figures.text_to_image.recall_1,
            figures.image_to_text.recall_1,
            figures.hard.embedding,
            figures.hard.late.unwrap_or_default(),
            figures.hard.matching,
            figures.caption.statement_precision,
            figures.caption.object_recall,
            figures.question.accuracy,
            figures.pointing.accuracy,
            figures.swap.group,
        ];
        log.line(&format!("{},{}", trainer.step, values.map(|value| format!("{value:.3}")).join(",")))?;
        Ok(figures)
    }

    /// What the towers find so far on scenes of `val` and of `compose`.
    fn validate_towers(&self, trainer: &Trainer, log: &mut Log) -> Result<(), CliError> {
        let mut model =
            open_folder(&self.out.join("model"), choose_device(self.common.backend)?, Precision::F32)?;
        let mut line = trainer.step.to_string();
        for split in [Split::Val, Split::Compose] {
            let options = Options { split, seed: trainer.seed, count: VALIDATED };
            let found = pollster::block_on(evaluate_towers(&mut model.0, options))?;
            found.values().iter().for_each(|value| line += &format!(",{value:.3}"));
        }
        log.line(&line)
    }

    fn save(&self, trainer: &Trainer, tokenizer: &[u8]) -> Result<(), CheckpointError> {
        let folder: &Path = &self.out.join("model");
        pollster::block_on(checkpoint::save(trainer, &self.checkpoint()))?;
        pollster::block_on(checkpoint::export(trainer, tokenizer, folder))
    }
}

/// The first entry in which two configurations differ, with both values.
fn first_difference(found: &Config, expected: &Config) -> String {
    let entries = |config| match serde_json::to_value(config).expect("plain data serialises") {
        Value::Object(entries) => entries,
        _ => unreachable!("a configuration is an object"),
    };
    let (found, expected) = (entries(found), entries(expected));
    let other = found.iter().find(|(name, value)| expected.get(*name) != Some(value));
    other.map_or_else(String::new, |(name, value)| format!("{name} is {value}, expected {}", expected[name]))
}

fn bar(steps: u64, done: u64) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:30} step {pos}/{len}, {eta} left  {msg}");
    let bar = ProgressBar::new(steps).with_style(style.expect("the template is valid"));
    bar.set_position(done);
    bar.reset_eta();
    bar
}
