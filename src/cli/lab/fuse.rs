//! `triptych lab fuse` and `triptych lab sabotage`: the race, natively.

use std::fs::create_dir_all;
use std::path::PathBuf;

use serde_json::{Value, json};

use super::millionths;
use crate::cli::model::choose_device;
use crate::cli::{CliError, Common, bar};
use crate::device::Device;
use crate::io::file::write_atomic;
use crate::lab::fuse::task::{Information, Task};
use crate::lab::fuse::{Contestant, Evaluation, Modality, Race, RaceSettings};
use crate::lab::sabotage::{Corruption, Sabotage};

#[derive(clap::Args)]
pub(super) struct Options {
    /// Seed of weights and samples
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Steps of every contestant
    #[arg(long, default_value_t = 300)]
    steps: u64,
    /// Parts of the mixture: redundant,picture,words,synergy
    #[arg(long, value_delimiter = ',')]
    parts: Option<Vec<u8>>,
    /// Fusion methods besides the baselines, comma-separated
    #[arg(long, value_delimiter = ',')]
    contestants: Option<Vec<String>>,
    /// Batch size
    #[arg(long)]
    batch: Option<usize>,
    /// Learning rate
    #[arg(long)]
    rate: Option<f32>,
    /// Modality dropout rate, in percent
    #[arg(long)]
    dropout: Option<u8>,
    /// Folder into which every contestant's weights are written
    #[arg(long)]
    save: Option<PathBuf>,
    #[command(flatten)]
    common: Common,
}

#[derive(clap::Args)]
pub(crate) struct Fuse {
    #[command(flatten)]
    options: Options,
}

#[derive(clap::Args)]
pub(crate) struct Sabotages {
    #[command(flatten)]
    options: Options,
}

impl Options {
    fn settings(&self, mut settings: RaceSettings) -> Result<RaceSettings, CliError> {
        settings.seed = self.seed;
        if let Some(parts) = &self.parts {
            let parts =
                parts.as_slice().try_into().map_err(|_| CliError::input("--parts takes four numbers"))?;
            settings.task = Task { parts };
        }
        if let Some(names) = &self.contestants {
            let of = |name: &String| name.parse::<Contestant>().map_err(|_| CliError::Input(unknown(name)));
            settings.contestants = names.iter().map(of).collect::<Result<_, _>>()?;
        }
        settings.batch = self.batch.unwrap_or(settings.batch);
        settings.micro_rate = self.rate.map_or(settings.micro_rate, millionths);
        settings.dropout = self.dropout.unwrap_or(settings.dropout);
        settings.check().map_err(CliError::Input)?;
        Ok(settings)
    }

    /// The race at its end, and the losses of every step.
    async fn run(&self, device: &Device, settings: RaceSettings) -> Result<(Race, Vec<Value>), CliError> {
        let mut race = Race::begin(device, settings).await.map_err(CliError::failure)?;
        let progress = bar(self.steps, "steps");
        let mut rounds = Vec::new();
        while race.step < self.steps {
            rounds.push(json!(race.round().await.map_err(CliError::failure)?));
            progress.inc(1);
        }
        progress.finish_and_clear();
        if let Some(folder) = &self.save {
            create_dir_all(folder).map_err(|e| CliError::Input(format!("{}: {e}", folder.display())))?;
            for contestant in race.settings.entrants().into_iter().skip(1) {
                let bytes = race.to_file(contestant).await.map_err(CliError::failure)?;
                let path = folder.join(format!("{}.safetensors", contestant.name()));
                write_atomic(&path, &bytes)?;
            }
        }
        Ok((race, rounds))
    }
}

fn unknown(name: &str) -> String {
    let all = [&Contestant::BASELINES[..], &Contestant::FUSIONS, &Contestant::ROBUST].concat();
    let mut names: Vec<&str> = all.into_iter().map(Contestant::name).collect();
    names.dedup();
    format!("there is no contestant `{name}`; there are {}", names.join(", "))
}

