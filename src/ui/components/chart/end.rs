//! Names of lines at their ends, beside the drawing.

use super::frame::Frame;
use super::mark::{LETTER, ROW};
use super::series::Series;
use super::tone::Tone;
use leptos::prelude::*;

/// Between the drawing and the names.
const GAP: f32 = 8.0;
/// Narrower charts have no room beside the drawing: there the legend alone names the lines.
const NARROWEST: f32 = 480.0;

/// A name and the baseline that it stands on.
#[derive(Debug, Clone, PartialEq)]
pub struct End {
    name: String,
    tone: Tone,
    y: f32,
    is_faded: bool,
}

/// The room that names take beside a chart of this width; none where it has no room for them.
pub fn margin(width: f32, shown: &[Series]) -> Option<f32> {
    let longest = shown.iter().map(|series| series.name.chars().count()).max()?;
    (width >= NARROWEST).then_some(longest as f32 * LETTER + 2.0 * GAP)
}

/// The names of lines that have points, each as near to the end of its line as the others allow.
pub fn ends(frame: &Frame, shown: &[Series], chosen: Option<&str>) -> Vec<End> {
    let end = |series: &Series| {
        let last = series.points.iter().rev().find(|point| point.1.is_finite())?;
        let is_faded = chosen.is_some_and(|chosen| chosen != series.name);
        Some(End { name: series.name.clone(), tone: series.tone, y: frame.y(last.1) + 4.0, is_faded })
    };
    let mut ends: Vec<End> = shown.iter().filter_map(end).collect();
    crate::order::sort_by(&mut ends, |a, b| a.y.total_cmp(&b.y));
    let mut free = frame.top();
    for end in &mut ends {
        end.y = end.y.max(free);
        free = end.y + ROW;
    }
    let mut free = frame.bottom() + 4.0;
    for end in ends.iter_mut().rev() {
        end.y = end.y.min(free);
        free = end.y - ROW;
    }
    ends
}

pub fn names(frame: &Frame, ends: &[End]) -> impl IntoView + use<> {
    let x = frame.right() + GAP;
    let name = |end: &End| {
        view! { <text class="end" class:faded=end.is_faded x=x y=end.y style=end.tone.style()>{end.name.clone()}</text> }
    };
    ends.iter().map(name).collect_view()
}

#[cfg(test)]
mod tests {
    use super::super::scale::Axis;
    use super::*;

    #[test]
    fn names_stand_at_their_lines_and_not_on_one_another() {
        let axes = [Axis::new("Step", ""), Axis::new("Accuracy", "").within(0.0, 1.0)];
        let frame = Frame::new(640.0, axes.each_ref(), [0.0, 9.0].into_iter(), std::iter::empty());
        let values = [0.0, 0.01, 0.02, 1.0, 0.5, 0.51];
        let series = |value: f32| Series::new(value.to_string(), Tone::Ink, vec![(0.0, 0.3), (9.0, value)]);
        let ends = ends(&frame, &values.map(series), Some("0.5"));
        assert!(ends.windows(2).all(|pair| pair[1].y - pair[0].y >= ROW - 0.01), "{ends:?}");
        assert!(ends.iter().all(|end| end.y >= frame.top() && end.y <= frame.bottom() + 5.0), "{ends:?}");
        assert_eq!(ends.iter().filter(|end| !end.is_faded).count(), 1);
        assert_eq!(ends[0].name, "1");
    }
}
