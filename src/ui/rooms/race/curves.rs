//! How the contestants come on: accuracy on held-out samples, and the loss of the steps.

use super::modalities::word;
use super::{RaceRoom, title, tone};
use crate::lab::fuse::{Contestant, RaceSettings};
use crate::ui::components::chart::{Axis, Hidden, LineChart, Mark, Series};
use crate::ui::memo::Memo;
use crate::ui::state::{EvaluationPoint, RaceState};
use leptos::prelude::*;

/// Steps over which a shown loss is averaged.
const WINDOW: usize = 10;

#[component]
pub fn Curves(room: RaceRoom) -> impl IntoView {
    let accuracies = Memo::new(move |_| room.race.with(|race| accuracies(race, |point| point.accuracy)));
    let losses = Memo::new(move |_| room.race.with(losses));
    let marks = Memo::new(move |_| room.settings.with(ceilings));
    let steps = || Memo::from(Axis::new("Step", ""));
    let hidden = RwSignal::new(Hidden::new());
    let chosen = Memo::new(move |_| Some(title(room.inside.get()).to_string()));
    view! {
        <div class="charts single" data-part="curves">
            <LineChart label="Accuracy on 256 held-out samples" x=steps()
                y=Memo::from(Axis::new("Accuracy", "").within(0.0, 1.0)) series=accuracies marks chosen direct=true hidden />
            <LineChart label="Training loss, mean of ten steps" x=steps()
                y=Memo::from(Axis::new("Cross-entropy", "nats")) series=losses chosen direct=true hidden has_legend=false />
        </div>
    }
}

/// A curve for each contestant, in the order of the race.
pub fn accuracies(race: &RaceState, value: impl Fn(&EvaluationPoint) -> f32) -> Vec<Series> {
    let curve = |contestant: Contestant| {
        let own = race.curve.iter().filter(|point| point.contestant == contestant);
        series(contestant, own.map(|point| (point.step as f32, value(point))).collect())
    };
    race.evaluations.iter().map(|evaluation| curve(evaluation.contestant)).collect()
}

fn losses(race: &RaceState) -> Vec<Series> {
    let Some(first) = race.rounds.first() else { return Vec::new() };
    let curve = |(at, contestant): (usize, Contestant)| {
        let losses: Vec<f32> = race.rounds.iter().map(|round| round.learners[at].loss).collect();
        let points = smoothed(&losses, WINDOW).into_iter().enumerate();
        series(contestant, points.map(|(step, loss)| ((step + 1) as f32, loss)).collect())
    };
    first.learners.iter().map(|learner| learner.contestant).enumerate().map(curve).collect()
}

fn series(contestant: Contestant, points: Vec<(f32, f32)>) -> Series {
    let (tone, dash) = tone(contestant);
    Series::new(title(contestant), tone, points).dashed(dash)
}

/// The mean of each value and those before it, `window` at most.
pub fn smoothed(values: &[f32], window: usize) -> Vec<f32> {
    let mean = |end: usize| {
        let part = &values[(end + 1).saturating_sub(window)..=end];
        part.iter().sum::<f32>() / part.len() as f32
    };
    (0..values.len()).map(mean).collect()
}

/// Chance, and the best that one modality alone allows where that is more.
fn ceilings(settings: &RaceSettings) -> Vec<Mark> {
    let RaceSettings { task, modalities, .. } = settings;
    let known: Vec<_> =
        modalities.iter().map(|&modality| (task.ceiling(&[modality], modalities), modality)).collect();
    let is_above = |ceiling: f32| ceiling > 0.5 + 1e-4;
    let mut marks = vec![Mark::level(0.5, "chance")];
    if known.iter().all(|(ceiling, _)| (ceiling - known[0].0).abs() < 1e-4) {
        marks.extend(is_above(known[0].0).then(|| Mark::level(known[0].0, "best single modality")));
    } else {
        let above = known.into_iter().filter(|(ceiling, _)| is_above(*ceiling));
        marks.extend(above.map(|(ceiling, modality)| {
            Mark::level(ceiling, format!("best from the {} only", word(modality)))
        }));
    }
    marks
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::fuse::Modality;
    use crate::lab::fuse::task::{Information, Task};

    #[test]
    fn a_window_begins_with_what_there_is() {
        assert_eq!(smoothed(&[1.0, 3.0, 5.0], 2), [1.0, 2.0, 4.0]);
    }

    #[test]
    fn ceilings_are_told_where_one_modality_knows_something() {
        let of = |task, modalities: &[Modality]| {
            ceilings(&RaceSettings { task, modalities: modalities.to_vec(), ..RaceSettings::default() })
        };
        assert_eq!(of(Task::pure(Information::Synergy), &Modality::ALL), [Mark::level(0.5, "chance")]);
        let marks = of(Task { parts: [0, 1, 0, 1, 0] }, Modality::SETS[0]);
        assert_eq!(marks[1], Mark::level(0.75, "best from the image only"));
        assert_eq!(marks.len(), 2);
        let marks = of(Task { parts: [2, 0, 0, 0, 2] }, &Modality::ALL);
        assert_eq!(marks[3], Mark::level(1.0, "best from the sound only"));
        let marks = of(Task::pure(Information::Redundant), &Modality::ALL);
        assert_eq!(marks[1], Mark::level(1.0, "best single modality"));
    }
}
