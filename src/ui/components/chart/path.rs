//! From series of values to SVG path data.

use std::fmt::Write;

/// Buckets a series is drawn with at most; each gives its least and its most.
const BUCKETS: usize = 200;

/// At most about twice `BUCKETS` of the points, with every spike among them. A bucket is a power of two long, so that
/// what is drawn stays as it is while points are appended. A bucket without a finite value stays as a gap.
pub fn thin(points: &[(f32, f32)]) -> Vec<(f32, f32)> {
    if points.len() <= 2 * BUCKETS {
        return points.to_vec();
    }
    let size = points.len().div_ceil(BUCKETS).next_power_of_two();
    let mut kept = vec![points[0]];
    for bucket in points.chunks(size) {
        let finite = || bucket.iter().enumerate().filter(|(_, point)| point.1.is_finite());
        let least = finite().min_by(|a, b| a.1.1.total_cmp(&b.1.1));
        let most = finite().max_by(|a, b| a.1.1.total_cmp(&b.1.1));
        match (least, most) {
            (Some((low, _)), Some((high, _))) if low == high => kept.push(bucket[low]),
            (Some((low, _)), Some((high, _))) => {
                kept.extend([bucket[low.min(high)], bucket[low.max(high)]]);
            }
            _ => kept.push((bucket[0].0, f32::NAN)),
        }
    }
    kept.push(points[points.len() - 1]);
    kept
}

/// A line through places; it is interrupted where one is not finite, and a lone place is a dot under round caps.
pub fn line(places: impl Iterator<Item = (f32, f32)>) -> String {
    let mut path = String::new();
    let mut is_down = false;
    for (x, y) in places {
        if !(x.is_finite() && y.is_finite()) {
            is_down = false;
            continue;
        }
        let written = if is_down { write!(path, "L{x:.1} {y:.1}") } else { write!(path, "M{x:.1} {y:.1}h0") };
        written.expect("a string takes everything");
        is_down = true;
    }
    path
}

/// The outline of columns between `edges` with their `tops`, standing on `floor`.
pub fn steps(edges: &[f32], tops: &[f32], floor: f32) -> String {
    let (Some(first), Some(last)) = (edges.first(), edges.last()) else { return String::new() };
    let mut path = format!("M{first:.1} {floor:.1}");
    for (pair, top) in edges.windows(2).zip(tops) {
        write!(path, "L{:.1} {top:.1}L{:.1} {top:.1}", pair[0], pair[1]).expect("a string takes everything");
    }
    write!(path, "L{last:.1} {floor:.1}").expect("a string takes everything");
    path
}

/// The index after a key, or nothing for Escape; none at all for a key that does not walk.
pub fn walk(at: Option<usize>, key: &str, count: usize) -> Option<Option<usize>> {
    let last = count.checked_sub(1)?;
    let leap = (count / 10).max(1);
    let by = |forward: bool, length: usize| {
        let stepped = |at: usize| if forward { (at + length).min(last) } else { at.saturating_sub(length) };
        Some(at.map_or(if forward { 0 } else { last }, stepped))
    };
    Some(match key {
        "ArrowRight" | "ArrowUp" => by(true, 1),
        "ArrowLeft" | "ArrowDown" => by(false, 1),
        "PageUp" => by(true, leap),
        "PageDown" => by(false, leap),
        "Home" => Some(0),
        "End" => Some(last),
        "Escape" => None,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spikes_and_ends_stay() {
        let mut points: Vec<(f32, f32)> = (0..2000).map(|i| (i as f32, 1.0)).collect();
        points[777].1 = 9.0;
        points[778].1 = -9.0;
        let kept = thin(&points);
        assert!(kept.len() <= 2 * BUCKETS + 2, "{}", kept.len());
        assert!(kept.contains(&(777.0, 9.0)) && kept.contains(&(778.0, -9.0)));
        assert_eq!((kept[0].0, kept[kept.len() - 1].0), (0.0, 1999.0));
        assert!(kept.is_sorted_by(|a, b| a.0 <= b.0), "in order");
        assert_eq!(thin(&points[..400]), points[..400], "few points are drawn as they are");
    }

    #[test]
    fn what_is_drawn_stays_while_points_come() {
        let points: Vec<(f32, f32)> = (0..2000).map(|i| (i as f32, (i as f32).sin())).collect();
        let (before, after) = (thin(&points[..1900]), thin(&points));
        assert_eq!(before[..200], after[..200]);
    }

    #[test]
    fn a_stretch_without_values_is_a_gap() {
        let points: Vec<(f32, f32)> =
            (0..2000).map(|i| (i as f32, if i >= 1000 { f32::NAN } else { 1.0 })).collect();
        let kept = thin(&points);
        assert!(kept.iter().any(|point| point.0 > 1900.0));
        assert!(kept.iter().filter(|point| point.0 >= 1008.0).all(|point| point.1.is_nan()));
        let places = [(0.0, 1.0), (1.0, f32::NAN), (2.0, 3.0), (3.0, 4.0)];
        assert_eq!(line(places.into_iter()), "M0.0 1.0h0M2.0 3.0h0L3.0 4.0");
    }

    #[test]
    fn columns_stand_on_the_floor() {
        assert_eq!(
            steps(&[0.0, 5.0, 10.0], &[2.0, 4.0], 9.0),
            "M0.0 9.0L0.0 2.0L5.0 2.0L5.0 4.0L10.0 4.0L10.0 9.0"
        );
        assert_eq!(steps(&[], &[], 9.0), "");
    }

    #[test]
    fn keys_walk_inside() {
        assert_eq!(walk(None, "ArrowRight", 3), Some(Some(0)));
        assert_eq!(walk(None, "ArrowLeft", 3), Some(Some(2)));
        assert_eq!(walk(Some(2), "ArrowRight", 3), Some(Some(2)));
        assert_eq!(walk(Some(50), "PageDown", 100), Some(Some(40)));
        assert_eq!(walk(Some(1), "Escape", 3), Some(None));
        assert_eq!(walk(Some(1), "a", 3), None);
        assert_eq!(walk(None, "Home", 0), None);
    }
}
