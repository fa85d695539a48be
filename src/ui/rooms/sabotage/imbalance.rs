//! Imbalance: which modality learns sooner, by its gradient and by what it can do alone.

use crate::lab::fuse::{Contestant, Modality};
use crate::ui::components::chart::{Axis, LineChart, Mark, Series};
use crate::ui::memo::Memo;
use crate::ui::rooms::race::{RaceRoom, look, smoothed, title, word};
use crate::ui::state::{EvaluationPoint, RaceState};
use leptos::prelude::*;

/// Steps over which a shown norm is averaged.
const WINDOW: usize = 10;
/// From this lead on, in accuracy, one modality has taken over.
const LEAD: f32 = 0.1;

#[component]
pub fn Imbalance(room: RaceRoom) -> impl IntoView {
    let norms = Memo::new(move |_| {
        let contestant = room.inside.get();
        let norms =
            room.modalities.with(|modalities| room.race.with(|race| norms(race, contestant, modalities)));
        let encoder = |(modality, points)| curve(modality, format!("{} encoder", word(modality)), points);
        norms.into_iter().map(encoder).collect::<Vec<_>>()
    });
    let alone = Memo::new(move |_| {
        let contestant = room.inside.get();
        room.race.with(|race| alone(race, contestant))
    });
    let marks = Memo::new(move |_| {
        let mut marks = vec![Mark::level(0.5, "chance")];
        let moment = room.modalities.with(|modalities| alone.with(|alone| takeover(alone, modalities)));
        marks.extend(moment.map(|(step, who)| Mark::moment(step as f32, format!("the {who} dominates"))));
        marks
    });
    let accuracies =
        Memo::new(move |_| room.modalities.with(|modalities| alone.with(|alone| series(alone, modalities))));
    let steps = || Memo::from(Axis::new("Step", ""));
    let name = move || title(room.inside.get());
    let words = move || {
        let found = room.modalities.with(|modalities| alone.with(|alone| takeover(alone, modalities)));
        alone.with(|alone| match found {
            _ if alone.len() < 2 => "not trained yet.".into(),
            Some((step, who)) => {
                format!("from step {step} on, the {who} dominates: alone it is at least ten points more accurate than any other modality.")
            }
            None => "no modality dominates: none has a lasting lead of ten points.".into(),
        })
    };
    view! {
        <p class="prose">{move || format!("{}: ", name())}{words}
            " Compare “Late (sum of logits)” with “Late + gradient modulation”, which reduces the gradient of the modality that learns faster; choose a model in the table below."</p>
        <div class="charts" data-part="imbalance">
            <LineChart label=Memo::new(move |_| format!("{}: gradient norms of the encoders", name())) x=steps()
                y=Memo::from(Axis::new("Norm", "").log()) series=norms />
            <LineChart label=Memo::new(move |_| format!("{}: accuracy with each modality alone", name())) x=steps()
                y=Memo::from(Axis::new("Accuracy", "").within(0.0, 1.0)) series=accuracies marks />
        </div>
    }
}

/// Smoothed gradient norms of those encoders that learn, by step.
pub(super) fn norms(
    race: &RaceState,
    contestant: Contestant,
    modalities: &[Modality],
) -> Vec<(Modality, Vec<(f32, f32)>)> {
    let of = |at: usize| {
        let norm = |round: &crate::lab::fuse::RaceStep| {
            let own = round.learners.iter().find(|learner| learner.contestant == contestant)?;
            Some((round.step as f32, (*own.grad_norms.get(at)?)?))
        };
        let (steps, norms): (Vec<f32>, Vec<f32>) = race.rounds.iter().filter_map(|round| norm(round)).unzip();
        steps.into_iter().zip(smoothed(&norms, WINDOW)).collect::<Vec<_>>()
    };
    let all = modalities.iter().enumerate().map(|(at, &modality)| (modality, of(at)));
    all.filter(|(_, points)| !points.is_empty()).collect()
}

fn curve(modality: Modality, name: String, points: Vec<(f32, f32)>) -> Series {
    let (tone, dash) = look(modality);
    Series::new(name, tone, points).dashed(dash)
}

/// Of each evaluation the step, and the accuracies with each modality alone.
fn alone(race: &RaceState, contestant: Contestant) -> Vec<(u64, Vec<f32>)> {
    let own = race.curve.iter().filter(|point| point.contestant == contestant);
    own.map(|EvaluationPoint { step, alone, .. }| (*step, alone.clone())).collect()
}

fn series(alone: &[(u64, Vec<f32>)], modalities: &[Modality]) -> Vec<Series> {
    let of = |at: usize| alone.iter().filter_map(|(step, all)| Some((*step as f32, *all.get(at)?))).collect();
    let each = modalities.iter().enumerate();
    each.map(|(at, &modality)| curve(modality, format!("{} only", word(modality)), of(at))).collect()
}

/// The evaluation from which on one modality stays ahead of all others, and which one.
fn takeover(alone: &[(u64, Vec<f32>)], modalities: &[Modality]) -> Option<(u64, &'static str)> {
    let leader = |all: &[f32]| {
        let leads =
            |at: &usize| all.iter().enumerate().all(|(other, own)| other == *at || all[*at] - own >= LEAD);
        (0..all.len()).find(leads)
    };
    let who = leader(&alone.last()?.1)?;
    let since = alone.iter().rev().take_while(|(_, all)| leader(all) == Some(who)).last()?;
    Some((since.0, word(*modalities.get(who)?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_takeover_lasts_to_the_end() {
        let of = |rows: &[(u64, &[f32])]| {
            let rows: Vec<_> = rows.iter().map(|(step, all)| (*step, all.to_vec())).collect();
            takeover(&rows, &Modality::ALL)
        };
        assert_eq!(of(&[]), None);
        assert_eq!(of(&[(0, &[0.5, 0.5]), (20, &[0.5, 0.55])]), None);
        let run: [(u64, &[f32]); 4] =
            [(0, &[0.7, 0.5]), (20, &[0.5, 0.5]), (40, &[0.5, 0.8]), (60, &[0.6, 0.9])];
        assert_eq!(of(&run), Some((40, "text")));
        assert_eq!(of(&[(0, &[0.5, 0.9]), (20, &[0.9, 0.9])]), None, "the other has caught up");
        assert_eq!(of(&[(0, &[0.5, 0.9, 0.5]), (20, &[0.6, 0.5, 0.8])]), Some((20, "sound")));
        assert_eq!(of(&[(20, &[0.5, 0.85, 0.9])]), None, "two of three know as much");
    }
}
