//! Remarks on a chart: a height to compare with, a step at which something happened.

use super::frame::Frame;
use super::path;
use super::series::Series;
use crate::order;
use leptos::prelude::*;

/// Between lines of text, and the mean of a letter.
pub const ROW: f32 = 15.0;
pub const LETTER: f32 = 6.4;
const GAP: f32 = 4.0;
/// Lines of text between a level and its label at the most, where lines run through all that is nearer.
const ROWS_AWAY: usize = 4;

/// A remark on a place of an axis.
#[derive(Debug, Clone, PartialEq)]
pub struct Mark {
    pub at: f32,
    pub label: String,
    /// A line across at a height, or else one upright.
    pub is_level: bool,
}

impl Mark {
    /// A height to compare with: chance, or a baseline.
    pub fn level(at: f32, label: impl Into<String>) -> Self {
        Mark { at, label: label.into(), is_level: true }
    }

    /// A step at which something happened.
    pub fn moment(at: f32, label: impl Into<String>) -> Self {
        Mark { at, label: label.into(), is_level: false }
    }
}

/// A label in the drawing: its left end and its baseline.
#[derive(Debug, Clone, Copy, PartialEq)]
struct LabelBox {
    x: f32,
    y: f32,
    width: f32,
}

impl LabelBox {
    fn overlaps(&self, other: &LabelBox) -> bool {
        let is_beside = self.x + self.width + GAP <= other.x || other.x + other.width + GAP <= self.x;
        !is_beside && (self.y - other.y).abs() < ROW - 1.0
    }

    /// Whether a line runs through it.
    fn is_crossed(&self, lines: &[(f32, f32)]) -> bool {
        let (left, right) = (self.x - GAP, self.x + self.width + GAP);
        lines.iter().any(|(x, y)| (left..right).contains(x) && (self.y - ROW..self.y + GAP).contains(y))
    }

    /// The same on the first line from here downwards that is free.
    fn settled(self, taken: &[LabelBox], bottom: f32) -> LabelBox {
        let mut place = self;
        while taken.iter().any(|other| place.overlaps(other)) && place.y + ROW < bottom {
            place.y += ROW;
        }
        place
    }
}

/// Places that lines run through, so close together that no label fits between two.
fn passed(frame: &Frame, shown: &[Series]) -> Vec<(f32, f32)> {
    let mut passed = Vec::new();
    for series in shown {
        let places: Vec<(f32, f32)> =
            path::thin(&series.points).into_iter().map(|(x, y)| (frame.x(x), frame.y(y))).collect();
        for pair in places.windows(2) {
            let [from, to] = [pair[0], pair[1]];
            let count = ((to.0 - from.0).abs().max((to.1 - from.1).abs()) / GAP).ceil().min(500.0);
            let between = |at: usize| {
                let share = at as f32 / count;
                (from.0 + share * (to.0 - from.0), from.1 + share * (to.1 - from.1))
            };
            passed.extend((0..=count as usize).map(between));
        }
    }
    passed
}

/// Where a label may stand, the usual place first.
fn candidates(frame: &Frame, mark: &Mark) -> Vec<LabelBox> {
    let (left, right, top, bottom) = (frame.left, frame.right(), frame.top(), frame.bottom());
    let width = mark.label.chars().count() as f32 * LETTER;
    if mark.is_level {
        let y = frame.y(mark.at);
        let rows = (0..ROWS_AWAY).map(|away| away as f32 * ROW).flat_map(|away| {
            let (above, below) = (y - GAP - away, y + ROW - 2.0 + away);
            [(above >= top + ROW - GAP).then_some(above), (below < bottom).then_some(below)]
        });
        let columns = [right - GAP - width, left + GAP, f32::midpoint(left, right) - width / 2.0];
        let at = |y: f32| columns.map(|x| LabelBox { x, y, width });
        return rows.flatten().flat_map(at).collect();
    }
    let x = frame.x(mark.at);
    let is_late = x > f32::midpoint(left, right);
    let x = if is_late { x - GAP - width } else { x + GAP };
    let rows = ((bottom - top) / ROW) as usize;
    (1..=rows).map(|row| LabelBox { x, y: top + row as f32 * ROW - 3.0, width }).collect()
}

