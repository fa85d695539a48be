//! Remarks on a chart: a height to compare with, a step at which something happened.

use super::frame::Frame;
use crate::order;
use leptos::prelude::*;

/// Between lines of text, and the mean of a letter.
const ROW: f32 = 15.0;
const LETTER: f32 = 6.4;
const GAP: f32 = 4.0;

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

    /// The same on the first line from here downwards that is free.
    fn settled(self, taken: &[LabelBox], bottom: f32) -> LabelBox {
        let mut place = self;
        while taken.iter().any(|other| place.overlaps(other)) && place.y + ROW < bottom {
            place.y += ROW;
        }
        place
    }
}

/// Where the labels stand, none on another: those of levels at the right, those of moments on the side with more room.
fn places(frame: &Frame, marks: &[Mark]) -> Vec<LabelBox> {
    let (left, right, top, bottom) = (frame.left, frame.right(), frame.top(), frame.bottom());
    let mut places = vec![LabelBox { x: 0.0, y: 0.0, width: 0.0 }; marks.len()];
    let mut taken = Vec::new();
    let mut order: Vec<usize> = (0..marks.len()).collect();
    order::sort_by_key(&mut order, |&index| !marks[index].is_level);
    for index in order {
        let mark = &marks[index];
        let width = mark.label.chars().count() as f32 * LETTER;
        let wanted = if mark.is_level {
            let y = frame.y(mark.at);
            LabelBox { x: right - GAP - width, y: if y < top + ROW { y + ROW - 2.0 } else { y - GAP }, width }
        } else {
            let x = frame.x(mark.at);
            let is_late = x > f32::midpoint(left, right);
            LabelBox { x: if is_late { x - GAP - width } else { x + GAP }, y: top + ROW - 3.0, width }
        };
        places[index] = wanted.settled(&taken, bottom);
        taken.push(places[index]);
    }
    places
}

/// Lines of marks with their labels.
pub fn remarks(frame: &Frame, marks: &[Mark]) -> impl IntoView + use<> {
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
    marks.iter().zip(places(frame, marks)).map(remark).collect_view()
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
            let places = places(&frame, &marks);
            for (index, place) in places.iter().enumerate() {
                assert!(places[..index].iter().all(|other| !place.overlaps(other)), "{places:?}");
                assert!(place.x >= frame.left && place.x + place.width <= frame.right(), "{place:?}");
            }
        }
    }
}
