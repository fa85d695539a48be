//! The rectangle in which a chart draws, in CSS pixels, and its axes.

use super::scale::{Axis, Span};
use leptos::prelude::*;

/// Space above for the title of the upright axis and below for the labels and title of the other.
const TOP: f32 = 28.0;
const BOTTOM: f32 = 42.0;
/// Half a label may reach past the last tick.
const RIGHT: f32 = 20.0;
/// A digit of a label, and what stands between a label and its axis.
const DIGIT: f32 = 7.0;
const GAP: f32 = 6.0;
/// Narrower than this nothing is drawn to scale.
const NARROWEST: f32 = 200.0;

/// Where values stand.
#[derive(Debug, Clone, PartialEq)]
pub struct Frame {
    pub width: f32,
    pub height: f32,
    pub left: f32,
    /// Beside the drawing, at its right.
    margin: f32,
    pub x: Span,
    pub y: Span,
    titles: [String; 2],
}

impl Frame {
    /// A frame for values, twice as wide as high where there is room.
    pub fn new(
        width: f32,
        axes: [&Axis; 2],
        x: impl Iterator<Item = f32>,
        y: impl Iterator<Item = f32>,
    ) -> Self {
        let width = width.max(NARROWEST);
        let height = (0.52 * width).clamp(224.0, 336.0);
        Frame::of_height(width, height, axes, x, y)
    }

    /// A square frame; two linear axes then have one measure.
    pub fn square(
        width: f32,
        axes: [&Axis; 2],
        x: impl Iterator<Item = f32>,
        y: impl Iterator<Item = f32>,
    ) -> Self {
        let width = width.clamp(NARROWEST, 520.0);
        let mut frame = Frame::of_height(width, width, axes, x, y);
        frame.height = frame.right() - frame.left + TOP + BOTTOM;
        let length = frame.x.length().max(frame.y.length());
        let wanted = wanted(width, 80.0);
        frame.x = frame.x.of_length(length, wanted);
        frame.y = frame.y.of_length(length, wanted);
        frame
    }

    fn of_height(
        width: f32,
        height: f32,
        axes: [&Axis; 2],
        x: impl Iterator<Item = f32>,
        y: impl Iterator<Item = f32>,
    ) -> Self {
        let x = Span::new(axes[0], x, wanted(width, 90.0));
        let y = Span::new(axes[1], y, wanted(height, 48.0));
        let longest = y.ticks.iter().map(|&tick| y.label(tick).chars().count()).max().unwrap_or(0);
        let left = (longest as f32).max(4.0) * DIGIT + GAP;
        Frame { width, height, left, margin: RIGHT, x, y, titles: axes.map(Axis::name) }
    }

    /// The same with at least so much room at the right of the drawing.
    pub fn beside(self, margin: f32) -> Self {
        Frame { margin: self.margin.max(margin), ..self }
    }

    pub fn right(&self) -> f32 {
        self.width - self.margin
    }

    pub fn top(&self) -> f32 {
        TOP
    }

    pub fn bottom(&self) -> f32 {
        self.height - BOTTOM
    }

    pub fn x(&self, value: f32) -> f32 {
        self.left + self.x.place(f64::from(value)) * (self.right() - self.left)
    }

    pub fn y(&self, value: f32) -> f32 {
        self.bottom() - self.y.place(f64::from(value)) * (self.bottom() - self.top())
    }

    /// The value of the level axis under a place, at most at its ends.
    pub fn value_at(&self, x: f32) -> f32 {
        self.x.value(((x - self.left) / (self.right() - self.left)).clamp(0.0, 1.0))
    }

    /// The part of the drawing inside the axes as a view box, wide enough for half a stroke.
    pub fn inside(&self) -> [f32; 4] {
        let margin = 2.0;
        let (width, height) = (self.right() - self.left, self.bottom() - self.top());
        [self.left - margin, self.top() - margin, width + 2.0 * margin, height + 2.0 * margin]
    }
}

fn wanted(length: f32, each: f32) -> usize {
    (length / each).round().clamp(2.0, 10.0) as usize
}

/// Rules and labels at round numbers, and what the axes are.
pub fn axes(frame: &Frame) -> impl IntoView + use<> {
    let (left, right, top, bottom) = (frame.left, frame.right(), frame.top(), frame.bottom());
    let upright = frame.y.ticks.iter().map(|&tick| {
        let y = frame.y(tick as f32);
        view! {
            <line class="rule" x1=left x2=right y1=y y2=y />
            <text x=left - GAP y=y + 4.0 text-anchor="end">{frame.y.label(tick)}</text>
        }
    });
    let level = frame.x.ticks.iter().map(|&tick| {
        let x = frame.x(tick as f32);
        view! {
            <line class="edge" x1=x x2=x y1=bottom y2=bottom + 4.0 />
            <text x=x y=bottom + 17.0 text-anchor="middle">{frame.x.label(tick)}</text>
        }
    });
    let [across, up] = frame.titles.clone();
    view! {
        {upright.collect_view()}
        {level.collect_view()}
        <line class="edge" x1=left x2=right y1=bottom y2=bottom />
        <line class="edge" x1=left x2=left y1=top y2=bottom />
        <text x="0" y="13">{up}</text>
        <text x=right y=bottom + 36.0 text-anchor="end">{across}</text>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(width: f32) -> Frame {
        let (x, y) = (Axis::new("Step", ""), Axis::new("Loss", "nats"));
        Frame::new(width, [&x, &y], [0.0, 100.0].into_iter(), [0.0, 2.0].into_iter())
    }

    #[test]
    fn the_corners_are_the_ends_of_the_axes() {
        for width in [328.0, 640.0, 1200.0] {
            let frame = frame(width);
            assert_eq!((frame.x(0.0), frame.x(100.0)), (frame.left, width - RIGHT));
            assert_eq!((frame.y(0.0), frame.y(2.0)), (frame.bottom(), TOP));
            assert!(frame.left < 60.0 && frame.bottom() - frame.top() > 140.0);
        }
    }

    #[test]
    fn a_place_has_the_value_drawn_there() {
        let frame = frame(640.0);
        assert!((frame.value_at(frame.x(37.0)) - 37.0).abs() < 1e-3);
        assert_eq!([frame.value_at(-9.0), frame.value_at(9999.0)], [0.0, 100.0]);
    }

    #[test]
    fn labels_have_room() {
        for width in [200.0, 328.0, 640.0, 1200.0] {
            let frame = frame(width);
            let places: Vec<f32> = frame.x.ticks.iter().map(|&tick| frame.x(tick as f32)).collect();
            assert!(places.windows(2).all(|pair| pair[1] - pair[0] > 4.0 * DIGIT), "{width}: {places:?}");
        }
    }

    #[test]
    fn a_square_has_one_measure() {
        let axis = Axis::new("", "");
        let frame = Frame::square(400.0, [&axis; 2], [-2.0, 2.0].into_iter(), [0.0, 1.0].into_iter());
        assert_eq!(frame.right() - frame.left, frame.bottom() - frame.top());
        let (across, up) = (frame.x(1.0) - frame.x(0.0), frame.y(0.0) - frame.y(1.0));
        assert!((across - up).abs() < 1e-3);
    }
}
