//! The points of a line.

use super::tone::{Dash, Tone};
use crate::ui::state::Shared;

/// A line.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// Its own in the chart.
    pub name: String,
    /// (x, y), ascending in x.
    pub points: Shared<Vec<(f32, f32)>>,
    pub tone: Tone,
    pub dash: Dash,
}

impl Series {
    pub fn new(name: impl Into<String>, tone: Tone, points: Vec<(f32, f32)>) -> Self {
        Series { name: name.into(), points: Shared::new(points), tone, dash: Dash::Solid }
    }

    pub fn dashed(self, dash: Dash) -> Self {
        Series { dash, ..self }
    }

    /// The point nearest to a place that the line passes.
    pub fn at(&self, x: f32) -> Option<(f32, f32)> {
        let points = &*self.points;
        let (first, last) = (points.first()?, points.last()?);
        if x < first.0 || x > last.0 {
            return None;
        }
        let after = points.partition_point(|point| point.0 < x);
        let around = points[after.saturating_sub(1)..=after.min(points.len() - 1)].iter().copied();
        around.min_by(|a, b| (a.0 - x).abs().total_cmp(&(b.0 - x).abs()))
    }
}
