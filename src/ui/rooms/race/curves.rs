//! How the contestants come on: accuracy on held-out samples, and the loss of the steps.

use super::{RaceRoom, title, tone};
use crate::lab::fuse::Contestant;
use crate::lab::fuse::task::Task;
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
    let marks = Memo::new(move |_| room.settings.with(|settings| ceilings(&settings.task)));
    let steps = || Memo::from(Axis::new("Step", ""));
    let hidden = RwSignal::new(Hidden::new());
    let chosen = Memo::new(move |_| Some(title(room.inside.get()).to_string()));
    view! {
        <div class="charts single">
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
fn ceilings(task: &Task) -> Vec<Mark> {
    let [picture, words] = task.ceilings();
    let mut marks = vec![Mark::level(0.5, "chance")];
    match picture == words {
        true if picture > 0.5 => marks.push(Mark::level(picture, "best single modality")),
        true => {}
        false => {
            for (ceiling, label) in
                [(picture, "best from the image only"), (words, "best from the text only")]
            {
                if ceiling > 0.5 {
                    marks.push(Mark::level(ceiling, label));
                }
            }
        }
    }
    marks
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::fuse::task::Information;

    #[test]
    fn a_window_begins_with_what_there_is() {
        assert_eq!(smoothed(&[1.0, 3.0, 5.0], 2), [1.0, 2.0, 4.0]);
    }

    #[test]
    fn ceilings_are_told_where_one_modality_knows_something() {
        assert_eq!(ceilings(&Task::pure(Information::Synergy)), [Mark::level(0.5, "chance")]);
        let marks = ceilings(&Task { parts: [0, 1, 0, 1] });
        assert_eq!(marks[1], Mark::level(0.75, "best from the image only"));
        assert_eq!(marks.len(), 2);
    }
}
