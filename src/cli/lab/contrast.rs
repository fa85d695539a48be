//! `triptych lab contrast`: contrastive learning, or the race of the objectives of pre-training.

use std::path::PathBuf;
use std::time::Instant;

use clap::ValueEnum;
use serde_json::json;

use super::millionths;
use crate::cli::model::choose_device;
use crate::cli::{CliError, Common};
use crate::device::Device;
use crate::io::file::write_atomic;
use crate::lab::contrast::objectives::{self, ObjectiveComparison, Phase, SquaredError, Standing};
use crate::lab::contrast::partner::Partner;
use crate::lab::contrast::{ContrastEval, ContrastSettings, Direction, Loss, Run, Space, Temperature};

#[derive(clap::Args)]
pub(crate) struct Contrast {
    /// Seed of weights and batches
    #[arg(long)]
    seed: Option<u64>,
    /// Steps of training
    #[arg(long)]
    steps: Option<u64>,
    /// Batch size, in pairs
    #[arg(long)]
    batch: Option<usize>,
    /// Embedding space
    #[arg(long, value_enum, default_value_t = SpaceName::Shared)]
    space: SpaceName,
    /// Sigmoid loss (SigLIP) instead of InfoNCE
    #[arg(long)]
    sigmoid: bool,
    /// Train one direction only
    #[arg(long, value_enum, default_value_t = DirectionName::Both)]
    direction: DirectionName,
    /// Add hard negatives: captions with one word exchanged
    #[arg(long)]
    hard_negatives: bool,
    /// Fixed temperature, such as 0.07, instead of a learned one
    #[arg(long)]
    temperature: Option<f32>,
    /// Embedding dimension
    #[arg(long)]
    width: Option<usize>,
    /// Peak learning rate
    #[arg(long)]
    rate: Option<f32>,
    /// Race the objectives of pre-training instead
    #[arg(long, conflicts_with_all = ["space", "sigmoid", "direction", "hard_negatives", "temperature", "width"])]
    objectives: bool,
    /// What the pictures of a race are paired with
    #[arg(long, requires = "objectives", value_enum, default_value_t = PartnerName::Words)]
    with: PartnerName,
    /// Steps of every probe of a race
    #[arg(long, requires = "objectives")]
    probe_steps: Option<u64>,
    /// Steps between measurements on held-out pairs
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u64).range(1..))]
    every: u64,
    /// File into which the weights are written
    #[arg(long, conflicts_with = "objectives")]
    save: Option<PathBuf>,
    #[command(flatten)]
    common: Common,
}

#[derive(Clone, Copy, ValueEnum)]
enum SpaceName {
    Shared,
    Joint,
    Coordinated,
}

#[derive(Clone, Copy, ValueEnum)]
enum DirectionName {
    Both,
    ToText,
    ToPicture,
}

#[derive(Clone, Copy, ValueEnum)]
enum PartnerName {
    Words,
    Sound,
    Table,
    Graph,
}

impl Contrast {
    pub(crate) fn run(&self) -> Result<(), CliError> {
        if self.objectives {
            let settings = self.race_settings();
            settings.check().map_err(CliError::input)?;
            let device = choose_device(self.common.backend)?;
            return pollster::block_on(self.race(&device, settings));
        }
        let settings = self.settings();
        settings.check().map_err(CliError::input)?;
        let device = choose_device(self.common.backend)?;
        pollster::block_on(self.train(&device, settings))
    }

    fn settings(&self) -> ContrastSettings {
        let standard = ContrastSettings::default();
        #[expect(clippy::cast_possible_truncation, reason = "what is too large becomes the largest")]
        let thousandths = |temperature: f32| Temperature::Fixed { milli: (1e3 * temperature).round() as u32 };
        ContrastSettings {
            seed: self.seed.unwrap_or(standard.seed),
            batch: self.batch.unwrap_or(standard.batch),
            space: match self.space {
                SpaceName::Shared => Space::Shared,
                SpaceName::Joint => Space::Joint,
                SpaceName::Coordinated => Space::Coordinated,
            },
            loss: if self.sigmoid { Loss::Sigmoid } else { Loss::InfoNce },
            direction: match self.direction {
                DirectionName::Both => Direction::Both,
                DirectionName::ToText => Direction::ToText,
                DirectionName::ToPicture => Direction::ToPicture,
            },
            hard_negatives: self.hard_negatives,
            temperature: self.temperature.map_or(Temperature::Learned, thousandths),
            width: self.width.unwrap_or(standard.width),
            micro_rate: self.rate.map_or(standard.micro_rate, millionths),
            steps: self.steps.unwrap_or(standard.steps),
        }
    }

