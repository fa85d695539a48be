//! Points of several groups on a map.

use super::frame::Frame;
use super::key::{Hidden, Key, Sample};
use super::path;
use super::plot::{Parts, Plot, USUAL_WIDTH, move_to};
use super::scale::Axis;
use super::sheet::Sheet;
use super::tone::{Marker, Tone};
use crate::ui::memo::Memo;
use crate::ui::state::Shared;
use leptos::prelude::*;

/// How near the pointer must be to a point, in pixels.
const REACH: f32 = 32.0;
/// The heading while nothing is pointed at.
const REST: &str = "Point at the map, or use the arrow keys";
/// Of a marker.
const RADIUS: f32 = 3.0;

/// Points of one kind. Those with one index in several groups belong together.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// Its own in the chart.
    pub name: String,
    pub points: Shared<Vec<(f32, f32)>>,
    pub tone: Tone,
    pub marker: Marker,
}

impl Group {
    pub fn new(name: impl Into<String>, tone: Tone, marker: Marker, points: Vec<(f32, f32)>) -> Self {
        Group { name: name.into(), points: Shared::new(points), tone, marker }
    }
}

/// A map of points; pointing at one shows all that belong to it.
#[component]
pub fn Scatter(
    #[prop(into)] label: Memo<String>,
    #[prop(into)] x: Memo<Axis>,
    #[prop(into)] y: Memo<Axis>,
    #[prop(into)] groups: Memo<Vec<Group>>,
    /// The index under the pointer or the arrow keys.
    hover: RwSignal<Option<usize>>,
    /// What points of one index are: `Pair`.
    #[prop(into)]
    item: Memo<String>,
    /// Lines join what belongs together.
    #[prop(into, optional)]
    linked: Memo<bool>,
    /// Both axes have one measure.
    #[prop(into, optional)]
    square: Memo<bool>,
    /// The index that is shown while none is pointed at.
    #[prop(into, optional)]
    pinned: Memo<Option<usize>>,
    /// A click at a point, with the name of its group, or Enter at an index.
    #[prop(optional)]
    pin: Option<Callback<(Option<String>, usize)>>,
) -> impl IntoView {
    let (width, hidden) = (RwSignal::new(USUAL_WIDTH), RwSignal::new(Hidden::new()));
    let shown = Memo::new(move |_| {
        let mut shown = groups.get();
        hidden.with(|hidden| shown.retain(|group| !hidden.contains(&group.name)));
        shown
    });
    let frame = Memo::new(move |_| {
        let axes = (x.get(), y.get());
        shown.with(|shown| frame(width.get(), [&axes.0, &axes.1], shown, square.get()))
    });
    let keys = Memo::new(move |_| groups.with(|groups| hidden.with(|hidden| keys(groups, hidden))));
    let at = Memo::new(move |_| {
        let pinned = pinned.get();
        hover.get().or(pinned)
    });
    let heading =
        Memo::new(move |_| at.get().map_or_else(|| REST.into(), |at| format!("{} {}", item.get(), at + 1)));
    let values = Memo::new(move |_| {
        let (at, hidden) = (at.get(), hidden.get());
        let read = |group: &Group| {
            let &(x, y) = group.points.get(at?)?;
            let place = frame.with(|frame| format!("({}, {})", frame.x.read(x), frame.y.read(y)));
            (!hidden.contains(&group.name)).then_some(place)
        };
        groups.with(|groups| groups.iter().map(read).collect())
    });
    let sheet = Memo::new(move |_| groups.with(|groups| sheet(&item.get(), [x.get(), y.get()], groups)));
    let is_empty = Memo::new(move |_| groups.with(|groups| count(groups) == 0));
    let is_pointing = Memo::new(move |_| hover.get().is_some());
    let point = move |place: Option<(f32, f32)>| {
        let near =
            |place| frame.with_untracked(|frame| shown.with_untracked(|shown| nearest(frame, shown, place)));
        move_to(hover, place.and_then(near).map(|(_, index)| index));
    };
    let choose = move |place: (f32, f32)| {
        let near = frame.with_untracked(|frame| {
            shown.with_untracked(|shown| {
                nearest(frame, shown, place).map(|(group, index)| (Some(shown[group].name.clone()), index))
            })
        });
        if let Some((pin, near)) = pin.zip(near) {
            pin.run(near);
        }
    };
    let walk = move |key: String| {
        let now = at.get_untracked();
        if let ("Enter", Some(pin), Some(index)) = (key.as_str(), pin, now) {
            pin.run((None, index));
            return true;
        }
        let next = shown.with_untracked(|shown| path::walk(now, &key, count(shown)));
        next.map(|next| move_to(hover, next)).is_some()
    };
    view! {
        <Plot parts=Parts { label, width, frame, keys, hidden, heading, values, is_pointing, sheet, is_empty, ends: Memo::default(), has_legend: true }
            point=Callback::new(point) walk=Callback::new(walk) choose=Callback::new(choose)>
            {move || linked.get().then(|| shown.with(|shown| frame.with(|frame| links(frame, shown))))}
            {move || shown.with(|shown| frame.with(|frame| points(frame, shown)))}
            {move || at.get().map(|at| shown.with(|shown| frame.with(|frame| together(frame, shown, at))))}
        </Plot>
    }
}

