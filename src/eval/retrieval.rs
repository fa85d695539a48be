//! Ranking metrics.
//!
//! Ties count against the model: an item that scores as much as the right one stands before it. A model that scores all
//! equal therefore finds nothing, and a score that is not a number ranks last.

/// The rank, from 1, of the best relevant item among the irrelevant ones. At least one item is relevant.
pub fn rank(scores: &[f32], relevant: impl Fn(usize) -> bool) -> usize {
    let found = scores.iter().enumerate().filter(|(i, _)| relevant(*i)).map(|(_, score)| *score);
    let best = found.reduce(f32::max).expect("one item is relevant");
    let before =
        |(i, score): (usize, &f32)| !relevant(i) && !matches!(score.partial_cmp(&best), Some(o) if o.is_lt());
    1 + scores.iter().enumerate().filter(|item| before(*item)).count()
}

/// The ranks of the right items in a similarity matrix `[N, N]`: row `i` is a query whose right item is column `i`.
pub fn diagonal_ranks(similarity: &[f32]) -> Vec<usize> {
    let count = similarity.len().isqrt();
    assert_eq!(count * count, similarity.len(), "a query for every item");
    let rows = similarity.chunks_exact(count.max(1)).enumerate();
    rows.map(|(i, row)| rank(row, |j| j == i)).collect()
}

/// The share of queries whose rank is at most `k`.
pub fn recall_at(ranks: &[usize], k: usize) -> f64 {
    ranks.iter().filter(|rank| **rank <= k).count() as f64 / ranks.len() as f64
}

/// The mean of `1 / rank`.
pub fn mean_reciprocal_rank(ranks: &[usize]) -> f64 {
    ranks.iter().map(|rank| 1.0 / *rank as f64).sum::<f64>() / ranks.len() as f64
}

/// How well queries find their items: of ranks from 1, the share up to each K and the mean reciprocal.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RetrievalMetrics {
    /// For each of [`RetrievalMetrics::KS`].
    pub recall: [f32; 3],
    pub mrr: f32,
}

impl RetrievalMetrics {
    pub const KS: [usize; 3] = [1, 5, 10];

    /// From similarities `[N, N]`, in which row `i` is a query whose right item is column `i`.
    pub fn of_rows(similarity: &[f32]) -> Self {
        Self::of_ranks(&diagonal_ranks(similarity))
    }

    /// The same with queries as columns.
    pub fn of_columns(similarity: &[f32]) -> Self {
        let count = similarity.len().isqrt();
        let transposed: Vec<f32> =
            (0..count).flat_map(|i| similarity.iter().skip(i).step_by(count)).copied().collect();
        Self::of_rows(&transposed)
    }

    /// What guessing reaches among `count` items: `K / count`, and the mean of `1 / rank`.
    pub fn chance(count: usize) -> Self {
        Self::of_ranks(&(1..=count).collect::<Vec<_>>())
    }

    /// From the rank of each query's right item.
    pub fn of_ranks(ranks: &[usize]) -> Self {
        if ranks.is_empty() {
            return Self::default();
        }
        let recall = Self::KS.map(|k| recall_at(ranks, k) as f32);
        RetrievalMetrics { recall, mrr: mean_reciprocal_rank(ranks) as f32 }
    }
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
        let ranks = diagonal_ranks(&rows.concat());
        assert_eq!(ranks, [1, 2, 3, 1]);
        assert_eq!((recall_at(&ranks, 1), recall_at(&ranks, 2), recall_at(&ranks, 5)), (0.5, 0.75, 1.0));
        assert!((mean_reciprocal_rank(&ranks) - (1.0 + 0.5 + 1.0 / 3.0 + 1.0) / 4.0).abs() < 1e-12);
    }

    #[test]
    fn metrics_count_ranks_both_ways() {
        // Rows rank their own item 1, 2 and 1; columns 1, 3 and 1.
        let similarity = [0.9, 0.3, 0.1, 0.5, 0.2, 0.1, 0.0, 0.4, 0.8];
        let rows = RetrievalMetrics::of_rows(&similarity);
        assert!((rows.recall[0] - 2.0 / 3.0).abs() < 1e-6 && rows.recall[1] == 1.0);
        assert!((rows.mrr - 2.5 / 3.0).abs() < 1e-6);
        let columns = RetrievalMetrics::of_columns(&similarity);
        assert!((columns.mrr - (2.0 + 1.0 / 3.0) / 3.0).abs() < 1e-6);
        assert_eq!(RetrievalMetrics::of_rows(&[0.5; 16]).recall[0], 0.0, "equal scores find nothing");
        assert_eq!(RetrievalMetrics::of_rows(&[]), RetrievalMetrics::default());
    }

    #[test]
    fn chance_is_what_guessing_reaches() {
        let chance = RetrievalMetrics::chance(100);
        assert_eq!(chance.recall, [0.01, 0.05, 0.10]);
        assert!((chance.mrr - 0.051_873_8).abs() < 1e-6);
        assert_eq!(RetrievalMetrics::chance(4).recall, [0.25, 1.0, 1.0]);
    }
}
