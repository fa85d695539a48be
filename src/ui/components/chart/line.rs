//! Lines: values over steps, or over anything else that ascends.

use super::end::{ends, margin};
use super::frame::Frame;
use super::key::{Hidden, Key, Sample};
use super::mark::{Mark, remarks};
use super::path;
use super::plot::{Parts, Plot, USUAL_WIDTH, move_to};
use super::scale::Axis;
use super::series::Series;
use super::sheet::Sheet;
use crate::ui::memo::Memo;
use leptos::prelude::*;

/// Lines with a cursor that reads them.
#[component]
pub fn LineChart(
    #[prop(into)] label: Memo<String>,
    #[prop(into)] x: Memo<Axis>,
    #[prop(into)] y: Memo<Axis>,
    #[prop(into)] series: Memo<Vec<Series>>,
    #[prop(into, optional)] marks: Memo<Vec<Mark>>,
    /// The line that stands out from the others.
    #[prop(into, optional)]
    chosen: Memo<Option<String>>,
    /// Lines are named at their ends.
    #[prop(optional)]
    direct: bool,
    /// Where values are read while nothing is pointed at; else at the end of each line.
    #[prop(into, optional)]
    rest: Memo<Option<f32>>,
    /// What is hidden here and in other charts of the same lines.
    #[prop(optional)]
    hidden: Option<RwSignal<Hidden>>,
    /// Another chart of the same lines may have it.
    #[prop(default = true)]
    has_legend: bool,
) -> impl IntoView {
    let width = RwSignal::new(USUAL_WIDTH);
    let hidden = hidden.unwrap_or_else(|| RwSignal::new(Hidden::new()));
    let cursor = RwSignal::new(None::<f32>);
    let shown = Memo::new(move |_| {
        let mut shown = series.get();
        hidden.with(|hidden| shown.retain(|series| !hidden.contains(&series.name)));
        shown
    });
    let frame = Memo::new(move |_| {
        let axes = (x.get(), y.get());
        let frame =
            shown.with(|shown| marks.with(|marks| frame(width.get(), [&axes.0, &axes.1], shown, marks)));
        let margin = shown.with(|shown| margin(width.get(), shown)).filter(|_| direct);
        frame.beside(margin.unwrap_or_default())
    });
    let keys = Memo::new(move |_| series.with(|series| hidden.with(|hidden| keys(series, hidden))));
    let heading = Memo::new(move |_| heading(&x.get(), cursor.get().or(rest.get()), &frame.get()));
    let values = Memo::new(move |_| {
        let (cursor, hidden, unit) = (cursor.get().or(rest.get()), hidden.get(), y.get());
        let read = |series: &Series| {
            let point = cursor.map_or_else(|| series.points.last().copied(), |x| series.at(x))?;
            let value = frame.with(|frame| frame.y.read(point.1));
            (!hidden.contains(&series.name)).then(|| unit.with_unit(value))
        };
        series.with(|series| series.iter().map(read).collect())
    });
    let sheet = Memo::new(move |_| {
        let name = x.get().name();
        series.with(|series| {
            let columns: Vec<_> = series.iter().map(|s| (s.name.as_str(), s.points.as_slice())).collect();
            Sheet::beside(name, &columns)
        })
    });
    let is_pointing = Memo::new(move |_| cursor.get().is_some());
    // One measurement is no course.
    let is_empty = Memo::new(move |_| series.with(|series| series.iter().all(|line| line.points.len() < 2)));
    let ends = Memo::new(move |_| {
        let is_named = direct && shown.with(|shown| margin(width.get(), shown)).is_some();
        let named = || {
            chosen
                .with(|chosen| shown.with(|shown| frame.with(|frame| ends(frame, shown, chosen.as_deref()))))
        };
        if is_named { named() } else { Vec::new() }
    });
    let point = move |place: Option<(f32, f32)>| {
        let x = place.map(|(x, _)| frame.with_untracked(|frame| frame.value_at(x)));
        move_to(cursor, x.and_then(|x| shown.with_untracked(|shown| snap(shown, x))));
    };
    let walk = move |key: String| {
        let next = shown.with_untracked(|shown| step(shown, cursor.get_untracked(), &key));
        next.map(|next| move_to(cursor, next)).is_some()
    };
    view! {
        <Plot parts=Parts { label, width, frame, keys, hidden, heading, values, is_pointing, sheet, is_empty, ends, has_legend }
            point=Callback::new(point) walk=Callback::new(walk)>
            {move || shown.with(|shown| chosen.with(|chosen| frame.with(|frame| lines(frame, shown, chosen.as_deref()))))}
            {move || marks.with(|marks| shown.with(|shown| frame.with(|frame| remarks(frame, marks, shown))))}
            {move || cursor.get().map(|x| shown.with(|shown| frame.with(|frame| cross(frame, shown, x))))}
        </Plot>
    }
}

