//! What the corruption costs each model: a table that draws itself.

use super::results::DeskResults;
use crate::ui::components::chart::{Exports, csv};
use crate::ui::components::wide_table::WideTable;
use crate::ui::format;
use crate::ui::memo::Memo;
use crate::ui::rooms::race::{RaceRoom, title};
use crate::ui::state::Shared;
use leptos::prelude::*;

/// What always saying the commoner class gets right of two balanced ones.
const CHANCE: f32 = 0.5;

/// A model's accuracies.
#[derive(Clone, PartialEq)]
struct Row {
    name: &'static str,
    clean: f32,
    corrupted: f32,
    is_chosen: bool,
}

impl Row {
    /// In points of a hundred; not a negative zero.
    fn drop(&self) -> f32 {
        (100.0 * (self.corrupted - self.clean)).round() + 0.0
    }
}

#[component]
pub fn Drop(room: RaceRoom, results: DeskResults) -> impl IntoView {
    let rows = Memo::new(move |_| {
        let row = |evaluation: &Shared<crate::lab::fuse::Evaluation>| {
            Some(Row {
                name: title(evaluation.contestant),
                clean: evaluation.confusion.accuracy(),
                corrupted: results.at_dial(evaluation.contestant)?,
                is_chosen: evaluation.contestant == room.inside.get(),
            })
        };
        room.evaluations.with(|evaluations| evaluations.iter().filter_map(row).collect::<Vec<_>>())
    });
    let is_trained = Memo::new(move |_| room.training.step.get().is_some_and(|step| step > 0));
    let numbers = move || rows.with_untracked(|rows| written(rows));
    view! {
        {move || is_trained.get().then(|| view! {
            <h3>"Clean and corrupted accuracy; the line is chance, 0.500"</h3>
            <WideTable label="Clean and corrupted accuracy">
                <table class="bars fused drops" data-part="drops">
                    <caption class="aloud">"Accuracy of each model on clean and on corrupted samples"</caption>
                    <thead><tr><th scope="col">"Model"</th><th scope="col">"Corrupted"</th><th scope="col">"Clean"</th>
                        <th scope="col">"Points"</th></tr></thead>
                    <tbody>{move || rows.get().into_iter().map(row).collect_view()}</tbody>
                </table>
            </WideTable>
            <Exports label="Clean and corrupted accuracy" csv=numbers />
        })}
    }
}

/// The pale bar is the clean accuracy, the full one what is left of it.
fn row(row: Row) -> impl IntoView {
    let wide = |share: f32| format!("width:{:.2}%", 100.0 * share);
    view! {
        <tr class:chosen=row.is_chosen>
            <th scope="row">{row.name}</th>
            <td><span class="bar" aria-hidden="true"><i style=wide(row.corrupted)></i><i class="clean" style=wide(row.clean)></i>
                <i class="mark" style=format!("left:{:.0}%", 100.0 * CHANCE)></i></span><data>{format::three(row.corrupted)}</data></td>
            <td>{format::three(row.clean)}</td>
            <td>{format!("{:+.0}", row.drop())}</td>
        </tr>
    }
}

fn written(rows: &[Row]) -> String {
    let head = ["Model", "Clean accuracy", "Corrupted accuracy", "Points", "Chance"].map(String::from);
    let fields = |row: &Row| {
        let numbers = [row.clean, row.corrupted, row.drop(), CHANCE].map(|number| number.to_string());
        std::iter::once(row.name.to_string()).chain(numbers).collect()
    };
    csv(&head, rows.iter().map(fields))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_has_what_the_table_shows() {
        let rows = [Row { name: "Sum (of features)", clean: 0.75, corrupted: 0.5, is_chosen: false }];
        let text = written(&rows);
        assert_eq!(
            text,
            "Model,Clean accuracy,Corrupted accuracy,Points,Chance\r\nSum (of features),0.75,0.5,-25,0.5\r\n"
        );
    }
}