    fn race_settings(&self) -> objectives::ObjectiveSettings {
        let standard = objectives::ObjectiveSettings::default();
        objectives::ObjectiveSettings {
            seed: self.seed.unwrap_or(standard.seed),
            partner: match self.with {
                PartnerName::Words => Partner::Words,
                PartnerName::Sound => Partner::Sound,
                PartnerName::Table => Partner::Table,
                PartnerName::Graph => Partner::Graph,
            },
            batch: self.batch.unwrap_or(standard.batch),
            steps: self.steps.unwrap_or(standard.steps),
            probe_steps: self.probe_steps.unwrap_or(standard.probe_steps),
            micro_rate: self.rate.map_or(standard.micro_rate, millionths),
        }
    }

    async fn race(&self, device: &Device, settings: objectives::ObjectiveSettings) -> Result<(), CliError> {
        let start = Instant::now();
        let mut race =
            ObjectiveComparison::begin(device, settings.clone()).await.map_err(CliError::failure)?;
        let mut before: Vec<Phase> = Vec::new();
        let mut slowest = 0.0f64;
        loop {
            let piece = Instant::now();
            if race.step(device).await.map_err(CliError::failure)?.is_none() {
                break;
            }
            slowest = slowest.max(piece.elapsed().as_secs_f64());
            let phases: Vec<Phase> = race.standings().iter().map(|standing| standing.phase).collect();
            for (standing, _) in race.standings().iter().zip(&before).filter(|(s, phase)| s.phase != **phase)
            {
                let (seconds, phase) = (start.elapsed().as_secs_f64(), standing.phase);
                status!("{seconds:.1} s, {}, goes on to {phase:?}", standing_line(standing));
            }
            before = phases;
        }
        let seconds = start.elapsed().as_secs_f64();
        status!("{seconds:.1} s in all, the longest piece {slowest:.2} s");
        let standings = race.standings();
        let lines: Vec<String> = standings.iter().map(standing_line).collect();
        let document = json!({ "settings": settings, "seconds": seconds, "standings": standings });
        self.common.output.print(&document, lines.join("\n"));
        Ok(())
    }

    async fn train(&self, device: &Device, settings: ContrastSettings) -> Result<(), CliError> {
        let start = Instant::now();
        let seconds = || (10.0 * start.elapsed().as_secs_f64()).round() / 10.0;
        let mut run = Run::begin(device, settings.clone()).await.map_err(CliError::failure)?;
        status!("{} weights", run.parameters());
        let mut curve = Vec::new();
        let mut last = run.figures().await.map_err(CliError::failure)?;
        for step in 1..=settings.steps {
            let report = run.step().await.map_err(CliError::failure)?;
            if step % self.every == 0 || step == settings.steps {
                last = run.figures().await.map_err(CliError::failure)?;
                status!("{} s: {}, loss {:.3}", seconds(), line(&last), report.loss);
                curve.push(json!({
                    "seconds": seconds(), "report": report,
                    "to_text": last.to_text, "to_picture": last.to_picture, "tells_word": last.word_accuracy,
                    "geometry": last.geometry,
                }));
            }
        }
        if let Some(path) = &self.save {
            let bytes = run.to_file().await.map_err(CliError::failure)?;
            write_atomic(path, &bytes)?;
        }
        let document =
            json!({ "settings": settings, "parameters": run.parameters(), "curve": curve, "figures": last });
        self.common.output.print(&document, format_args!("{} s: {}", seconds(), line(&last)));
        Ok(())
    }
}

fn standing_line(standing: &Standing) -> String {
    let mut line = format!("{:?}", standing.objective);
    if let Some(found) = standing.retrieval {
        line += &format!(", recall@1 {:.2}", found.recall_1);
    }
    if let Some(found) = standing.captioning {
        let (all, content) = (found.accuracy, found.content_accuracy);
        line += &format!(", perplexity {:.2}, words {all:.2}, content {content:.2}", found.perplexity);
    }
    if let Some(found) = standing.probing {
        let (count, majority) = (found.count_accuracy, found.count_majority);
        let (f1, always) = (found.colours_f1, found.colours_always);
        line +=
            &format!(", count {count:.2} (majority {majority:.2}), colours F1 {f1:.2} (always {always:.2})");
    }
    if let Some(found) = &standing.reconstructions {
        for (name, SquaredError { error, mean }) in [("picture", found.picture), ("partner", found.partner)] {
            line += &format!(", {name} off by {error:.4} (mean {mean:.4})");
        }
    }
    line
}

/// What a run has learned, in one line.
pub(super) fn line(figures: &ContrastEval) -> String {
    format!(
        "step {}, recall@1 {:.2} to text, {:.2} to picture (chance {:.2}), word accuracy {:.2}",
        figures.step,
        figures.to_text.recall_1,
        figures.to_picture.recall_1,
        figures.chance.recall_1,
        figures.word_accuracy,
    )
}
