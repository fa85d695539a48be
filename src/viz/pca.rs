//! Principal components: rows of many numbers as points in the plane.

use crate::tensor::HostTensor;

/// Most iterations; a second direction that has not settled by then has a third of nearly equal variance beside it.
const ITERATIONS: usize = 500;
/// Squared change of a unit direction below which it has settled.
const SETTLED: f64 = 1e-20;

/// The mean and the two directions of largest variance of some rows.
#[derive(Clone, Debug)]
pub struct Pca {
    mean: Vec<f64>,
    axes: [Vec<f64>; 2],
    /// The share of the whole variance along each axis; 0 where the rows do not vary.
    pub explained: [f64; 2],
}

impl Pca {
    /// Fits rows `[N, D]` by orthogonal iteration on their covariance (Golub & Van Loan, section 8.2.4). The largest
    /// component of an axis is positive, so that equal rows give equal pictures.
    pub fn fit(rows: &HostTensor) -> Pca {
        let (values, width) = (rows.as_f32(), rows.shape.last());
        let mean = mean(values, width);
        let covariance = covariance(values, &mean);
        let axes = leading_two(&covariance, width);
        let total: f64 = (0..width).map(|i| covariance[i * width + i]).sum();
        let share = |axis: &Vec<f64>| match total > 0.0 {
            true => dot(axis, &multiply(&covariance, axis)) / total,
            false => 0.0,
        };
        let explained = [share(&axes[0]), share(&axes[1])];
        Pca { mean, axes, explained }
    }

    /// The point of a row `[D]`.
    pub fn project(&self, row: &[f32]) -> [f32; 2] {
        let along = |axis: &Vec<f64>| {
            let centred = row.iter().zip(&self.mean).map(|(x, mean)| f64::from(*x) - mean);
            centred.zip(axis).map(|(x, a)| x * a).sum::<f64>() as f32
        };
        [along(&self.axes[0]), along(&self.axes[1])]
    }
}

fn mean(values: &[f32], width: usize) -> Vec<f64> {
    let mut mean = vec![0.0; width];
    for row in values.chunks_exact(width) {
        mean.iter_mut().zip(row).for_each(|(sum, x)| *sum += f64::from(*x));
    }
    let count = (values.len() / width) as f64;
    mean.iter_mut().for_each(|sum| *sum /= count);
    mean
}

/// `[D, D]`: the mean over rows of the centred outer product.
fn covariance(values: &[f32], mean: &[f64]) -> Vec<f64> {
    let width = mean.len();
    let mut covariance = vec![0.0; width * width];
    let mut centred = vec![0.0; width];
    for row in values.chunks_exact(width) {
        centred.iter_mut().zip(row.iter().zip(mean)).for_each(|(c, (x, mean))| *c = f64::from(*x) - mean);
        for (x, line) in centred.iter().zip(covariance.chunks_exact_mut(width)) {
            line.iter_mut().zip(&centred).for_each(|(sum, y)| *sum += x * y);
        }
    }
    let count = (values.len() / width) as f64;
    covariance.iter_mut().for_each(|sum| *sum /= count);
    covariance
}

fn leading_two(covariance: &[f64], width: usize) -> [Vec<f64>; 2] {
    // Start directions without symmetry, so that no eigenvector is orthogonal to both.
    let start = |phase: f64| (0..width).map(|i| (1.0 + i as f64 * 0.7 + phase).sin()).collect::<Vec<f64>>();
    let mut axes = orthonormal([start(0.0), start(1.3)]);
    for _ in 0..ITERATIONS {
        let next = orthonormal([multiply(covariance, &axes[0]), multiply(covariance, &axes[1])]);
        let change = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum::<f64>();
        let settled = (0..2).all(|k| change(&next[k], &axes[k]) < SETTLED);
        axes = next;
        if settled {
            break;
        }
    }
    axes.map(with_positive_peak)
}

/// Gram-Schmidt; a direction without length becomes zero.
fn orthonormal([first, mut second]: [Vec<f64>; 2]) -> [Vec<f64>; 2] {
    let first = unit(first);
    let along = dot(&first, &second);
    second.iter_mut().zip(&first).for_each(|(s, f)| *s -= along * f);
    [first, unit(second)]
}

fn unit(mut v: Vec<f64>) -> Vec<f64> {
    let length = dot(&v, &v).sqrt();
    let scale = if length > 1e-150 { 1.0 / length } else { 0.0 };
    v.iter_mut().for_each(|x| *x *= scale);
    v
}

fn with_positive_peak(mut axis: Vec<f64>) -> Vec<f64> {
    let peak = axis.iter().copied().fold(0.0, |best: f64, x| if x.abs() > best.abs() { x } else { best });
    if peak < 0.0 {
        axis.iter_mut().for_each(|x| *x = -*x);
    }
    axis
}

fn multiply(matrix: &[f64], v: &[f64]) -> Vec<f64> {
    matrix.chunks_exact(v.len()).map(|row| dot(row, v)).collect()
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Points on an ellipse with half axes 3 along (0.6, 0.8, 0) and 1 along (0, 0, -1), around (5, 5, 5).
    fn ellipse() -> HostTensor {
        let turn = |i: usize| i as f32 / 16.0 * std::f32::consts::TAU;
        let point = |i: usize| {
            let (sin, cos) = turn(i).sin_cos();
            [5.0 + 3.0 * cos * 0.6, 5.0 + 3.0 * cos * 0.8, 5.0 - sin]
        };
        HostTensor::f32([16, 3], (0..16).flat_map(point).collect())
    }

    #[test]
    fn the_axes_of_an_ellipse_are_found() {
        let pca = Pca::fit(&ellipse());
        for (axis, expected) in pca.axes.iter().zip([[0.6, 0.8, 0.0], [0.0, 0.0, 1.0]]) {
            assert!(axis.iter().zip(expected).all(|(a, e)| (a - e).abs() < 1e-6), "{axis:?}");
        }
        assert!((pca.explained[0] - 0.9).abs() < 1e-6 && (pca.explained[1] - 0.1).abs() < 1e-6);
        let [x, y] = pca.project(&[5.6, 5.8, 3.0]);
        assert!((x - 1.0).abs() < 1e-5 && (y + 2.0).abs() < 1e-5, "{x} {y}");
    }

    #[test]
    fn rows_without_variance_lie_in_one_point() {
        let pca = Pca::fit(&HostTensor::f32([3, 2], vec![1.0, 2.0, 1.0, 2.0, 1.0, 2.0]));
        assert_eq!((pca.explained, pca.project(&[1.0, 2.0])), ([0.0; 2], [0.0; 2]));
    }
}
