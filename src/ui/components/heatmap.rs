//! A matrix as colours, with axes, a legend and a cell that pointer and arrow keys move.

use super::raster::{Raster, Rgba};
use crate::ui::colour;
use crate::ui::memo::Memo;
use crate::ui::state::Shared;
use crate::ui::theme::Theme;
use leptos::ev::{KeyboardEvent, MouseEvent, PointerEvent};
use leptos::html::Div;
use leptos::prelude::*;

/// Values in rows, and the range that the colours span.
#[derive(Debug, Clone, Default)]
pub struct Matrix {
    pub rows: usize,
    pub columns: usize,
    pub values: Vec<f32>,
    pub least: f32,
    pub most: f32,
}

impl Matrix {
    /// A matrix whose colours span its own values.
    pub fn new(rows: usize, columns: usize, values: Vec<f32>) -> Self {
        assert_eq!(values.len(), rows * columns, "values must fill the matrix");
        let least = values.iter().copied().fold(f32::INFINITY, f32::min);
        let most = values.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        Matrix { rows, columns, values, least, most }
    }

    /// The same with colours from `least` to `most`.
    pub fn spanning(self, least: f32, most: f32) -> Self {
        Matrix { least, most, ..self }
    }

    pub fn at(&self, row: usize, column: usize) -> f32 {
        self.values[row * self.columns + column]
    }

    pub fn to_rgba(&self, dark: bool) -> Rgba {
        let map = colour::map(dark);
        let width = (self.most - self.least).max(f32::MIN_POSITIVE);
        let share = |value: f32| (value - self.least) / width;
        let pixel = |&value: &f32| {
            let [r, g, b] = colour::pick(&map, share(value));
            [r, g, b, 255]
        };
        let bytes = self.values.iter().flat_map(pixel).collect();
        Rgba { width: self.columns as u32, height: self.rows as u32, bytes }
    }
}

/// The cell (row, column) after an arrow key.
pub fn step(cell: (usize, usize), key: &str, rows: usize, columns: usize) -> Option<(usize, usize)> {
    let (row, column) = cell;
    match key {
        "ArrowUp" => Some((row.saturating_sub(1), column)),
        "ArrowDown" => Some(((row + 1).min(rows - 1), column)),
        "ArrowLeft" => Some((row, column.saturating_sub(1))),
        "ArrowRight" => Some((row, (column + 1).min(columns - 1))),
        _ => None,
    }
}

/// Where in an element the pointer is, as shares of its size.
pub fn place(element: &web_sys::Element, event: &MouseEvent) -> (f64, f64) {
    let rect = element.get_bounding_client_rect();
    let share = |at: f64, from: f64, length: f64| ((at - from) / length.max(1.0)).clamp(0.0, 0.999_999);
    let (x, y) = (f64::from(event.client_x()), f64::from(event.client_y()));
    (share(x, rect.left(), rect.width()), share(y, rect.top(), rect.height()))
}

/// Whether what was pointed at is left: a finger that is lifted has chosen, and what it chose stays.
pub fn is_left(event: &PointerEvent) -> bool {
    event.pointer_type() == "mouse"
}

