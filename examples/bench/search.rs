//! The album's search at a size that nobody's album has: unit vectors drawn from a seed.

use triptych::dot::dot;
use triptych::search::Index;

/// Rows, values of a row, and how many are to be found.
pub(crate) const ROWS: usize = 100_000;
const WIDTH: usize = 512;
const BEST: usize = 10;

pub(crate) struct Search {
    index: Index,
    queries: Vec<Vec<f32>>,
    next: usize,
}

/// What was found, and what it should have been.
pub(crate) struct Found {
    pub best: Vec<(usize, f32)>,
    query: usize,
}

impl Search {
    /// Rows and queries are normal by the central limit: about as hard to tell apart as embeddings of one kind of photo.
    pub(crate) fn new() -> Self {
        let mut state = 1u64;
        let mut normal = || {
            let mut sum = 0.0;
            for _ in 0..4 {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                sum += (state >> 40) as f32 / 2f32.powi(23) - 1.0;
            }
            sum
        };
        let mut unit = || {
            let row: Vec<f32> = (0..WIDTH).map(|_| normal()).collect();
            let length = dot(&row, &row).sqrt();
            row.into_iter().map(|value| value / length).collect::<Vec<_>>()
        };
        let mut index = Index::default();
        (0..ROWS).for_each(|_| index.push(&unit()));
        Search { index, queries: (0..16).map(|_| unit()).collect(), next: 0 }
    }

    /// Looks for what is nearest to the next query.
    pub(crate) fn find(&mut self) -> Found {
        let query = self.next;
        self.next = (query + 1) % self.queries.len();
        Found { best: self.index.best(&self.queries[query], BEST, &|_| true), query }
    }

    /// The largest difference from a full scan in f32, which finds the same rows; NaN where it finds others.
    pub(crate) fn error(&self, found: &Found) -> f32 {
        let query = &self.queries[found.query];
        let rows = self.index.rows().chunks_exact(WIDTH);
        let mut all: Vec<_> = rows.map(|row| dot(query, row)).enumerate().collect();
        all.sort_by(|(_, x), (_, y)| y.total_cmp(x));
        all.truncate(BEST);
        let same = found.best.iter().zip(&all).all(|((a, _), (b, _))| a == b) && found.best.len() == BEST;
        let apart = found.best.iter().zip(&all).map(|((_, x), (_, y))| (x - y).abs());
        if same { apart.fold(0.0, f32::max) } else { f32::NAN }
    }
}
