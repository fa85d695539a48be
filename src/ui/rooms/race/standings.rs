//! How the contestants stand, side by side.

use super::{RaceRoom, title, tone};
use crate::lab::fuse::{Contestant, Evaluation};
use crate::ui::components::chart::{Exports, csv};
use crate::ui::components::wide_table::WideTable;
use crate::ui::format;
use crate::ui::memo::Memo;
use crate::ui::state::{RaceState, Shared};
use leptos::prelude::*;

/// Steps over which the time of a step is averaged.
const TIMED: usize = 20;

const COLUMNS: [&str; 7] =
    ["Model", "Accuracy", "Precision", "Recall", "F1", "Parameters", "Time per step, ms"];

/// One row per contestant; choosing one shows its inside.
#[component]
pub fn Standings(room: RaceRoom) -> impl IntoView {
    let row = move |(evaluation, time): (Shared<Evaluation>, Option<f32>)| {
        let contestant = evaluation.contestant;
        let confusion = evaluation.confusion;
        let rates = [confusion.accuracy(), confusion.precision(1), confusion.recall(1), confusion.f1()];
        let style = format!("--tone:{}", tone(contestant).0.paint());
        let is_baseline = Contestant::BASELINES.contains(&contestant);
        let pressed = move || (room.inside.get() == contestant).to_string();
        view! {
            <tr class:quiet=is_baseline>
                <th scope="row"><button type="button" class="plain" style=style aria-pressed=pressed
                    on:click=move |_| room.go(|view| view.inside = Some(contestant))>{title(contestant)}</button></th>
                {rates.map(|rate| view! { <td>{format::three(rate)}</td> }).collect_view()}
                <td>{if evaluation.parameters > 0 { grouped(evaluation.parameters) } else { "–".into() }}</td>
                <td>{time.map_or("–".into(), |time| format!("{time:.1}"))}</td>
            </tr>
        }
    };
    let rows = Memo::new(move |_| {
        // Rounds come far more often than evaluations; the times of a step may wait for these.
        room.race.with_untracked(|race| {
            let row = |evaluation: &Shared<Evaluation>| {
                (evaluation.clone(), milliseconds(race, evaluation.contestant))
            };
            room.evaluations.with(|evaluations| evaluations.iter().map(row).collect::<Vec<_>>())
        })
    });
    view! {
        <WideTable label="Results of the models">
            <table class="numbers standings" data-part="results">
                <caption>"On 256 held-out samples, at the last evaluation; precision and recall of the second class, F1 averaged over both classes (macro F1). Chance accuracy 0.500. Choose a model to look inside."</caption>
                <thead><tr>
                    {COLUMNS.map(|name| view! { <th scope="col">{name}</th> }).collect_view()}
                </tr></thead>
                <tbody>{move || rows.get().into_iter().map(row).collect_view()}</tbody>
            </table>
        </WideTable>
        <Exports label="Results of the models" csv=move || rows.with_untracked(|rows| written(rows)) />
    }
}

fn written(rows: &[(Shared<Evaluation>, Option<f32>)]) -> String {
    let head = COLUMNS.map(String::from);
    let fields = |(evaluation, time): &(Shared<Evaluation>, Option<f32>)| {
        let confusion = evaluation.confusion;
        let rates = [confusion.accuracy(), confusion.precision(1), confusion.recall(1), confusion.f1()];
        let rest =
            [evaluation.parameters.to_string(), time.map_or_else(String::new, |time| time.to_string())];
        let name = title(evaluation.contestant).to_string();
        std::iter::once(name).chain(rates.map(|rate| rate.to_string())).chain(rest).collect()
    };
    csv(&head, rows.iter().map(fields))
}

/// The mean time of a contestant's last steps.
pub fn milliseconds(race: &RaceState, contestant: Contestant) -> Option<f32> {
    let last = race.rounds.iter().rev().take(TIMED);
    let times: Vec<f32> = last
        .filter_map(|round| round.learners.iter().find(|learner| learner.contestant == contestant))
        .map(|learner| learner.milliseconds)
        .collect();
    (!times.is_empty()).then(|| times.iter().sum::<f32>() / times.len() as f32)
}

/// `55,904`
fn grouped(count: u32) -> String {
    if count < 1000 { count.to_string() } else { format!("{},{:03}", count / 1000, count % 1000) }
}
