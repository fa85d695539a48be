//! Ranking metrics.
//!
//! Ties count against the model: an item that scores as much as the right one stands before it. A model that scores all
//! equal therefore finds nothing, and a score that is not a number ranks last.

use crate::tensor::HostTensor;

/// The rank, from 1, of the best relevant item among the irrelevant ones. At least one item is relevant.
pub fn rank(scores: &[f32], relevant: impl Fn(usize) -> bool) -> usize {
    let found = scores.iter().enumerate().filter(|(i, _)| relevant(*i)).map(|(_, score)| *score);
    let best = found.reduce(f32::max).expect("one item is relevant");
    let before =
        |(i, score): (usize, &f32)| !relevant(i) && !matches!(score.partial_cmp(&best), Some(o) if o.is_lt());
    1 + scores.iter().enumerate().filter(|item| before(*item)).count()
}

/// The ranks of the right items in a similarity matrix `[N, N]`: row `i` is a query whose right item is column `i`.
pub fn diagonal_ranks(similarity: &HostTensor) -> Vec<usize> {
    let count = similarity.shape.last();
    assert_eq!(similarity.shape.rows(), count, "a query for every item");
    similarity.as_f32().chunks_exact(count).enumerate().map(|(i, row)| rank(row, |j| j == i)).collect()
}

/// The share of queries whose rank is at most `k`.
pub fn recall_at(ranks: &[usize], k: usize) -> f64 {
    ranks.iter().filter(|rank| **rank <= k).count() as f64 / ranks.len() as f64
}

/// The mean of `1 / rank`.
pub fn mean_reciprocal_rank(ranks: &[usize]) -> f64 {
    ranks.iter().map(|rank| 1.0 / *rank as f64).sum::<f64>() / ranks.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_count_what_scores_as_much_or_more() {
        let scores = [0.1, 0.9, 0.5, 0.5];
        assert_eq!(rank(&scores, |i| i == 1), 1);
        assert_eq!(rank(&scores, |i| i == 2), 3);
        assert_eq!(rank(&scores, |i| i == 0), 4);
        assert_eq!(rank(&[0.5; 10], |i| i == 0), 10);
    }

    #[test]
    fn the_best_of_several_relevant_items_counts() {
        assert_eq!(rank(&[0.9, 0.8, 0.7, 0.6], |i| i == 1 || i == 3), 2);
        assert_eq!(rank(&[0.5, 0.5, 0.1], |i| i < 2), 1);
    }

    #[test]
    fn what_is_not_a_number_never_wins() {
        assert_eq!(rank(&[f32::NAN, 0.0, -1.0], |i| i == 0), 3);
        assert_eq!(rank(&[0.0, f32::NAN, f32::NEG_INFINITY], |i| i == 2), 3);
    }

    #[test]
    fn the_diagonal_gives_recall_and_mean_reciprocal_rank() {
        // Ranks 1, 2, 3, 1.
        let rows = [[4., 1., 2., 3.], [5., 4., 0., 0.], [2., 2., 1., 0.], [0., 0., 0., 1.]];
        let ranks = diagonal_ranks(&HostTensor::f32([4, 4], rows.concat()));
        assert_eq!(ranks, [1, 2, 3, 1]);
        assert_eq!((recall_at(&ranks, 1), recall_at(&ranks, 2), recall_at(&ranks, 5)), (0.5, 0.75, 1.0));
        assert!((mean_reciprocal_rank(&ranks) - (1.0 + 0.5 + 1.0 / 3.0 + 1.0) / 4.0).abs() < 1e-12);
    }
}
