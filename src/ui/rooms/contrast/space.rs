//! The held-out pairs in the plane of their principal components, moving as the model learns.

use super::contrast_run::ContrastRun;
use crate::lab::contrast::{PcaMap, held_out};
use crate::ui::components::chart::{Axis, Group, Marker, Scatter, Tone};
use crate::ui::format;
use crate::ui::memo::Memo;
use leptos::prelude::*;

#[component]
pub fn SpaceMap(run: ContrastRun) -> impl IntoView {
    let is_joint = run.is_joint();
    let map = Memo::new(move |_| run.last.with(|last| last.as_ref().map(|figures| figures.map.clone())));
    let groups = Memo::new(move |_| {
        map.with(|map| map.as_ref().map_or_else(Vec::new, |map| groups(map, is_joint.get())))
    });
    let axis = move |at: usize, name: &'static str| {
        let share = map.with(|map| map.as_ref().map(|map| map.explained[at]));
        let title = share.map_or_else(
            || name.to_string(),
            |share| format!("{name}, {} of the variance", format::percent(share)),
        );
        Axis::new(title, "")
    };
    let hover = RwSignal::new(None);
    let captions =
        StoredValue::new(held_out().into_iter().map(|(_, caption)| caption).collect::<Vec<String>>());
    let said = move || hover.get().and_then(|at| captions.with_value(|captions| captions.get(at).cloned()));
    view! {
        <div class="space" data-part="map">
            <Scatter label="Embedding map (PCA)" x=Memo::new(move |_| axis(0, "First component"))
                y=Memo::new(move |_| axis(1, "Second component")) groups hover item="Pair" linked=true square=true />
            <p class="small words-line">{said}</p>
        </div>
    }
}

fn groups(map: &PcaMap, is_joint: bool) -> Vec<Group> {
    let points = |points: &[[f32; 2]]| points.iter().map(|[x, y]| (*x, *y)).collect();
    let (first, second) = (points(&map.first), points(&map.second));
    match is_joint {
        true => vec![
            Group::new("Image with its caption", Tone::True, Marker::Circle, first),
            Group::new("Image with another caption", Tone::False, Marker::Cross, second),
        ],
        false => vec![
            Group::new("Images", Tone::Picture, Marker::Circle, first),
            Group::new("Captions", Tone::Words, Marker::Square, second),
        ],
    }
}
