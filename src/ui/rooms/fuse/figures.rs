//! What lessons look at of a race of fusions, see `ui::lessons::figures`.

use super::gain::{alone, fusions};
use crate::lab::fuse::task::{Information, Sample};
use crate::lab::fuse::{Evaluation, Modality, RaceSettings, reader, tokens};
use crate::ui::lessons::figures::publish;
use crate::ui::rooms::race::{RaceRoom, word};
use crate::ui::state::Shared;

type Figures = Vec<(String, f64)>;

pub fn publish_fusions(room: RaceRoom) {
    publish(move || room.settings.with(asked));
    publish(move || {
        room.evaluations
            .with(|all| room.samples.with(|samples| room.modalities.with(|own| told(all, samples, own))))
    });
    publish(move || {
        let at = room.view.with(|view| view.sample);
        room.evaluations.with(|all| {
            room.samples.with(|samples| {
                samples
                    .get(at)
                    .map(|sample| room.modalities.with(|own| of_sample(all, at, sample, own)))
                    .unwrap_or_default()
            })
        })
    });
}

fn asked(settings: &RaceSettings) -> Figures {
    let RaceSettings { modalities, .. } = settings;
    let task = settings.mixture();
    let share = |kind: Information| (format!("fuse.task.{}", kind.name()), task.share(kind).into());
    let first = reader(modalities);
    let all: usize = modalities.iter().map(|&modality| tokens(modality)).sum();
    let even = 1.0 / (all - tokens(first)) as f64;
    let counts = [("fuse.tokens".into(), all as f64), ("fuse.even-attention".into(), even)];
    Information::ALL.into_iter().map(share).chain(counts).collect()
}

/// Of all held-out samples.
fn told(all: &[Shared<Evaluation>], samples: &[Sample], modalities: &[Modality]) -> Figures {
    let best = [("single", alone(all)), ("fusion", fusions(all).first().map(|(_, accuracy)| *accuracy))];
    let best =
        best.into_iter().filter_map(|(who, accuracy)| Some((format!("fuse.{who}.best"), accuracy?.into())));
    best.chain(all.iter().flat_map(|evaluation| told_by(evaluation, samples, modalities))).collect()
}

fn told_by(evaluation: &Evaluation, samples: &[Sample], modalities: &[Modality]) -> Figures {
    let who = evaluation.contestant.name();
    let confusion = evaluation.confusion;
    let [precision, recall] = [confusion.precision(1), confusion.recall(1)];
    let answers = evaluation.probabilities.iter().zip(samples);
    let entropy = mean(answers.map(|(&probability, sample)| entropy(probability, sample)));
    let mut figures: Figures = Vec::new();
    let mut add = |what: String, value: f64| figures.push((format!("fuse.{what}"), value));
    let rates = [("precision", precision), ("recall", recall), ("f1", confusion.f1())];
    rates.into_iter().for_each(|(rate, value)| add(format!("{rate}.{who}"), value.into()));
    add(format!("gap.{who}"), (precision - recall).abs().into());
    add(format!("entropy.{who}"), entropy);
    for subset in &evaluation.subsets {
        if let [one] = subset.present[..] {
            add(format!("confidence.{}.{who}", word(one)), subset.confidence.into());
        }
    }
    for (&modality, &share) in modalities.iter().zip(&evaluation.alpha) {
        add(format!("mix.{}.{who}", word(modality)), share.into());
    }
    for (&modality, shares) in modalities.iter().zip(&evaluation.gates) {
        for kind in Information::ALL {
            let own = shares.iter().zip(samples).filter(|(_, sample)| sample.information == kind);
            add(
                format!("weight.{}.{who}.{}", word(modality), kind.name()),
                mean(own.map(|(share, _)| f64::from(*share))),
            );
        }
    }
    if let Some(most) = evaluation.attention.iter().copied().reduce(f32::max) {
        add(format!("attention.{who}"), most.into());
    }
    figures
}

fn of_sample(all: &[Shared<Evaluation>], at: usize, sample: &Sample, modalities: &[Modality]) -> Figures {
    let kind = |kind: Information| {
        (format!("fuse.sample.kind.{}", kind.name()), (sample.information == kind).into())
    };
    let by = |evaluation: &Shared<Evaluation>| {
        let who = evaluation.contestant.name();
        let own = evaluation.probabilities.get(at).map(|&probability| entropy(probability, sample));
        let own = own.map(|entropy| (format!("fuse.sample.entropy.{who}"), entropy));
        let weights = modalities.iter().zip(&evaluation.gates);
        let weights = weights.filter_map(|(&modality, shares)| {
            Some((format!("fuse.sample.weight.{}.{who}", word(modality)), f64::from(*shares.get(at)?)))
        });
        own.into_iter().chain(weights).collect::<Figures>()
    };
    Information::ALL.into_iter().map(kind).chain(all.iter().flat_map(by)).collect()
}

/// The cross-entropy of the probability of class 1.
fn entropy(probability: f32, sample: &Sample) -> f64 {
    let right = if sample.answer == 1 { probability } else { 1.0 - probability };
    -f64::from(right.max(f32::EPSILON)).ln()
}

/// Not finite of none.
fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, count) = values.fold((0.0, 0.0), |(sum, count), value| (sum + value, count + 1.0));
    sum / count
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::fuse::task::{Source, Task};
    use crate::lab::fuse::{Confusion, Contestant};
    use crate::ui::lessons::figures::is_known;
    use std::collections::BTreeMap;

    #[test]
    fn figures_are_of_their_kind_of_sample_and_all_are_listed() {
        let task = Task { parts: [1, 1, 0, 0, 0] };
        let modalities = Modality::SETS[0];
        let samples = Source { task: &task, modalities, seed: 1 }.held_out(8);
        let gate = |sample: &Sample| if sample.information == Information::Picture { 0.75 } else { 0.5 };
        let image: Vec<f32> = samples.iter().map(gate).collect();
        let evaluation = Shared::new(Evaluation {
            contestant: Contestant::Gate,
            step: 20,
            parameters: 1,
            confusion: Confusion { counts: [[4, 0], [2, 2]] },
            subsets: Vec::new(),
            probabilities: vec![0.5; 8],
            gates: vec![image.clone(), image.iter().map(|share| 1.0 - share).collect()],
            alpha: Vec::new(),
            interaction: Vec::new(),
            attention: vec![0.25, 0.5],
        });
        let all = [evaluation];
        let settings = RaceSettings { task, ..RaceSettings::default() };
        let figures =
            [asked(&settings), told(&all, &samples, modalities), of_sample(&all, 0, &samples[0], modalities)];
        let figures: BTreeMap<String, f64> =
            figures.concat().into_iter().filter(|(_, value)| value.is_finite()).collect();
        assert!(figures.keys().all(|name| is_known(name)), "{figures:?}");
        for (name, value) in [
            ("tokens", 20.0),
            ("even-attention", 0.0625),
            ("task.redundant", 0.5),
            ("fusion.best", 0.75),
            ("weight.text.gate.picture", 0.25),
            ("weight.text.gate.redundant", 0.5),
            ("gap.gate", 0.5),
            ("attention.gate", 0.5),
        ] {
            assert_eq!(figures.get(&format!("fuse.{name}")), Some(&value), "{name}: {figures:?}");
        }
        let half = std::f64::consts::LN_2;
        assert!(
            (figures["fuse.entropy.gate"] - half).abs() < 1e-6
                && (figures["fuse.sample.entropy.gate"] - half).abs() < 1e-6
        );
        assert!(!figures.contains_key("fuse.weight.text.gate.synergy"));
    }
}
