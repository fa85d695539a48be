//! Imbalance: which modality learns sooner, by its gradient and by what it can do alone.

use crate::lab::fuse::Contestant;
use crate::ui::components::chart::{Axis, Dash, LineChart, Mark, Series, Tone};
use crate::ui::memo::Memo;
use crate::ui::rooms::race::{RaceRoom, smoothed, title};
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
        room.race.with(|race| norms(race, contestant))
    });
    let alone = Memo::new(move |_| {
        let contestant = room.inside.get();
        room.race.with(|race| alone(race, contestant))
    });
    let marks = Memo::new(move |_| {
        let mut marks = vec![Mark::level(0.5, "chance")];
        let moment = alone.with(|alone| takeover(alone));
        marks.extend(moment.map(|(step, who)| Mark::moment(step as f32, format!("{who} dominates"))));
        marks
    });
    let accuracies = Memo::new(move |_| alone.with(|alone| series(alone)));
    let steps = || Memo::from(Axis::new("Step", ""));
    let name = move || title(room.inside.get());
    let words = move || {
        alone.with(|alone| match takeover(alone) {
            _ if alone.len() < 2 => "not trained yet.".into(),
            Some((step, who)) => {
                format!("from step {step} on, {who} dominates: alone it is at least ten points more accurate than the other modality.")
            }
            None => "neither modality dominates: none has a lasting lead of ten points.".into(),
        })
    };
    view! {
        <p class="prose">{move || format!("{}: ", name())}{words}
            " Compare “Late (sum of logits)” with “Late + gradient modulation”, which reduces the gradient of the modality that learns faster; choose a model in the table below."</p>
        <div class="charts">
            <LineChart label=Memo::new(move |_| format!("{}: gradient norms of the encoders", name())) x=steps()
                y=Memo::from(Axis::new("Norm", "").log()) series=norms />
            <LineChart label=Memo::new(move |_| format!("{}: accuracy with one modality removed", name())) x=steps()
                y=Memo::from(Axis::new("Accuracy", "").within(0.0, 1.0)) series=accuracies marks />
        </div>
    }
}

/// Smoothed gradient norms of the encoders of the picture and of the words.
fn norms(race: &RaceState, contestant: Contestant) -> Vec<Series> {
    let of = |modality: usize| {
        let norm = |round: &crate::lab::fuse::RaceStep| {
            let own = round.learners.iter().find(|learner| learner.contestant == contestant)?;
            Some((round.step as f32, own.grad_norms[modality]?))
        };
        let (steps, norms): (Vec<f32>, Vec<f32>) = race.rounds.iter().filter_map(|round| norm(round)).unzip();
        steps.into_iter().zip(smoothed(&norms, WINDOW)).collect::<Vec<_>>()
    };
    let both = [
        ("image encoder", Tone::Picture, Dash::Solid, of(0)),
        ("text encoder", Tone::Words, Dash::Dashed, of(1)),
    ];
    both.into_iter()
        .filter(|(.., points)| !points.is_empty())
        .map(|(name, tone, dash, points)| Series::new(name, tone, points).dashed(dash))
        .collect()
}

/// Of each evaluation the step, and the accuracies with the picture alone and with the words alone.
fn alone(race: &RaceState, contestant: Contestant) -> Vec<(u64, [f32; 2])> {
    let own = race.curve.iter().filter(|point| point.contestant == contestant);
    own.map(|EvaluationPoint { step, alone, .. }| (*step, *alone)).collect()
}

fn series(alone: &[(u64, [f32; 2])]) -> Vec<Series> {
    let of = |at: usize| alone.iter().map(|(step, both)| (*step as f32, both[at])).collect();
    vec![
        Series::new("image only", Tone::Picture, of(0)),
        Series::new("text only", Tone::Words, of(1)).dashed(Dash::Dashed),
    ]
}

/// The evaluation from which on one modality stays ahead, and which one.
fn takeover(alone: &[(u64, [f32; 2])]) -> Option<(u64, &'static str)> {
    let leader = |[picture, words]: [f32; 2]| match picture - words {
        lead if lead >= LEAD => Some("the image"),
        lead if lead <= -LEAD => Some("the text"),
        _ => None,
    };
    let who = leader(alone.last()?.1)?;
    let since = alone.iter().rev().take_while(|(_, both)| leader(*both) == Some(who)).last()?;
    Some((since.0, who))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_takeover_lasts_to_the_end() {
        let rows =
            |rows: &[(u64, f32, f32)]| rows.iter().map(|&(step, p, w)| (step, [p, w])).collect::<Vec<_>>();
        assert_eq!(takeover(&[]), None);
        assert_eq!(takeover(&rows(&[(0, 0.5, 0.5), (20, 0.5, 0.55)])), None);
        let run = rows(&[(0, 0.7, 0.5), (20, 0.5, 0.5), (40, 0.5, 0.8), (60, 0.6, 0.9)]);
        assert_eq!(takeover(&run), Some((40, "the text")));
        let even = rows(&[(0, 0.5, 0.9), (20, 0.9, 0.9)]);
        assert_eq!(takeover(&even), None, "the other has caught up");
    }
}
