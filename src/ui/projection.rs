//! Many dimensions on paper: principal components (Pearson 1901) by power iteration.

use crate::dot::dot;

/// Points in two dimensions, `[count, 2]`, and the share of the variance that each of the two explains.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Projection {
    pub points: Vec<[f32; 2]>,
    pub explained: [f32; 2],
}

const ITERATIONS: usize = 60;

/// Projects rows `[count, width]` onto their two main axes. The sign of an axis is chosen so that the first row's
/// coordinate is not negative: equal inputs give equal pictures.
pub fn principal(rows: &[f32], width: usize) -> Projection {
    let count = rows.len().checked_div(width).unwrap_or(0);
    if count < 2 {
        return Projection::default();
    }
    let mean = mean(rows, width);
    let mut centred: Vec<f32> = rows.to_vec();
    for row in centred.chunks_exact_mut(width) {
        row.iter_mut().zip(&mean).for_each(|(value, mean)| *value -= mean);
    }
    let total: f32 = centred.iter().map(|value| value * value).sum();
    let mut points = vec![[0.0; 2]; count];
    let mut explained = [0.0; 2];
    for axis in 0..2 {
        let direction = main_direction(&centred, width);
        let mut along: Vec<f32> = centred.chunks_exact(width).map(|row| dot(row, &direction)).collect();
        for (row, &length) in centred.chunks_exact_mut(width).zip(&along) {
            row.iter_mut().zip(&direction).for_each(|(value, step)| *value -= length * step);
        }
        if along[0] < 0.0 {
            along.iter_mut().for_each(|length| *length = -*length);
        }
        explained[axis] =
            along.iter().map(|length| length * length).sum::<f32>() / total.max(f32::MIN_POSITIVE);
        points.iter_mut().zip(along).for_each(|(point, length)| point[axis] = length);
    }
    Projection { points, explained }
}

/// The distance between the means of two sets of rows: the modality gap (Liang et al. 2022, section 2).
pub fn gap(a: &[f32], b: &[f32], width: usize) -> f32 {
    let difference = mean(a, width).into_iter().zip(mean(b, width)).map(|(a, b)| (a - b) * (a - b));
    difference.sum::<f32>().sqrt()
}

fn mean(rows: &[f32], width: usize) -> Vec<f32> {
    let count = (rows.len() / width.max(1)).max(1) as f32;
    let mut mean = vec![0.0; width];
    for row in rows.chunks_exact(width.max(1)) {
        mean.iter_mut().zip(row).for_each(|(sum, value)| *sum += value / count);
    }
    mean
}

/// The unit vector along which centred rows vary most: repeated `v <- normalise(X^T X v)`.
fn main_direction(centred: &[f32], width: usize) -> Vec<f32> {
    let mut direction: Vec<f32> = (0..width).map(|i| 1.0 + i as f32 / width as f32).collect();
    for _ in 0..ITERATIONS {
        let mut next = vec![0.0; width];
        for row in centred.chunks_exact(width) {
            let length = dot(row, &direction);
            next.iter_mut().zip(row).for_each(|(sum, value)| *sum += length * value);
        }
        let length = dot(&next, &next).sqrt().max(f32::MIN_POSITIVE);
        direction = next.into_iter().map(|value| value / length).collect();
    }
    direction
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
    fn the_gap_is_the_distance_of_the_means() {
        assert_eq!(gap(&[0.0, 0.0, 2.0, 0.0], &[1.0, 3.0, 1.0, 5.0], 2), 4.0);
    }

    #[test]
    fn too_few_points_have_no_axes() {
        assert_eq!(principal(&[1.0, 2.0], 2), Projection::default());
    }
}
