//! Rankings by similarity of unit vectors.

use crate::dot::dot;

/// Cosines of a unit vector with each row of `rows`, `[count, width]`.
pub fn cosines(query: &[f32], rows: &[f32]) -> Vec<f32> {
    if query.is_empty() {
        return Vec::new();
    }
    rows.chunks_exact(query.len()).map(|row| dot(query, row)).collect()
}

/// Cosines of every row of `a` with every row of `b`, `[a, b]`.
pub fn similarity(a: &[f32], b: &[f32], width: usize) -> Vec<f32> {
    a.chunks_exact(width.max(1)).flat_map(|row| cosines(row, b)).collect()
}

/// `exp(s / temperature)` over its sum.
pub fn softmax(scores: &[f32], temperature: f32) -> Vec<f32> {
    let highest = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let exponentials: Vec<f32> = scores.iter().map(|score| ((score - highest) / temperature).exp()).collect();
    let sum: f32 = exponentials.iter().sum();
    exponentials.iter().map(|value| value / sum).collect()
}

/// How well the n-th query finds the n-th item: of ranks 1.., the share up to each K and the mean reciprocal.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Retrieval {
    /// For each of [`Retrieval::KS`].
    pub recall: [f32; 3],
    pub mrr: f32,
}

impl Retrieval {
    pub const KS: [usize; 3] = [1, 5, 10];

    /// From similarities `[count, count]`, queries as rows.
    pub fn of_rows(similarity: &[f32], count: usize) -> Self {
        Self::of_ranks((0..count).map(|i| {
            let row = &similarity[i * count..(i + 1) * count];
            rank(row.iter().copied(), i)
        }))
    }

    /// From similarities `[count, count]`, queries as columns.
    pub fn of_columns(similarity: &[f32], count: usize) -> Self {
        Self::of_ranks((0..count).map(|i| rank(similarity.iter().skip(i).step_by(count).copied(), i)))
    }

    /// What guessing reaches: `K / count`, and the mean of `1 / rank`.
    pub fn chance(count: usize) -> Self {
        Self::of_ranks(1..=count)
    }

    fn of_ranks(ranks: impl Iterator<Item = usize>) -> Self {
        let ranks: Vec<usize> = ranks.collect();
        let count = ranks.len().max(1) as f32;
        let recall = Self::KS.map(|k| ranks.iter().filter(|&&rank| rank <= k).count() as f32 / count);
        Retrieval { recall, mrr: ranks.iter().map(|&rank| 1.0 / rank as f32).sum::<f32>() / count }
    }
}

/// The rank of item `index`, from 1; ties count against it.
fn rank(scores: impl Iterator<Item = f32> + Clone, index: usize) -> usize {
    let own = scores.clone().nth(index).expect("the item is scored");
    scores.filter(|&score| score >= own).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cosines_come_row_by_row() {
        let rows = [1.0, 0.0, 0.6, 0.8, 0.0, 1.0];
        let scores = cosines(&[0.0, 1.0], &rows);
        assert_eq!(scores, [0.0, 0.8, 1.0]);
        assert_eq!(similarity(&rows, &rows, 2)[..3], [1.0, 0.6, 0.0]);
    }

    #[test]
    fn a_low_temperature_sharpens() {
        let scores = [0.1, 0.2, 0.3];
        let (sharp, flat) = (softmax(&scores, 0.01), softmax(&scores, 1.0));
        assert!(sharp[2] > 0.999 && flat[2] < 0.4);
        assert!((flat.iter().sum::<f32>() - 1.0).abs() < 1e-6);
        assert!(softmax(&[1e4, -1e4], 0.001)[0] == 1.0, "large scores stay finite");
    }

    #[test]
    fn recall_counts_ranks_both_ways() {
        // Rows rank their own item 1, 2 and 1; columns 1, 3 and 1.
        let similarity = [0.9, 0.3, 0.1, 0.5, 0.2, 0.1, 0.0, 0.4, 0.8];
        let rows = Retrieval::of_rows(&similarity, 3);
        assert!((rows.recall[0] - 2.0 / 3.0).abs() < 1e-6 && rows.recall[1] == 1.0);
        assert!((rows.mrr - 2.5 / 3.0).abs() < 1e-6);
        let columns = Retrieval::of_columns(&similarity, 3);
        assert!((columns.mrr - (2.0 + 1.0 / 3.0) / 3.0).abs() < 1e-6);
    }

    #[test]
    fn chance_is_what_guessing_reaches() {
        let chance = Retrieval::chance(100);
        assert_eq!(chance.recall, [0.01, 0.05, 0.10]);
        assert!((chance.mrr - 0.051_873_8).abs() < 1e-6);
    }

    #[test]
    fn equal_scores_do_not_count_as_found() {
        assert_eq!(Retrieval::of_rows(&[0.5; 16], 4).recall[0], 0.0);
    }
}