/// Where the labels stand, none on another nor on a line as long as there is such a place: those of levels at the right, those
/// of moments on the side with more room.
fn places(frame: &Frame, marks: &[Mark], lines: &[(f32, f32)]) -> Vec<LabelBox> {
    let bottom = frame.bottom();
    let mut places = vec![LabelBox { x: 0.0, y: 0.0, width: 0.0 }; marks.len()];
    let mut taken = Vec::new();
    let mut order: Vec<usize> = (0..marks.len()).collect();
    order::sort_by_key(&mut order, |&index| !marks[index].is_level);
    for index in order {
        let all = candidates(frame, &marks[index]);
        let is_free =
            |place: &&LabelBox| !place.is_crossed(lines) && !taken.iter().any(|other| place.overlaps(other));
        let Some(wanted) = all.iter().find(is_free).or(all.first()) else { continue };
        places[index] = wanted.settled(&taken, bottom);
        taken.push(places[index]);
    }
    places
}

/// Lines of marks with their labels.
pub fn remarks(frame: &Frame, marks: &[Mark], shown: &[Series]) -> impl IntoView + use<> {
    let (left, right, top, bottom) = (frame.left, frame.right(), frame.top(), frame.bottom());
    let remark = |(mark, place): (&Mark, LabelBox)| {
        let (x, y) = (frame.x(mark.at), frame.y(mark.at));
        let [x1, y1, x2, y2] = if mark.is_level { [left, y, right, y] } else { [x, top, x, bottom] };
        // The estimated width is on the safe side: the true end is the one beside the line.
        let is_end = mark.is_level || place.x < x;
        let (x, anchor) = if is_end { (place.x + place.width, "end") } else { (place.x, "start") };
        view! {
            <line class="mark" x1=x1 y1=y1 x2=x2 y2=y2 />
            <text class="remark" x=x y=place.y text-anchor=anchor>{mark.label.clone()}</text>
        }
    };
    let lines = if marks.is_empty() { Vec::new() } else { passed(frame, shown) };
    marks.iter().zip(places(frame, marks, &lines)).map(remark).collect_view()
}

#[cfg(test)]
mod tests {
    use super::super::scale::Axis;
    use super::*;

    #[test]
    fn labels_stand_beside_one_another() {
        let axes = [Axis::new("Step", ""), Axis::new("Loss", "nats")];
        let marks = [
            Mark::moment(120.0, "words take over at step 120"),
            Mark::moment(1500.0, "picture dropped"),
            Mark::level(2.77, "chance, ln 16"),
        ];
        for width in [313.0, 853.0] {
            let frame =
                Frame::new(width, axes.each_ref(), [0.0, 2000.0].into_iter(), [0.0, 2.77].into_iter());
            let places = places(&frame, &marks, &[]);
            for (index, place) in places.iter().enumerate() {
                assert!(places[..index].iter().all(|other| !place.overlaps(other)), "{places:?}");
                assert!(place.x >= frame.left && place.x + place.width <= frame.right(), "{place:?}");
            }
        }
    }

    #[test]
    fn a_label_gives_way_to_a_line() {
        let axes = [Axis::new("Step", ""), Axis::new("Accuracy", "").within(0.0, 1.0)];
        let frame = Frame::new(640.0, axes.each_ref(), [0.0, 100.0].into_iter(), std::iter::empty());
        let line = super::super::tone::Tone::Ink;
        let late = Series::new("late", line, vec![(0.0, 0.9), (60.0, 0.9), (70.0, 0.54), (100.0, 0.54)]);
        let lines = passed(&frame, &[late]);
        let place = places(&frame, &[Mark::level(0.5, "chance")], &lines)[0];
        assert!(!place.is_crossed(&lines) && place.x < frame.x(60.0), "{place:?}");
    }
}
