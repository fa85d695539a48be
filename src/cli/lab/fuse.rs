//! `triptych lab fuse` and `triptych lab sabotage`: the race, natively.

use std::fs::create_dir_all;
use std::path::PathBuf;

use serde_json::{Map, Value, json};

use super::millionths;
use crate::cli::model::choose_device;
use crate::cli::{CliError, Common, bar};
use crate::device::Device;
use crate::io::file::write_atomic;
use crate::lab::fuse::task::{Information, Task};
use crate::lab::fuse::{Contestant, Evaluation, Modality, Race, RaceSettings, SubsetScore};
use crate::lab::sabotage::{Corruption, Sabotage};

#[derive(clap::Args)]
pub(super) struct Options {
    /// Seed of weights and samples
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Steps of every contestant
    #[arg(long, default_value_t = 300)]
    steps: u64,
    /// Two or three of picture, words and sound, comma-separated and in that order
    #[arg(long, value_delimiter = ',')]
    modalities: Option<Vec<String>>,
    /// Parts of the mixture: redundant,picture,words,synergy, and where there is sound a fifth for sound
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
            settings.task = Task::of(parts).ok_or(CliError::input("--parts takes four or five numbers"))?;
        }
        if let Some(names) = &self.modalities {
            let of = |name: &String| {
                let none = || format!("there is no modality `{name}`; there are picture, words and sound");
                name.parse::<Modality>().map_err(|_| CliError::Input(none()))
            };
            settings.modalities = names.iter().map(of).collect::<Result<_, _>>()?;
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
    let name = |present: &[Modality]| present.iter().map(|one| one.name()).collect::<Vec<_>>().join("+");
    let subset = |subset: &SubsetScore| {
        let figures = json!({ "accuracy": subset.accuracy, "confidence": subset.confidence });
        (name(&subset.present), figures)
    };
    json!({
        "contestant": evaluation.contestant.name(),
        "parameters": evaluation.parameters,
        "accuracy": confusion.accuracy(),
        "precision": [confusion.precision(0), confusion.precision(1)],
        "recall": [confusion.recall(0), confusion.recall(1)],
        "f1": confusion.f1(),
        "confusion": confusion.counts,
        "subsets": evaluation.subsets.iter().map(subset).collect::<Map<_, _>>(),
        "alpha": evaluation.alpha,
        "gates": evaluation.gates,
    })
}

fn document(race: &Race, rounds: &[Value], evaluations: &[Evaluation]) -> Value {
    let RaceSettings { task, modalities, .. } = &race.settings;
    let ceiling =
        |modality: &Modality| (modality.name().to_string(), json!(task.ceiling(&[*modality], modalities)));
    json!({
        "settings": race.settings,
        "ceilings": modalities.iter().map(ceiling).collect::<Map<_, _>>(),
        "contestants": evaluations.iter().map(figures).collect::<Vec<_>>(),
        "rounds": rounds,
    })
}

fn table(race: &Race, evaluations: &[Evaluation]) -> String {
    let (task, modalities) = (race.settings.mixture(), &race.settings.modalities);
    let parts: Vec<String> = Information::ALL
        .iter()
        .filter(|information| information.is_among(modalities))
        .map(|&information| format!("{} {:.0} %", information.name(), 100.0 * task.share(information)))
        .collect();
    let mut table = format!("{}; {} steps\n", parts.join(", "), race.step);
    table += "                  weights  accuracy     F1";
    for modality in modalities {
        table += &format!("  {:>7} alone", modality.name());
    }
    for evaluation in evaluations {
        let Evaluation { contestant, parameters, confusion, .. } = evaluation;
        let (name, accuracy, f1) = (contestant.name(), confusion.accuracy(), confusion.f1());
        table += &format!("\n{name:16} {parameters:8} {accuracy:9.3} {f1:6.3}");
        for alone in modalities.iter().filter_map(|modality| evaluation.alone(*modality)) {
            table += &format!("  {alone:13.3}");
        }
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
            for &modality in &race.settings.modalities {
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
