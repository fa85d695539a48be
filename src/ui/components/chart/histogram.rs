//! How values are spread: counts in columns of one width.

use super::frame::Frame;
use super::key::{Hidden, Key, Sample};
use super::path;
use super::plot::{Parts, Plot, USUAL_WIDTH, move_to};
use super::scale::{Axis, Span};
use super::sheet::Sheet;
use super::tone::{Dash, Tone};
use crate::ui::memo::Memo;
use crate::ui::state::Shared;
use leptos::prelude::*;

/// Values of one kind.
#[derive(Debug, Clone, PartialEq)]
pub struct Spread {
    /// Its own in the chart.
    pub name: String,
    pub values: Shared<Vec<f32>>,
    pub tone: Tone,
}

impl Spread {
    pub fn new(name: impl Into<String>, tone: Tone, values: Vec<f32>) -> Self {
        Spread { name: name.into(), values: Shared::new(values), tone }
    }
}

/// Counted columns, of equal width on the axis.
#[derive(Debug, Clone, PartialEq, Default)]
struct Bins {
    /// One more than columns.
    edges: Vec<f32>,
    /// For every group.
    counts: Vec<Vec<u32>>,
}

impl Bins {
    /// Values beyond the axis count in no column.
    fn new(axis: &Axis, bins: usize, groups: &[Spread]) -> Self {
        let values = groups.iter().flat_map(|group| group.values.iter().copied());
        let span = Span::new(axis, values, bins.clamp(2, 10));
        let count = |group: &Spread| {
            let mut counts = vec![0; bins];
            for share in group.values.iter().map(|&value| span.place(f64::from(value))) {
                if (0.0..=1.0).contains(&share) {
                    counts[((share * bins as f32) as usize).min(bins - 1)] += 1;
                }
            }
            counts
        };
        Bins {
            edges: (0..=bins).map(|edge| span.value(edge as f32 / bins as f32)).collect(),
            counts: groups.iter().map(count).collect(),
        }
    }

    fn bins(&self) -> usize {
        self.edges.len().saturating_sub(1)
    }

    fn sheet(&self, axis: &str, groups: &[Spread]) -> Sheet {
        let head = [format!("{axis} from"), format!("{axis} to")].into_iter();
        let row = |bin: usize| {
            let counts = self.counts.iter().map(move |counts| Some(counts[bin] as f32));
            [Some(self.edges[bin]), Some(self.edges[bin + 1])].into_iter().chain(counts).collect()
        };
        Sheet {
            head: head.chain(groups.iter().map(|group| group.name.clone())).collect(),
            rows: (0..self.bins()).map(row).collect(),
        }
    }
}

/// Counts of values in columns, the groups over one another.
#[component]
pub fn Histogram(
    #[prop(into)] label: Memo<String>,
    #[prop(into)] x: Memo<Axis>,
    #[prop(into)] groups: Memo<Vec<Spread>>,
    /// Columns.
    #[prop(default = 20)]
    bins: usize,
) -> impl IntoView {
    assert!(bins > 0, "values need a column");
    let (width, hidden) = (RwSignal::new(USUAL_WIDTH), RwSignal::new(Hidden::new()));
    let cursor = RwSignal::new(None::<usize>);
    let counted = Memo::new(move |_| groups.with(|groups| Bins::new(&x.get(), bins, groups)));
    let keys = Memo::new(move |_| {
        let key = |(index, group): (usize, Spread)| {
            let is_shown = hidden.with(|hidden| !hidden.contains(&group.name));
            Key { name: group.name, tone: group.tone, sample: Sample::Column(Dash::nth(index)), is_shown }
        };
        groups.get().into_iter().enumerate().map(key).collect::<Vec<_>>()
    });
    let frame = Memo::new(move |_| {
        keys.with(|keys| counted.with(|counted| frame(width.get(), &x.get(), keys, counted)))
    });
    let heading = Memo::new(move |_| {
        counted.with(|counted| frame.with(|frame| heading(&x.get(), cursor.get(), frame, counted)))
    });
    let values = Memo::new(move |_| {
        let cursor = cursor.get();
        let read = |(key, counts): (&Key, &Vec<u32>)| {
            let count =
                cursor.map_or_else(|| Some(counts.iter().sum::<u32>()), |at| counts.get(at).copied())?;
            key.is_shown.then(|| count.to_string())
        };
        keys.with(|keys| counted.with(|counted| keys.iter().zip(&counted.counts).map(read).collect()))
    });
    let sheet = Memo::new(move |_| {
        counted.with(|counted| groups.with(|groups| counted.sheet(&x.get().name(), groups)))
    });
    let is_empty =
        Memo::new(move |_| groups.with(|groups| groups.iter().all(|group| group.values.is_empty())));
    let is_pointing = Memo::new(move |_| cursor.get().is_some());
    let point = move |place: Option<(f32, f32)>| {
        let share = |(x, _): (f32, f32)| {
            frame.with_untracked(|frame| (x - frame.left) / (frame.right() - frame.left))
        };
        let inside = place.map(share).filter(|share| (0.0..1.0).contains(share));
        move_to(cursor, inside.map(|share| ((share * bins as f32) as usize).min(bins - 1)));
    };
    let walk = move |key: String| {
        path::walk(cursor.get_untracked(), &key, bins).map(|next| move_to(cursor, next)).is_some()
    };
    view! {
        <Plot parts=Parts { label, width, frame, keys, hidden, heading, values, is_pointing, sheet, is_empty, ends: Memo::default(), has_legend: true }
            point=Callback::new(point) walk=Callback::new(walk)>
            {move || cursor.get().map(|at| counted.with(|counted| frame.with(|frame| band(frame, counted, at))))}
            {move || keys.with(|keys| counted.with(|counted| frame.with(|frame| columns(frame, keys, counted))))}
        </Plot>
    }
}

