//! Principal components: rows of many numbers as points in the plane.

/// Most iterations. Each shrinks the error of a direction by the ratio of the next variance to its own: where so many do not
/// settle it, that ratio is about 0.8 or more.
const ITERATIONS: usize = 100;
/// Squared change of a unit direction below which it has settled: no picture shows less.
const SETTLED: f64 = 1e-14;

/// The mean and the two directions of largest variance of some rows.
#[derive(Clone, Debug)]
pub struct Pca {
    mean: Vec<f64>,
    axes: [Vec<f64>; 2],
    /// The share of the whole variance along each axis; 0 where the rows do not vary.
    pub explained: [f64; 2],
}

impl Pca {
    /// Fits rows `[N, D]`, at least one, by orthogonal iteration on their covariance (Golub & Van Loan, section 8.2.4). The
    /// largest component of an axis is positive, so that equal rows give equal pictures.
    pub fn fit(rows: &[f32], width: usize) -> Pca {
        let mean = mean(rows, width);
        let spread = Spread::of(rows, &mean);
        let axes = leading_two(&spread, width);
        let total = spread.total;
        let share = |axis: &Vec<f64>| match total > 0.0 {
            true => dot(axis, &spread.times(axis)) / total,
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

/// The covariance of rows `[N, D]`, `C = X^T X / N` of the centred ones.
struct Spread {
    /// `X`, or `C` itself where it has fewer numbers; both have lines of `D`.
    matrix: Vec<f64>,
    is_covariance: bool,
    /// The trace of `C`.
    total: f64,
}

impl Spread {
    fn of(values: &[f32], mean: &[f64]) -> Self {
        let width = mean.len();
        let centred: Vec<f64> = values
            .chunks_exact(width)
            .flat_map(|row| row.iter().zip(mean).map(|(x, mean)| f64::from(*x) - mean))
            .collect();
        let count = (values.len() / width) as f64;
        let total = dot(&centred, &centred) / count;
        if centred.len() < width * width {
            return Spread { matrix: centred, is_covariance: false, total };
        }
        let mut covariance = vec![0.0; width * width];
        for row in centred.chunks_exact(width) {
            for (i, line) in covariance.chunks_exact_mut(width).enumerate() {
                let x = row[i] / count;
                line[..=i].iter_mut().zip(row).for_each(|(sum, y)| *sum += x * y);
            }
        }
        for i in 0..width {
            for j in 0..i {
                covariance[j * width + i] = covariance[i * width + j];
            }
        }
        Spread { matrix: covariance, is_covariance: true, total }
    }

    /// `C v`.
    fn times(&self, v: &[f64]) -> Vec<f64> {
        let along: Vec<f64> = self.matrix.chunks_exact(v.len()).map(|line| dot(line, v)).collect();
        if self.is_covariance {
            return along;
        }
        let (mut sum, count) = (vec![0.0; v.len()], along.len() as f64);
        for (line, along) in self.matrix.chunks_exact(v.len()).zip(along) {
            sum.iter_mut().zip(line).for_each(|(sum, x)| *sum += along * x / count);
        }
        sum
    }
}

fn leading_two(spread: &Spread, width: usize) -> [Vec<f64>; 2] {
    // Start directions without symmetry, so that no eigenvector is orthogonal to both.
    let start = |phase: f64| (0..width).map(|i| (1.0 + i as f64 * 0.7 + phase).sin()).collect::<Vec<f64>>();
    let mut axes = orthonormal([start(0.0), start(1.3)]);
    for _ in 0..ITERATIONS {
        let next = orthonormal([spread.times(&axes[0]), spread.times(&axes[1])]);
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

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Points on an ellipse with half axes 3 along (0.6, 0.8, 0) and 1 along (0, 0, -1), around (5, 5, 5).
    fn ellipse() -> Vec<f32> {
        let turn = |i: usize| i as f32 / 16.0 * std::f32::consts::TAU;
        let point = |i: usize| {
            let (sin, cos) = turn(i).sin_cos();
            [5.0 + 3.0 * cos * 0.6, 5.0 + 3.0 * cos * 0.8, 5.0 - sin]
        };
        (0..16).flat_map(point).collect()
    }

    #[test]
    fn the_axes_of_an_ellipse_are_found() {
        let pca = Pca::fit(&ellipse(), 3);
        for (axis, expected) in pca.axes.iter().zip([[0.6, 0.8, 0.0], [0.0, 0.0, 1.0]]) {
            assert!(axis.iter().zip(expected).all(|(a, e)| (a - e).abs() < 1e-6), "{axis:?}");
        }
        assert!((pca.explained[0] - 0.9).abs() < 1e-6 && (pca.explained[1] - 0.1).abs() < 1e-6);
        let [x, y] = pca.project(&[5.6, 5.8, 3.0]);
        assert!((x - 1.0).abs() < 1e-5 && (y + 2.0).abs() < 1e-5, "{x} {y}");
    }

    #[test]
    fn rows_without_variance_lie_in_one_point() {
        let pca = Pca::fit(&[1.0, 2.0, 1.0, 2.0, 1.0, 2.0], 2);
        assert_eq!((pca.explained, pca.project(&[1.0, 2.0])), ([0.0; 2], [0.0; 2]));
    }

    #[test]
    fn fewer_rows_than_columns_have_the_same_axes() {
        // Four points of a plane in eight dimensions, and the same points thrice, of which the covariance is smaller.
        let place = |a: f32, b: f32| [a, 0.0, 0.0, b, 0.0, 1.0, 0.0, 0.5 * a];
        let few = [place(2.0, 0.0), place(-2.0, 0.0), place(0.0, 1.0), place(0.0, -1.0)].concat();
        let (one, three) = (Pca::fit(&few, 8), Pca::fit(&few.repeat(3), 8));
        for (a, b) in one.axes.concat().iter().zip(three.axes.concat()) {
            assert!((a - b).abs() < 1e-6, "{one:?} {three:?}");
        }
        assert!((one.explained[0] - 10.0 / 12.0).abs() < 1e-6, "{:?}", one.explained);
    }
}
