//! Pictures and their sentences on one map.

use super::figures::caption_cosines;
use super::matrix::PairNote;
use crate::ui::components::chart::{Axis, Group, Marker, Scatter, Tone};
use crate::ui::components::heatmap::Matrix;
use crate::ui::context::AppContext;
use crate::ui::format;
use crate::ui::memo::Memo;
use crate::ui::projection::{Projection, gap, principal};
use crate::ui::stage::GALLERY;
use crate::ui::state::Shared;
use leptos::prelude::*;

#[component]
pub fn SpaceMap() -> impl IntoView {
    let app = AppContext::here();
    let projection = Memo::new(move |_| {
        app.requests.gallery.with(|rows| {
            let all: Vec<f32> = rows.value.pictures.iter().chain(&rows.value.texts).copied().collect();
            principal(&all, rows.value.width)
        })
    });
    let groups = Memo::new(move |_| projection.with(groups));
    let count = Memo::new(move |_| projection.with(|projection| projection.points.len() / 2));
    let axis = move |at: usize, name: &'static str| {
        let share = projection.with(|projection| format::percent(projection.explained[at]));
        Axis::new(format!("{name}, {share} of the variance"), "")
    };
    let cosines = caption_cosines(app);
    let matrix = Memo::new(move |_| {
        let cosines = cosines.get();
        let side = cosines.len().isqrt();
        Shared::new(if side == 0 { Matrix::default() } else { Matrix::new(side, side, cosines.to_vec()) })
    });
    let hover = RwSignal::new(None::<usize>);
    let pinned = app.pick(|view| view.pair.map(|(_, picture)| picture));
    let shown = Memo::new(move |_| hover.get().or(pinned.get()).filter(|&at| at < count.get()));
    let pin = move |(_, at): (Option<String>, usize)| {
        app.go(|view| view.pair = (view.pair != Some((at, at))).then_some((at, at)));
    };
    view! {
        <div class="beside wide">
            <div data-part="map">
                <Scatter label="Embedding map (PCA)" x=Memo::new(move |_| axis(0, "First component"))
                    y=Memo::new(move |_| axis(1, "Second component")) groups hover item="Pair" square=true pinned pin=Callback::new(pin) />
                <p class="small">{move || gap_words(app)}</p>
            </div>
            <PairNote pair=Memo::new(move |_| shown.get().map(|at| (at, at))) matrix hint="Point at the map, tap it, or use the arrow keys." />
        </div>
    }
}

/// The first half of the points are pictures, the second their sentences.
fn groups(projection: &Projection) -> Vec<Group> {
    let points: Vec<(f32, f32)> = projection.points.iter().map(|[x, y]| (*x, *y)).collect();
    let (pictures, texts) = points.split_at(points.len() / 2);
    vec![
        Group::new("Images", Tone::Picture, Marker::Circle, pictures.to_vec()),
        Group::new("Captions", Tone::Words, Marker::Square, texts.to_vec()),
    ]
}

fn gap_words(app: AppContext) -> String {
    app.requests.gallery.with(|rows| {
        let rows = &rows.value;
        if rows.count() < 2 {
            return "The map is drawn while the gallery is encoded.".into();
        }
        let gap = gap(&rows.pictures, &rows.texts, rows.width);
        format!("Modality gap: {} between the mean vectors (at most 2 on the unit sphere), over {} of {GALLERY} pairs.", format::three(gap), rows.count())
    })
}
