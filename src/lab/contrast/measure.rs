//! Figures of vectors and scores in host memory.

use super::{ContrastRetrieval, Geometry, PcaMap};
use crate::eval::retrieval::RetrievalMetrics;
use crate::pca::Pca;
use crate::tensor::HostTensor;

/// Queries in rows, their partners on the diagonal of `[N, N]`.
pub(super) fn retrieval(scores: &HostTensor) -> ContrastRetrieval {
    ContrastRetrieval::from(RetrievalMetrics::of_rows(scores.as_f32()))
}

/// What ranking `count` items by lot gives.
pub(super) fn chance(count: usize) -> ContrastRetrieval {
    ContrastRetrieval::from(RetrievalMetrics::chance(count))
}

impl From<RetrievalMetrics> for ContrastRetrieval {
    fn from(metrics: RetrievalMetrics) -> Self {
        let [recall_1, recall_5, _] = metrics.recall;
        ContrastRetrieval { recall_1, recall_5, mrr: metrics.mrr }
    }
}

/// The share of rows of `[N, 2N]` in which the partner scores above its altered form, `N` columns on; equal scores count
/// half.
pub(super) fn word_accuracy(scores: &HostTensor) -> f32 {
    let (rows, columns) = (scores.shape.rows(), scores.shape.last());
    let won = |(i, row): (usize, &[f32])| match row[i].partial_cmp(&row[rows + i]) {
        Some(std::cmp::Ordering::Greater) => 1.0,
        Some(std::cmp::Ordering::Equal) => 0.5,
        _ => 0.0,
    };
    scores.as_f32().chunks_exact(columns).enumerate().map(won).sum::<f32>() / rows as f32
}

/// `[N, M]` as `[M, N]`.
pub(super) fn transposed(x: &HostTensor) -> HostTensor {
    let (rows, columns, values) = (x.shape.rows(), x.shape.last(), x.as_f32());
    let turned = (0..columns).flat_map(|j| (0..rows).map(move |i| values[i * columns + j]));
    HostTensor::f32([columns, rows], turned.collect())
}

/// Columns `from..from + count` of the first `rows` rows.
pub(super) fn block(x: &HostTensor, rows: usize, from: usize, count: usize) -> HostTensor {
    let lines = x.as_f32().chunks_exact(x.shape.last()).take(rows);
    HostTensor::f32([rows, count], lines.flat_map(|row| row[from..from + count].to_vec()).collect())
}

/// Rows `[N, D]` at unit length.
pub(super) fn unit(x: &HostTensor) -> HostTensor {
    let row = |row: &[f32]| {
        let length = row.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>().sqrt().max(1e-12);
        row.iter().map(|x| (f64::from(*x) / length) as f32).collect::<Vec<f32>>()
    };
    let width = x.shape.last();
    HostTensor::f32(x.shape.clone(), x.as_f32().chunks_exact(width).flat_map(row).collect())
}

/// Rows `[N, D]` with every dimension at mean 0 and deviation 1 over the rows that `over` gives.
pub(super) fn standardised(x: &HostTensor, over: &HostTensor) -> HostTensor {
    let width = x.shape.last();
    let count = over.shape.rows() as f64;
    let moments = (0..width).map(|d| {
        let column = || over.as_f32().iter().skip(d).step_by(width).map(|x| f64::from(*x));
        let mean = column().sum::<f64>() / count;
        (mean, (column().map(|x| (x - mean).powi(2)).sum::<f64>() / count).sqrt().max(1e-12))
    });
    let moments: Vec<(f64, f64)> = moments.collect();
    let values = x.as_f32().iter().enumerate().map(|(i, x)| {
        let (mean, deviation) = moments[i % width];
        ((f64::from(*x) - mean) / deviation) as f32
    });
    HostTensor::f32(x.shape.clone(), values.collect())
}

/// Products `[N, M]` of all rows of `[N, D]` with all of `[M, D]`.
pub(super) fn products(x: &HostTensor, y: &HostTensor) -> HostTensor {
    let width = x.shape.last();
    let lines = x.as_f32().chunks_exact(width);
    let values = lines.flat_map(|a| y.as_f32().chunks_exact(width).map(|b| dot(a, b) as f32));
    HostTensor::f32([x.shape.rows(), y.shape.rows()], values.collect())
}