#[component]
pub fn HeatMap(
    label: &'static str,
    /// What rows and columns are.
    axes: [&'static str; 2],
    #[prop(into)] matrix: Memo<Shared<Matrix>>,
    /// The cell (row, column) under the pointer or the arrow keys.
    cell: RwSignal<Option<(usize, usize)>>,
    /// A click or Enter pins the cell.
    pin: Callback<(usize, usize)>,
    #[prop(into)] pinned: Memo<Option<(usize, usize)>>,
    /// A share of the width at which a line stands.
    #[prop(optional, into)]
    playhead: Option<Memo<f64>>,
) -> impl IntoView {
    let theme = Theme::here();
    let area = NodeRef::<Div>::new();
    let rgba = Memo::new(move |_| Shared::new(matrix.with(|matrix| matrix.to_rgba(theme.is_dark()))));
    let find = move |event: &MouseEvent| {
        let (x, y) = place(area.get_untracked()?.as_ref(), event);
        let (rows, columns) = matrix.with_untracked(|matrix| (matrix.rows, matrix.columns));
        (rows > 0).then_some(((y * rows as f64) as usize, (x * columns as f64) as usize))
    };
    let choose = move |event: MouseEvent| {
        let at = find(&event);
        cell.set(at);
        at.into_iter().for_each(|at| pin.run(at));
    };
    let walk = move |event: KeyboardEvent| {
        let now = cell.get_untracked().or(pinned.get_untracked()).unwrap_or_default();
        let (rows, columns) = matrix.with_untracked(|matrix| (matrix.rows, matrix.columns));
        if event.key() == "Enter" {
            pin.run(now);
        } else if rows > 0
            && let Some(next) = step(now, &event.key(), rows, columns)
        {
            event.prevent_default();
            cell.set(Some(next));
        }
    };
    let cross = move |at: Option<(usize, usize)>, class| {
        let (rows, columns) = matrix.with(|matrix| (matrix.rows, matrix.columns));
        let (row, column) = at.filter(|&(row, column)| row < rows && column < columns)?;
        let percent = |index: usize, count: usize| 100.0 * index as f64 / count as f64;
        let style = format!(
            "left:{}%;top:{}%;width:{}%;height:{}%",
            percent(column, columns),
            percent(row, rows),
            percent(1, columns),
            percent(1, rows)
        );
        Some(view! { <i class=class style=style></i> })
    };
    view! {
        <figure class="heatmap">
            <span class="axis y">{axes[0]}</span>
            <div node_ref=area class="area" tabindex="0" role="application" aria-label=label
                on:pointermove=move |event| cell.set(find(&event)) on:pointerdown=move |event| cell.set(find(&event))
                on:pointerleave=move |event| { if is_left(&event) { cell.set(None) } }
                on:click=choose on:keydown=walk on:blur=move |_| cell.set(None)>
                <Raster rgba />
                {move || cross(pinned.get(), "pin")}
                {move || cross(cell.get(), "here")}
                {playhead.map(|share| view! { <i class="playhead" style=move || format!("left:{:.2}%", 100.0 * share.get())></i> })}
            </div>
            <span class="axis x">{axes[1]}</span>
        </figure>
    }
}

/// The colours of a map with the values at its ends.
#[component]
pub fn Legend(
    #[prop(into)] ends: Memo<[String; 2]>,
    /// What the values are, with their unit.
    quantity: &'static str,
) -> impl IntoView {
    let theme = Theme::here();
    let ramp = Memo::new(move |_| {
        let values = (0..colour::STEPS).map(|i| i as f32).collect();
        Shared::new(Matrix::new(1, colour::STEPS, values).to_rgba(theme.is_dark()))
    });
    view! {
        <div class="legend">
            <span>{quantity}</span>
            <span>{move || ends.get()[0].clone()}</span>
            <Raster rgba=ramp />
            <span>{move || ends.get()[1].clone()}</span>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrow_keys_stay_inside() {
        assert_eq!(step((0, 0), "ArrowUp", 2, 3), Some((0, 0)));
        assert_eq!(step((0, 2), "ArrowRight", 2, 3), Some((0, 2)));
        assert_eq!(step((0, 2), "ArrowDown", 2, 3), Some((1, 2)));
        assert_eq!(step((0, 2), "a", 2, 3), None);
    }

    #[test]
    fn colours_span_the_values() {
        let matrix = Matrix::new(1, 3, vec![-1.0, 0.0, 1.0]);
        let map = colour::map(false);
        let rgba = matrix.to_rgba(false);
        assert_eq!(rgba.bytes[..3], map[0]);
        assert_eq!(rgba.bytes[8..11], map[255]);
        let wider = matrix.spanning(-1.0, 3.0).to_rgba(false);
        assert_eq!(wider.bytes[8..11], map[128]);
    }
}
