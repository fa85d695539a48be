//! The legend: what a line or a shape stands for, and the value under the cursor.

use super::tone::{Dash, Marker, Tone};
use crate::ui::memo::Memo;
use leptos::prelude::*;
use std::collections::BTreeSet;

/// Names of what the visitor has hidden.
pub type Hidden = BTreeSet<String>;

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Sample {
    Line(Dash),
    Column(Dash),
    Point(Marker),
}

/// One entry.
#[derive(Debug, Clone, PartialEq)]
pub struct Key {
    pub name: String,
    pub tone: Tone,
    pub sample: Sample,
    pub is_shown: bool,
}

impl Key {
    /// The sample in a box of 28 by 12 at a place.
    fn drawn(&self, x: f32, y: f32) -> AnyView {
        let (middle, style) = (y + 6.0, self.tone.style());
        match self.sample {
            Sample::Line(dash) => view! {
                <line class="sample" x1=x + 1.0 x2=x + 27.0 y1=middle y2=middle style=style stroke-dasharray=dash.pattern() />
            }
            .into_any(),
            Sample::Column(dash) => view! {
                <rect class="bins" x=x + 1.0 y=y + 1.0 width="26" height="10" style=style stroke-dasharray=dash.pattern() />
            }
            .into_any(),
            Sample::Point(marker) => {
                view! { <path class="points" d=marker.path(x + 14.0, middle, 4.5) style=style /> }.into_any()
            }
        }
    }
}

/// Entries with their values; pressing one shows or hides what it names.
#[component]
pub fn Keys(
    keys: Memo<Vec<Key>>,
    /// As many as keys.
    values: Memo<Vec<Option<String>>>,
    hidden: RwSignal<Hidden>,
) -> impl IntoView {
    let entry = move |(index, key): (usize, Key)| {
        let sample = key.drawn(0.0, 0.0);
        let value = move || values.with(|values| values.get(index).cloned().flatten());
        let (name, title) = (key.name.clone(), key.name.clone());
        let toggle = move |_| {
            hidden.update(|hidden| {
                if !hidden.remove(&name) {
                    hidden.insert(name.clone());
                }
            });
        };
        view! {
            <li><button type="button" aria-pressed=key.is_shown.to_string() on:click=toggle>
                <svg viewBox="0 0 28 12" aria-hidden="true">{sample}</svg>
                <span class="name" title=title>{key.name}</span>
                <data>{value}</data>
            </button></li>
        }
    };
    view! {
        <ul class="keys" aria-label="Legend; press to hide or show">
            {move || keys.get().into_iter().enumerate().map(entry).collect_view()}
        </ul>
    }
}

/// Columns and rows of the legend in a file of that width.
fn layout(width: f32, count: usize) -> (usize, usize) {
    let columns = ((width / 180.0) as usize).clamp(1, count.max(1));
    (columns, count.div_ceil(columns))
}

/// The view box of the file: the title above the chart, the legend below.
pub fn print_box(width: f32, height: f32, count: usize) -> [f32; 4] {
    let (_, rows) = layout(width, count);
    [-12.0, -36.0, width + 24.0, 36.0 + height + 20.0 * rows as f32 + 20.0]
}

/// Title and legend as the file has them.
pub fn printed(label: String, width: f32, height: f32, keys: &[Key]) -> impl IntoView + use<> {
    let shown: Vec<&Key> = keys.iter().filter(|key| key.is_shown).collect();
    let (columns, _) = layout(width, shown.len());
    let entries: Vec<_> = shown
        .into_iter()
        .enumerate()
        .map(|(index, key)| {
            let x = (index % columns) as f32 * width / columns as f32;
            let y = height + 12.0 + 20.0 * (index / columns) as f32;
            view! { {key.drawn(x, y)} <text x=x + 34.0 y=y + 10.0>{key.name.clone()}</text> }
        })
        .collect();
    view! { <g class="printed"><text class="title" x="0" y="-14">{label}</text>{entries}</g> }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_legend_of_a_file_fits() {
        assert_eq!(layout(640.0, 7), (3, 3));
        assert_eq!(layout(640.0, 2), (2, 1));
        assert_eq!(layout(100.0, 2), (1, 2));
        assert_eq!(layout(640.0, 0), (1, 0));
        assert_eq!(print_box(600.0, 300.0, 3), [-12.0, -36.0, 624.0, 376.0]);
    }
}
