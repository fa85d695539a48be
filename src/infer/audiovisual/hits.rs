//! Hits out of the map that [`crate::model::audiovisual::events`] makes.

use serde::{Deserialize, Serialize};

use crate::model::audiovisual::events::GRID;
use crate::world::motion::FRAMES;
use crate::world::render::PIXELS;

/// Least probability of a hit.
const THRESHOLD: f32 = 0.5;

/// What is seen to bounce.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct Hit {
    /// The frame nearest to it.
    pub frame: usize,
    /// Where, in pixels from the left and from the top.
    pub at: [f32; 2],
    pub probability: f32,
}

/// The hits of one video by its logits `[F * P, 2]`: cells that are likelier than each of their neighbours in space and time.
pub fn hits(logits: &[f32]) -> Vec<Hit> {
    let odds: Vec<f32> = logits.chunks_exact(2).map(|pair| 1.0 / (1.0 + (pair[0] - pair[1]).exp())).collect();
    assert_eq!(odds.len(), FRAMES * GRID * GRID);
    let index = |frame: usize, y: usize, x: usize| (frame * GRID + y) * GRID + x;
    let near = |at: usize, size: usize| at.saturating_sub(1)..(at + 2).min(size);
    let mut hits = Vec::new();
    for frame in 0..FRAMES {
        for (y, x) in (0..GRID).flat_map(|y| (0..GRID).map(move |x| (y, x))) {
            let own = index(frame, y, x);
            let cells = || near(y, GRID).flat_map(|y| near(x, GRID).map(move |x| (y, x)));
            let mut all = near(frame, FRAMES).flat_map(|frame| cells().map(move |(y, x)| index(frame, y, x)));
            // Of equals the first.
            let is_peak = all.all(|other| {
                odds[other] < odds[own] || other == own || other > own && odds[other] == odds[own]
            });
            if odds[own] < THRESHOLD || !is_peak {
                continue;
            }
            let mut sum = [0.0; 3];
            for (y, x) in cells() {
                let weight = odds[index(frame, y, x)];
                let centre = [x, y].map(|cell| (cell as f32 + 0.5) * (PIXELS / GRID) as f32);
                sum = [sum[0] + weight * centre[0], sum[1] + weight * centre[1], sum[2] + weight];
            }
            hits.push(Hit { frame, at: [sum[0] / sum[2], sum[1] / sum[2]], probability: odds[own] });
        }
    }
    hits
}

#[cfg(test)]
mod tests {
    use super::*;

    fn logits(marked: &[(usize, usize, usize, f32)]) -> Vec<f32> {
        let mut logits = [2.0, -2.0].repeat(FRAMES * GRID * GRID);
        for &(frame, y, x, logit) in marked {
            logits[2 * ((frame * GRID + y) * GRID + x) + 1] = logit;
        }
        logits
    }

    #[test]
    fn peaks_in_space_and_time_are_hits() {
        let found = hits(&logits(&[(3, 2, 5, 6.0), (4, 2, 5, 5.0), (3, 1, 5, 1.0), (9, 7, 0, 4.0)]));
        assert_eq!(found.iter().map(|hit| hit.frame).collect::<Vec<_>>(), [3, 9]);
        let [x, y] = found[0].at;
        assert!((x - 44.0).abs() < 1.5 && (y - 20.0).abs() < 2.0, "{found:?}");
        assert!(found[0].probability > 0.99);
    }

    #[test]
    fn equals_are_one_hit_and_what_is_unlikely_none() {
        assert_eq!(hits(&logits(&[(0, 0, 0, 4.0), (0, 0, 1, 4.0)])).len(), 1);
        assert_eq!(hits(&logits(&[(0, 0, 0, 1.9)])), []);
    }
}
