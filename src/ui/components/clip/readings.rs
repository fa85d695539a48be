//! What sensors report of a clip, as a small table.

use crate::ui::components::wide_table::WideTable;
use crate::ui::memo::Memo;
use crate::ui::state::Shared;
use crate::world::Table;
use crate::world::table::{ObjectColumn, SceneColumn};
use leptos::prelude::*;

#[component]
pub fn Readings(table: Memo<Shared<Table>>) -> impl IntoView {
    let cell = |value: Option<f32>| {
        match value {
        Some(value) => view! { <td>{value.to_string()}</td> }.into_any(),
        None => view! { <td class="quiet"><span aria-hidden="true">"–"</span><span class="aloud">"missing"</span></td> }.into_any(),
    }
    };
    let rows = move || {
        let row = |(index, cells): (usize, Vec<Option<f32>>)| {
            view! { <tr><th scope="row">{index + 1}</th>{cells.into_iter().map(cell).collect_view()}</tr> }
        };
        let objects: Vec<Vec<Option<f32>>> =
            table.with(|table| table.objects.iter().map(|row| row.cells.to_vec()).collect());
        objects.into_iter().enumerate().map(row).collect_view()
    };
    let heads = ObjectColumn::ALL.map(|column| view! { <th scope="col">{head(column)}</th> });
    view! {
        <div class="clip-table">
            <WideTable label="Sensor readings"><table class="readings">
                <thead><tr><th scope="col"><span class="aloud">"Object"</span></th>{heads.into_iter().collect_view()}</tr></thead>
                <tbody>{rows}</tbody>
            </table></WideTable>
            <p class="small quiet">{move || table.with(|table| of_scene(table))}</p>
        </div>
    }
}

fn head(column: ObjectColumn) -> &'static str {
    match column {
        ObjectColumn::X => "x",
        ObjectColumn::Y => "y",
        ObjectColumn::Area => "Area, px",
        ObjectColumn::Red => "Red",
        ObjectColumn::Green => "Green",
        ObjectColumn::Blue => "Blue",
        ObjectColumn::Speed => "px/s",
        ObjectColumn::Temperature => "°C",
    }
}

/// `3 objects, brightness 0.71, 14.2 h`
fn of_scene(table: &Table) -> String {
    let said = |column: SceneColumn| {
        let value = table.get(column).map_or("–".to_string(), |value| value.to_string());
        match column {
            SceneColumn::Count => format!("{value} objects"),
            SceneColumn::Brightness => format!("brightness {value}"),
            SceneColumn::Hour => format!("{value} h"),
        }
    };
    SceneColumn::ALL.map(said).join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_reading_of_the_scene_is_a_dash() {
        let table = Table { objects: Vec::new(), scene: [Some(3.0), None, Some(14.2)] };
        assert_eq!(of_scene(&table), "3 objects, brightness –, 14.2 h");
    }
}
