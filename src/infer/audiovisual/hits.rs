//! Hits out of the map that [`crate::model::audiovisual::events`] makes.

use serde::{Deserialize, Serialize};

use crate::model::audiovisual::events::GRID;
use crate::world::motion::FRAMES;
use crate::world::render::PIXELS;

/// Least probability of a hit.
const THRESHOLD: f32 = 0.75;

/// Pixels within which two are the same: the centres of two objects that collide are 9 apart at least.
const APART: f32 = 6.0;

/// What is seen to bounce.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct Hit {
    /// The frame nearest to it.
    pub frame: usize,
    /// Where, in pixels from the left and from the top.
    pub at: [f32; 2],
    pub probability: f32,
}

/// The hits of one video by its logits and the places in the cells, both `[F * P, 2]`: of what is likely, the likeliest first, each
/// but what is near to another in space and time.
pub(super) fn hits(logits: &[f32], offsets: &[f32]) -> Vec<Hit> {
    let cells = GRID * GRID;
    assert_eq!([logits.len(), offsets.len()], [2 * FRAMES * cells; 2]);
    let side = (PIXELS / GRID) as f32;
    let all =
        logits.chunks_exact(2).zip(offsets.chunks_exact(2)).enumerate().map(|(index, (pair, offset))| {
            let cell = [index % GRID, index / GRID % GRID];
            let at = [0, 1].map(|axis| (cell[axis] as f32 + 0.5 + offset[axis]) * side);
            Hit { frame: index / cells, at, probability: 1.0 / (1.0 + (pair[0] - pair[1]).exp()) }
        });
    let mut likely: Vec<Hit> = all.filter(|hit| hit.probability >= THRESHOLD).collect();
    likely.sort_by(|a, b| b.probability.total_cmp(&a.probability));
    let mut hits: Vec<Hit> = Vec::new();
    for hit in likely {
        let is_near = |other: &Hit| {
            let [x, y] = [0, 1].map(|axis| other.at[axis] - hit.at[axis]);
            other.frame.abs_diff(hit.frame) <= 1 && x.hypot(y) < APART
        };
        if !hits.iter().any(is_near) {
            hits.push(hit);
        }
    }
    hits.sort_by_key(|hit| hit.frame);
    hits
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Cells by frame, row and column, each with its logit and its offset to the right.
    fn found(marked: &[(usize, usize, usize, f32, f32)]) -> Vec<Hit> {
        let mut logits = [2.0, -2.0].repeat(FRAMES * GRID * GRID);
        let mut offsets = vec![0.0; logits.len()];
        for &(frame, y, x, logit, right) in marked {
            let at = 2 * ((frame * GRID + y) * GRID + x);
            (logits[at + 1], offsets[at]) = (logit, right);
        }
        hits(&logits, &offsets)
    }

    #[test]
    fn cells_that_point_at_one_place_are_one_hit() {
        let all =
            found(&[(3, 2, 5, 6.0, 0.5), (3, 2, 6, 5.0, -0.4), (4, 2, 5, 5.5, 0.4), (9, 7, 0, 4.0, 0.0)]);
        assert_eq!(
            all.iter().map(|hit| (hit.frame, hit.at)).collect::<Vec<_>>(),
            [(3, [48.0, 20.0]), (9, [4.0, 60.0])]
        );
        assert!(all[0].probability > 0.98);
    }

    #[test]
    fn neighbours_that_point_away_from_each_other_are_two() {
        assert_eq!(found(&[(3, 2, 5, 6.0, -0.3), (3, 2, 6, 5.0, 0.2)]).len(), 2);
        assert_eq!(found(&[(3, 2, 5, 6.0, 0.0), (5, 2, 5, 5.0, 0.0)]).len(), 2, "at another time");
        assert_eq!(found(&[(0, 0, 0, 1.9, 0.0)]), [], "what is unlikely is none");
    }
}
