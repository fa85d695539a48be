//! Many dimensions on paper: principal components (Pearson 1901), and the gap between two modalities.

use crate::pca::Pca;

/// Points in two dimensions, `[count, 2]`, and the share of the variance that each of the two explains.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Projection {
    pub points: Vec<[f32; 2]>,
    pub explained: [f32; 2],
}

/// Rows to which the axes are fitted at most, evenly spread over all: a covariance of more would hold the page up.
const FITTED: usize = 192;

/// Projects rows `[count, width]` onto their two main axes.
pub fn principal(rows: &[f32], width: usize) -> Projection {
    if rows.len().checked_div(width).unwrap_or(0) < 2 {
        return Projection::default();
    }
    let every = (rows.len() / width).div_ceil(FITTED);
    let fitted: Vec<f32> = rows.chunks_exact(width).step_by(every).flatten().copied().collect();
    let pca = Pca::fit(&fitted, width);
    let points = rows.chunks_exact(width).map(|row| pca.project(row)).collect();
    Projection { points, explained: pca.explained.map(|share| share as f32) }
}

/// The distance between the means of two sets of rows: the modality gap (Liang et al. 2022, section 2).
pub fn gap(a: &[f32], b: &[f32], width: usize) -> f32 {
    let difference = mean(a, width).into_iter().zip(mean(b, width)).map(|(a, b)| (a - b) * (a - b));
    difference.sum::<f32>().sqrt()
}

/// The mean of rows `[count, width]`.
pub fn mean(rows: &[f32], width: usize) -> Vec<f32> {
    let count = (rows.len() / width.max(1)).max(1) as f32;
    let mut mean = vec![0.0; width];
    for row in rows.chunks_exact(width.max(1)) {
        mean.iter_mut().zip(row).for_each(|(sum, value)| *sum += value / count);
    }
    mean
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_main_axes_are_found_in_their_order() {
        // Spread 10 along (0, 1, 0), 3 along (0, 0, 1), none along (1, 0, 0).
        let rows: Vec<f32> = (0..8)
            .flat_map(|i| {
                let (a, b) = (if i & 1 == 0 { 10.0 } else { -10.0 }, if i & 2 == 0 { 3.0 } else { -3.0 });
                [7.0, 1.0 + a, b]
            })
            .collect();
        let projection = principal(&rows, 3);
        assert!((projection.explained[0] - 100.0 / 109.0).abs() < 1e-4);
        assert!((projection.explained[1] - 9.0 / 109.0).abs() < 1e-4);
        let [x, y] = projection.points[0];
        assert!((x - 10.0).abs() < 1e-3 && (y - 3.0).abs() < 1e-3, "{x} {y}");
    }

    #[test]
    fn of_many_rows_some_tell_the_axes() {
        let rows: Vec<f32> =
            (0..3 * FITTED).flat_map(|i| [(i as f32).sin(), 0.1 * (i as f32).cos()]).collect();
        let projection = principal(&rows, 2);
        assert_eq!(projection.points.len(), 3 * FITTED);
        assert!(projection.explained[0] > 0.95, "{:?}", projection.explained);
    }

    #[test]
    fn the_gap_is_the_distance_of_the_means() {
        assert_eq!(gap(&[0.0, 0.0, 2.0, 0.0], &[1.0, 3.0, 1.0, 5.0], 2), 4.0);
    }

    #[test]
    fn too_few_points_have_no_axes() {
        assert_eq!(principal(&[1.0, 2.0], 2), Projection::default());
    }
}