impl Fuse {
    pub(crate) fn run(&self) -> Result<(), CliError> {
        let settings = self.options.settings(RaceSettings::default())?;
        let device = choose_device(self.options.common.backend)?;
        pollster::block_on(async {
            let (race, rounds) = self.options.run(&device, settings).await?;
            let mut evaluations = Vec::new();
            for at in 0..race.settings.entrants().len() {
                evaluations.push(race.evaluate(at).await.map_err(CliError::failure)?);
            }
            let document = document(&race, &rounds, &evaluations);
            self.options.common.output.print(&document, table(&race, &evaluations));
            Ok(())
        })
    }
}

/// The figures of a contestant.
pub(super) fn figures(evaluation: &Evaluation) -> Value {
    let confusion = &evaluation.confusion;
    json!({
        "contestant": evaluation.contestant.name(),
        "parameters": evaluation.parameters,
        "accuracy": confusion.accuracy(),
        "precision": [confusion.precision(0), confusion.precision(1)],
        "recall": [confusion.recall(0), confusion.recall(1)],
        "f1": confusion.f1(),
        "confusion": confusion.counts,
        "picture_alone": evaluation.alone[0],
        "words_alone": evaluation.alone[1],
        "alpha": evaluation.alpha,
        "gates": evaluation.gates,
    })
}

fn document(race: &Race, rounds: &[Value], evaluations: &[Evaluation]) -> Value {
    json!({
        "settings": race.settings,
        "ceilings": race.settings.task.ceilings(),
        "contestants": evaluations.iter().map(figures).collect::<Vec<_>>(),
        "rounds": rounds,
    })
}

fn table(race: &Race, evaluations: &[Evaluation]) -> String {
    let parts: Vec<String> = Information::ALL
        .iter()
        .map(|&information| {
            format!("{} {:.0} %", information.name(), 100.0 * race.settings.task.share(information))
        })
        .collect();
    let mut table = format!("{}; {} steps\n", parts.join(", "), race.step);
    table += "                  weights  accuracy     F1  picture alone  words alone";
    for Evaluation { contestant, parameters, confusion, alone, .. } in evaluations {
        let (name, accuracy, f1) = (contestant.name(), confusion.accuracy(), confusion.f1());
        let [picture, words] = alone;
        table += &format!("\n{name:16} {parameters:8} {accuracy:9.3} {f1:6.3} {picture:14.3} {words:12.3}");
    }
    table
}

impl Sabotages {
    pub(crate) fn run(&self) -> Result<(), CliError> {
        let settings = self.options.settings(RaceSettings::sabotage())?;
        let device = choose_device(self.options.common.backend)?;
        pollster::block_on(async {
            let (race, rounds) = self.options.run(&device, settings).await?;
            let mut curves = Vec::new();
            for modality in Modality::ALL {
                for corruption in Corruption::ALL {
                    for (at, contestant) in race.settings.entrants().into_iter().enumerate() {
                        let mut accuracies = Vec::new();
                        for percent in PERCENTS {
                            let sabotage = Sabotage { modality, corruption, percent };
                            let result =
                                race.evaluate_corrupted(at, sabotage).await.map_err(CliError::failure)?;
                            accuracies.push(result.confusion.accuracy());
                        }
                        curves.push(json!({
                            "modality": modality.name(),
                            "corruption": corruption.name(),
                            "contestant": contestant.name(),
                            "percent": PERCENTS,
                            "accuracy": accuracies,
                        }));
                    }
                }
            }
            let lines: Vec<String> = curves.iter().map(line).collect();
            let document = json!({ "settings": race.settings, "curves": curves, "rounds": rounds });
            self.options.common.output.print(&document, lines.join("\n"));
            Ok(())
        })
    }
}

/// Strengths at which the command measures.
const PERCENTS: [u8; 5] = [0, 25, 50, 75, 100];

fn line(curve: &Value) -> String {
    let text = |key: &str| curve[key].as_str().unwrap_or_default();
    let accuracies: Vec<String> = curve["accuracy"]
        .as_array()
        .map(|all| all.iter().map(|a| format!("{:.3}", a.as_f64().unwrap_or_default())).collect())
        .unwrap_or_default();
    let [modality, corruption, contestant] = ["modality", "corruption", "contestant"].map(text);
    format!("{modality:8} {corruption:8} {contestant:12} {}", accuracies.join("  "))
}