fn keys(series: &[Series], hidden: &Hidden) -> Vec<Key> {
    let key = |series: &Series| {
        let is_shown = !hidden.contains(&series.name);
        Key { name: series.name.clone(), tone: series.tone, sample: Sample::Line(series.dash), is_shown }
    };
    series.iter().map(key).collect()
}

fn frame(width: f32, axes: [&Axis; 2], shown: &[Series], marks: &[Mark]) -> Frame {
    let points = || shown.iter().flat_map(|series| series.points.iter());
    let levels = marks.iter().filter(|mark| mark.is_level).map(|mark| mark.at);
    Frame::new(width, axes, points().map(|point| point.0), points().map(|point| point.1).chain(levels))
}

fn heading(axis: &Axis, cursor: Option<f32>, frame: &Frame) -> String {
    match cursor {
        Some(x) => format!("{} {}", axis.title, axis.with_unit(frame.x.read(x))),
        None => "Current values".into(),
    }
}

/// The nearest place at which a series has a point.
fn snap(shown: &[Series], x: f32) -> Option<f32> {
    let ends = |series: &Series| Some([series.points.first()?.0, series.points.last()?.0]);
    let near =
        shown.iter().flat_map(|s| s.at(x).map(|p| p.0).into_iter().chain(ends(s).into_iter().flatten()));
    near.min_by(|a, b| (a - x).abs().total_cmp(&(b - x).abs()))
}

/// The place after a key, among those of the longest series.
fn step(shown: &[Series], cursor: Option<f32>, key: &str) -> Option<Option<f32>> {
    let points = &*shown.iter().max_by_key(|series| series.points.len())?.points;
    let at = cursor.map(|x| points.partition_point(|point| point.0 < x).min(points.len().saturating_sub(1)));
    let next = path::walk(at, key, points.len())?;
    Some(next.map(|at| points[at].0))
}

fn lines(frame: &Frame, shown: &[Series], chosen: Option<&str>) -> impl IntoView + use<> {
    let line = |series: &Series| {
        let places = path::thin(&series.points).into_iter().map(|(x, y)| (frame.x(x), frame.y(y)));
        let (d, dash) = (path::line(places), series.dash.pattern());
        let is_faded = chosen.is_some_and(|chosen| chosen != series.name);
        view! { <path class="trace" class:faded=is_faded d=d style=series.tone.style() stroke-dasharray=dash /> }
    };
    shown.iter().map(line).collect_view()
}

fn cross(frame: &Frame, shown: &[Series], x: f32) -> impl IntoView + use<> {
    let at = frame.x(x);
    let dot = |series: &Series| {
        let (x, y) = series.at(x).map(|(x, y)| (frame.x(x), frame.y(y)))?;
        y.is_finite().then(|| view! { <circle class="here" cx=x cy=y r="4" style=series.tone.style() /> })
    };
    let dots = shown.iter().filter_map(dot).collect_view();
    view! { <line class="cross" x1=at x2=at y1=frame.top() y2=frame.bottom() />{dots} }
}

#[cfg(test)]
#[path = "line_tests.rs"]
mod tests;
