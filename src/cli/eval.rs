//! `triptych eval`: the figures of a model.

use super::model::Model;
use super::scene::parse_split;
use super::{CliError, bar};
use crate::eval::playroom::{Options, evaluate, evaluate_towers};
use crate::eval::senses::{self, SensesReport};
use crate::infer::VisionLanguageModel;
use crate::infer::modality::ModalityEncoder;
use crate::model::architecture::Architecture;
use crate::model::audiovisual;
use crate::model::playroom::Config;
use crate::world::Split;

/// What is measured.
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Task {
    /// Pictures and words
    Playroom,
    /// Clips across their modalities, by the encoders in the model's folder
    Senses,
}

#[derive(clap::Args)]
pub(super) struct Eval {
    #[arg(long, value_enum, default_value_t = Task::Playroom)]
    task: Task,
    /// train, val, test, compose or swap
    #[arg(long, value_parser = parse_split, default_value = "test")]
    split: Split,
    /// Seed of the scenes
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Number of scenes
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..))]
    count: u32,
    /// Measure only what the towers find without the reader, which is soon done
    #[arg(long, conflicts_with = "task")]
    towers: bool,
    #[command(flatten)]
    model: Model,
}

impl Eval {
    pub(super) fn run(&self) -> Result<(), CliError> {
        let mut model = self.model.open_playroom()?;
        if self.task == Task::Senses {
            let Architecture::Playroom(config) = &model.0.architecture else {
                unreachable!("a Playroom model was opened")
            };
            let config = config.clone();
            let mut encoders = self.model.open_encoders(&config)?;
            return self.print(&self.senses(&mut model.0, &config, &mut encoders)?);
        }
        let options = Options { split: self.split, seed: self.seed, count: self.count as usize };
        if self.towers {
            let report = pollster::block_on(evaluate_towers(&mut model.0, options))?;
            return self.print(&report);
        }
        let bar = bar(0, "");
        let mut progress = |stage: &str, done: usize, total: usize| {
            if bar.message() != stage {
                bar.set_message(stage.to_string());
                bar.reset();
            }
            bar.set_length(total as u64);
            bar.set_position(done as u64);
        };
        let report = pollster::block_on(evaluate(&mut model.0, options, &mut progress))?;
        bar.finish_and_clear();
        self.print(&report)
    }

    /// Across modalities, and by the networks that the model's folder has.
    fn senses(
        &self,
        model: &mut VisionLanguageModel,
        config: &Config,
        encoders: &mut [ModalityEncoder],
    ) -> Result<SensesReport, CliError> {
        let clips = senses::clips(self.split, self.seed, self.count as usize);
        let mut events = self.model.open_task(audiovisual::Task::Events, config)?;
        let [source, sync, separation, reconstruction] = [
            audiovisual::Task::Source,
            audiovisual::Task::Sync,
            audiovisual::Task::Separation,
            audiovisual::Task::Reconstruction,
        ]
        .map(|task| self.model.open_task(task, config));
        pollster::block_on(async {
            let mut report = senses::evaluate(model, encoders, self.split, self.seed, &clips).await?;
            let tasks = &mut report.tasks;
            if let Some(mut source) = source? {
                tasks.source = Some(senses::evaluate_source(model, &mut source, &clips).await?);
            }
            if let (Some(mut sync), Some(events)) = (sync?, &mut events) {
                tasks.sync = Some(senses::evaluate_sync(events, &mut sync, &clips).await?);
            }
            if let Some(events) = &mut events {
                tasks.events = Some(senses::evaluate_events(events, &clips).await?);
            }
            if let Some(mut separation) = separation? {
                tasks.separation = Some(senses::evaluate_separation(model, &mut separation, &clips).await?);
            }
            if let Some(mut drawing) = reconstruction? {
                let figures = senses::evaluate_reconstruction(model, encoders, &mut drawing, &clips).await?;
                tasks.reconstruction = Some(figures);
            }
            Ok(report)
        })
    }

    fn print(&self, report: &impl serde::Serialize) -> Result<(), CliError> {
        let text = serde_json::to_string_pretty(report).expect("plain data serialises");
        self.model.common.output.print(report, text);
        Ok(())
    }
}