/// The counts begin at none; the level axis is that of the columns.
fn frame(width: f32, axis: &Axis, keys: &[Key], counted: &Bins) -> Frame {
    let shown = keys.iter().zip(&counted.counts).filter(|(key, _)| key.is_shown);
    let tops = shown.flat_map(|(_, counts)| counts).map(|&count| count as f32);
    let (first, last) = (counted.edges.first(), counted.edges.last());
    let range = first.zip(last).map(|(&first, &last)| (first, last));
    let axes = [&Axis { range, ..axis.clone() }, &Axis::new("Count", "values")];
    Frame::new(width, axes, counted.edges.iter().copied(), tops.chain([0.0, 2.0]))
}

fn heading(axis: &Axis, cursor: Option<usize>, frame: &Frame, counted: &Bins) -> String {
    let edge = |at: usize| counted.edges.get(at).map(|&edge| frame.x.read(edge));
    match cursor.and_then(|at| edge(at).zip(edge(at + 1))) {
        Some((from, to)) => format!("{} {from} to {}", axis.title, axis.with_unit(to)),
        None => "Values in all columns".into(),
    }
}

fn columns(frame: &Frame, keys: &[Key], counted: &Bins) -> impl IntoView + use<> {
    let edges: Vec<f32> = counted.edges.iter().map(|&edge| frame.x(edge)).collect();
    let drawn = |(index, (key, counts)): (usize, (&Key, &Vec<u32>))| {
        let tops: Vec<f32> = counts.iter().map(|&count| frame.y(count as f32)).collect();
        let (d, dash) = (path::steps(&edges, &tops, frame.bottom()), Dash::nth(index).pattern());
        key.is_shown.then(|| view! { <path class="bins" d=d style=key.tone.style() stroke-dasharray=dash /> })
    };
    keys.iter().zip(&counted.counts).enumerate().filter_map(drawn).collect_view()
}

fn band(frame: &Frame, counted: &Bins, at: usize) -> Option<impl IntoView + use<>> {
    let (from, to) = (frame.x(*counted.edges.get(at)?), frame.x(*counted.edges.get(at + 1)?));
    let height = frame.bottom() - frame.top();
    Some(view! { <rect class="band" x=from y=frame.top() width=to - from height=height /> })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_inside_is_counted_once() {
        let groups = [Spread::new("a", Tone::Picture, vec![0.0, 0.1, 0.25, 0.99, 1.0, 1.5, f32::NAN])];
        let bins = Bins::new(&Axis::new("Gate", "").within(0.0, 1.0), 4, &groups);
        assert_eq!(bins.edges, [0.0, 0.25, 0.5, 0.75, 1.0]);
        assert_eq!(bins.counts, [[2, 1, 0, 2]]);
        let csv = bins.sheet("Gate", &groups).csv();
        assert!(csv.starts_with("Gate from,Gate to,a\r\n0,0.25,2\r\n"), "{csv}");
    }

    #[test]
    fn columns_on_a_log_axis_have_one_width() {
        let groups = [Spread::new("a", Tone::Words, vec![2.0, 20.0, 30.0, 0.0])];
        let bins = Bins::new(&Axis::new("Norm", "").log().within(1.0, 100.0), 2, &groups);
        assert_eq!(bins.counts, [[1, 2]]);
        assert!((bins.edges[1] - 10.0).abs() < 1e-4);
    }

    #[test]
    fn nothing_has_empty_columns() {
        let bins = Bins::new(&Axis::new("Gate", ""), 3, &[Spread::new("a", Tone::Ink, Vec::new())]);
        assert_eq!((bins.bins(), bins.counts), (3, vec![vec![0; 3]]));
    }
}