fn dot(a: &[f32], b: &[f32]) -> f64 {
    a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum()
}

fn squared_distance(a: &[f32], b: &[f32]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (f64::from(*a) - f64::from(*b)).powi(2)).sum()
}

/// Of unit vectors of pairs, both `[N, D]`.
pub(super) fn geometry(pictures: &HostTensor, texts: &HostTensor) -> Geometry {
    let (count, width) = (pictures.shape.rows(), pictures.shape.last());
    let pairs = pictures.as_f32().chunks_exact(width).zip(texts.as_f32().chunks_exact(width));
    let alignment = pairs.map(|(x, y)| squared_distance(x, y)).sum::<f64>() / count as f64;
    let mean = |x: &HostTensor| {
        let column = |d: usize| x.as_f32().iter().skip(d).step_by(width).sum::<f32>() / count as f32;
        (0..width).map(column).collect::<Vec<f32>>()
    };
    Geometry {
        alignment: alignment as f32,
        uniformity_pictures: uniformity(pictures),
        uniformity_texts: uniformity(texts),
        gap: squared_distance(&mean(pictures), &mean(texts)).sqrt() as f32,
    }
}

/// `ln mean_{i<j} e^{-2 |x_i - x_j|^2}` (Wang & Isola 2020, equation 4.2).
fn uniformity(x: &HostTensor) -> f32 {
    let rows: Vec<&[f32]> = x.as_f32().chunks_exact(x.shape.last()).collect();
    let energy =
        |i: usize| rows[..i].iter().map(|y| (-2.0 * squared_distance(rows[i], y)).exp()).sum::<f64>();
    let pairs = rows.len() * (rows.len() - 1) / 2;
    ((0..rows.len()).map(energy).sum::<f64>() / pairs as f64).ln() as f32
}

/// Both halves, `[N, D]` each, in the plane of their common principal components.
pub(super) fn map(first: &HostTensor, second: &HostTensor) -> PcaMap {
    let width = first.shape.last();
    let all = [first.as_f32(), second.as_f32()].concat();
    let pca = Pca::fit(&all, width);
    let points = |x: &HostTensor| x.as_f32().chunks_exact(width).map(|row| pca.project(row)).collect();
    PcaMap {
        first: points(first),
        second: points(second),
        explained: pca.explained.map(|share| share as f32),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chance_is_what_all_orders_give_on_average() {
        let chance = chance(4);
        assert_eq!((chance.recall_1, chance.recall_5), (0.25, 1.0));
        assert!((chance.mrr - (1.0 + 0.5 + 1.0 / 3.0 + 0.25) / 4.0).abs() < 1e-6);
    }

    #[test]
    fn geometry_of_a_cross_in_the_plane() {
        let pictures = HostTensor::f32([2, 2], vec![1.0, 0.0, 0.0, 1.0]);
        let texts = HostTensor::f32([2, 2], vec![1.0, 0.0, 0.0, -1.0]);
        let found = geometry(&pictures, &texts);
        // Squared distances: 0 and 4 of the pairs, 2 within either side; means (1/2, 1/2) and (1/2, -1/2).
        assert!((found.alignment - 2.0).abs() < 1e-6 && (found.gap - 1.0).abs() < 1e-6, "{found:?}");
        assert!(
            (found.uniformity_pictures + 4.0).abs() < 1e-6 && (found.uniformity_texts + 4.0).abs() < 1e-6
        );
    }

    #[test]
    fn a_word_is_told_where_the_partner_scores_higher() {
        let scores = HostTensor::f32([2, 4], vec![1.0, 0.0, 0.5, 0.0, 0.0, 1.0, 0.0, 1.0]);
        assert_eq!(word_accuracy(&scores), 0.75);
    }

    #[test]
    fn standardised_rows_have_mean_zero_and_deviation_one() {
        let x = HostTensor::f32([2, 2], vec![1.0, 5.0, 3.0, 5.0]);
        assert_eq!(standardised(&x, &x).as_f32(), [-1.0, 0.0, 1.0, 0.0]);
        assert_eq!(transposed(&block(&x, 2, 1, 1)).as_f32(), [5.0, 5.0]);
    }
}
