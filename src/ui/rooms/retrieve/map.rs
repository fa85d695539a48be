//! Both modalities on one map.

use super::figures::caption_cosines;
use super::matrix::PairNote;
use crate::ui::components::heatmap::{Matrix, is_left, place};
use crate::ui::context::AppContext;
use crate::ui::format;
use crate::ui::memo::Memo;
use crate::ui::projection::{Projection, gap, principal};
use crate::ui::stage::GALLERY;
use crate::ui::state::Shared;
use leptos::ev::{KeyboardEvent, PointerEvent};
use leptos::html::Div;
use leptos::prelude::*;

/// The map's square in SVG units, with its margin.
const SIDE: f32 = 400.0;
const MARGIN: f32 = 16.0;

/// The first half of the points are pictures, the second their sentences.
#[component]
pub fn SpaceMap() -> impl IntoView {
    let app = AppContext::here();
    let projection = Memo::new(move |_| {
        app.requests.gallery.with(|rows| {
            let all: Vec<f32> = rows.value.pictures.iter().chain(&rows.value.texts).copied().collect();
            scaled(principal(&all, rows.value.width))
        })
    });
    let count = Memo::new(move |_| projection.with(|projection| projection.points.len() / 2));
    let cosines = caption_cosines(app);
    let matrix = Memo::new(move |_| {
        let cosines = cosines.get();
        let side = cosines.len().isqrt();
        Shared::new(if side == 0 { Matrix::default() } else { Matrix::new(side, side, cosines.to_vec()) })
    });
    let here = RwSignal::new(None::<usize>);
    let pinned = app.pick(|view| view.pair.map(|(_, picture)| picture));
    let shown = Memo::new(move |_| here.get().or(pinned.get()).filter(|&at| at < count.get()));
    let pin = move |at: usize| app.go(|view| view.pair = (view.pair != Some((at, at))).then_some((at, at)));
    view! {
        <div class="beside wide">
            <div>
                <Scatter projection shown here pin />
                <p class="legend"><span class="picture">"● images"</span><span class="words">"■ captions"</span>
                    <span>{move || axis_words(&projection.get())}</span></p>
                <p class="small">{move || gap_words(app)}</p>
            </div>
            <PairNote pair=Memo::new(move |_| shown.get().map(|at| (at, at))) matrix hint="Point at the map, tap it, or use the arrow keys." />
        </div>
    }
}

#[component]
fn Scatter(
    projection: Memo<Projection>,
    #[prop(into)] shown: Memo<Option<usize>>,
    here: RwSignal<Option<usize>>,
    pin: impl Fn(usize) + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let area = NodeRef::<Div>::new();
    let find = move |event: PointerEvent| {
        let Some(area) = area.get_untracked() else { return };
        let (x, y) = place(area.as_ref(), &event);
        here.set(
            projection
                .with_untracked(|projection| nearest(&projection.points, x as f32 * SIDE, y as f32 * SIDE)),
        );
    };
    let walk = move |event: KeyboardEvent| {
        let count = projection.with_untracked(|projection| projection.points.len() / 2);
        let now = shown.get_untracked();
        let next = match event.key().as_str() {
            "ArrowRight" | "ArrowDown" => now.map_or(0, |at| (at + 1).min(count.saturating_sub(1))),
            "ArrowLeft" | "ArrowUp" => now.map_or(0, |at| at.saturating_sub(1)),
            "Enter" => return now.into_iter().for_each(pin),
            _ => return,
        };
        event.prevent_default();
        here.set((count > 0).then_some(next));
    };
    let points = move || {
        projection.with(|Projection { points, .. }| {
            let (pictures, texts) = points.split_at(points.len() / 2);
            let pictures =
                pictures.iter().map(|[x, y]| view! { <circle cx=*x cy=*y r="3" /> }).collect_view();
            let texts = texts
                .iter()
                .map(|[x, y]| view! { <rect x=x - 2.5 y=y - 2.5 width="5" height="5" /> })
                .collect_view();
            view! { <g class="picture">{pictures}</g><g class="words">{texts}</g> }
        })
    };
    let bond = move || {
        projection.with(|Projection { points, .. }| {
            let at = shown.get()?;
            let ([x1, y1], [x2, y2]) = (points.get(at)?, points.get(points.len() / 2 + at)?);
            Some(view! {
                <line class="bond" x1=*x1 y1=*y1 x2=*x2 y2=*y2 />
                <circle class="picture here" cx=*x1 cy=*y1 r="6" />
                <rect class="words here" x=x2 - 5.0 y=y2 - 5.0 width="10" height="10" />
            })
        })
    };
    view! {
        <div node_ref=area class="scatter" tabindex="0" role="application"
            aria-label="Map of images and captions; use the arrow keys to move from pair to pair, Enter pins"
            on:pointermove=find on:pointerdown=find on:pointerleave=move |event| { if is_left(&event) { here.set(None) } } on:keydown=walk
            on:click=move |_| here.get_untracked().into_iter().for_each(pin)>
            <svg viewBox=format!("0 0 {SIDE} {SIDE}") aria-hidden="true">{points}{bond}</svg>
        </div>
    }
}

/// The pair of the point nearest to a place.
fn nearest(points: &[[f32; 2]], x: f32, y: f32) -> Option<usize> {
    let distance = |point: &[f32; 2]| (point[0] - x).powi(2) + (point[1] - y).powi(2);
    let at = (0..points.len()).min_by(|&a, &b| distance(&points[a]).total_cmp(&distance(&points[b])))?;
    Some(at % (points.len() / 2))
}

/// The same with points in SVG units, both axes to one scale.
fn scaled(projection: Projection) -> Projection {
    let bounds = |axis: usize| {
        let values = projection.points.iter().map(move |point| point[axis]);
        (values.clone().fold(f32::INFINITY, f32::min), values.fold(f32::NEG_INFINITY, f32::max))
    };
    let ((left, right), (low, high)) = (bounds(0), bounds(1));
    let scale = (SIDE - 2.0 * MARGIN) / (right - left).max(high - low).max(f32::MIN_POSITIVE);
    let middle = [(left + right) / 2.0, (low + high) / 2.0];
    let points = projection
        .points
        .iter()
        .map(|point| [0, 1].map(|axis| SIDE / 2.0 + (point[axis] - middle[axis]) * scale));
    Projection { points: points.collect(), ..projection }
}

fn axis_words(projection: &Projection) -> String {
    let [first, second] = projection.explained.map(format::percent);
    format!("PC1 (across): {first} of variance, PC2 (down): {second}")
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_fill_the_square_to_one_scale() {
        let points = vec![[-2.0, 0.0], [2.0, 1.0], [0.0, -1.0], [1.0, 0.0]];
        let scaled = scaled(Projection { points, explained: [0.9, 0.1] }).points;
        assert_eq!((scaled[0][0], scaled[1][0]), (MARGIN, SIDE - MARGIN));
        assert_eq!(scaled[1][1] - scaled[2][1], (SIDE - 2.0 * MARGIN) / 2.0);
        assert_eq!(nearest(&scaled, SIDE, 300.0), Some(1), "the second picture");
        assert_eq!(nearest(&scaled, SIDE / 2.0, 0.0), Some(0), "the sentence of the first pair");
        assert_eq!(nearest(&[], 0.0, 0.0), None);
    }
}