fn keys(groups: &[Group], hidden: &Hidden) -> Vec<Key> {
    let key = |group: &Group| {
        let is_shown = !hidden.contains(&group.name);
        Key { name: group.name.clone(), tone: group.tone, sample: Sample::Point(group.marker), is_shown }
    };
    groups.iter().map(key).collect()
}

fn frame(width: f32, axes: [&Axis; 2], shown: &[Group], is_square: bool) -> Frame {
    let points = || shown.iter().flat_map(|group| group.points.iter());
    let (x, y) = (points().map(|point| point.0), points().map(|point| point.1));
    if is_square { Frame::square(width, axes, x, y) } else { Frame::new(width, axes, x, y) }
}

/// Indices of the largest group.
fn count(groups: &[Group]) -> usize {
    groups.iter().map(|group| group.points.len()).max().unwrap_or(0)
}

fn sheet(item: &str, axes: [Axis; 2], groups: &[Group]) -> Sheet {
    let names = groups
        .iter()
        .flat_map(|group| axes.each_ref().map(|axis| format!("{}: {}", group.name, axis.name())));
    let row = |at: usize| {
        let places = groups.iter().flat_map(move |group| {
            let point = group.points.get(at);
            [point.map(|point| point.0), point.map(|point| point.1)]
        });
        std::iter::once(Some((at + 1) as f32)).chain(places).collect()
    };
    Sheet {
        head: std::iter::once(item.to_string()).chain(names).collect(),
        rows: (0..count(groups)).map(row).collect(),
    }
}

/// The group and the index of the point nearest to a place of the drawing, if one is near.
fn nearest(frame: &Frame, groups: &[Group], (x, y): (f32, f32)) -> Option<(usize, usize)> {
    let squared = |point: &(f32, f32)| (frame.x(point.0) - x).powi(2) + (frame.y(point.1) - y).powi(2);
    let all = groups.iter().enumerate().flat_map(|(group, found)| {
        found.points.iter().enumerate().map(move |(index, point)| ((group, index), squared(point)))
    });
    let near = all.filter(|(_, squared)| *squared <= REACH * REACH);
    near.min_by(|a, b| a.1.total_cmp(&b.1)).map(|(at, _)| at)
}

fn points(frame: &Frame, groups: &[Group]) -> impl IntoView + use<> {
    let drawn = |group: &Group| {
        let places = group.points.iter().map(|&(x, y)| (frame.x(x), frame.y(y)));
        let finite = places.filter(|(x, y)| x.is_finite() && y.is_finite());
        let d: String = finite.map(|(x, y)| group.marker.path(x, y, RADIUS)).collect();
        view! { <path class="points" d=d style=group.tone.style() /> }
    };
    groups.iter().map(drawn).collect_view()
}

/// A line through all groups at every index.
fn links(frame: &Frame, groups: &[Group]) -> impl IntoView + use<> {
    let d: String = (0..count(groups)).map(|at| path::line(places(frame, groups, at))).collect();
    view! { <path class="link" d=d /> }
}

fn together(frame: &Frame, groups: &[Group], at: usize) -> impl IntoView + use<> {
    let mark = |group: &Group| {
        let &(x, y) = group.points.get(at)?;
        let d = group.marker.path(frame.x(x), frame.y(y), 2.0 * RADIUS);
        Some(view! { <path class="here" d=d style=group.tone.style() /> })
    };
    let bond = path::line(places(frame, groups, at));
    view! { <path class="bond" d=bond />{groups.iter().filter_map(mark).collect_view()} }
}

fn places(frame: &Frame, groups: &[Group], at: usize) -> impl Iterator<Item = (f32, f32)> {
    groups.iter().filter_map(move |group| group.points.get(at)).map(|&(x, y)| (frame.x(x), frame.y(y)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn groups() -> [Group; 2] {
        [
            Group::new("pictures", Tone::Picture, Marker::Circle, vec![(-1.0, 0.0), (1.0, 0.5)]),
            Group::new("words", Tone::Words, Marker::Square, vec![(-0.8, 0.25)]),
        ]
    }

    fn axes() -> [Axis; 2] {
        [Axis::new("First", ""), Axis::new("Second", "")]
    }

    #[test]
    fn the_nearest_point_within_reach_is_found() {
        let (groups, axes) = (groups(), axes());
        let frame = frame(400.0, axes.each_ref(), &groups, true);
        let near = |x, y| nearest(&frame, &groups, (frame.x(x) + 2.0, frame.y(y)));
        assert_eq!([near(1.0, 0.5), near(-0.8, 0.25)], [Some((0, 1)), Some((1, 0))]);
        assert_eq!(near(0.2, 0.2), None, "far from all");
    }

    #[test]
    fn what_belongs_together_stands_in_a_row() {
        let sheet = sheet("Pair", axes(), &groups());
        assert_eq!(
            sheet.csv(),
            "Pair,pictures: First,pictures: Second,words: First,words: Second\r\n1,-1,0,-0.8,0.25\r\n2,1,0.5,,\r\n"
        );
    }
}
