//! Speed by ratios of two runs on one machine, each the quickest of several, taken in turn: no clock of another machine comes
//! into it, and what slows the machine for a while slows both.

use std::hint::black_box;
use std::rc::Rc;

use super::{Case, cases};
use triptych::device::{CpuDevice, Device, milliseconds};
use triptych::dot::dot;
use triptych::ops::matmul::{Transpose, matmul};
use triptych::plan::PlanBuilder;
use triptych::search::Index;
use triptych::tensor::DType::F32;
use web_time::Instant;

pub(crate) fn cases() -> Vec<Case> {
    cases![
        products_of_matrices_are_many_times_as_fast_as_their_definition,
        few_rows_of_a_product_cost_little_more_than_their_share,
        a_search_by_codes_is_faster_than_a_full_scan,
    ]
}

const ROUNDS: usize = 12;

/// The least of what either gives.
async fn least(mut first: impl AsyncFnMut() -> f64, mut second: impl AsyncFnMut() -> f64) -> [f64; 2] {
    let mut least = [f64::INFINITY; 2];
    for _ in 0..ROUNDS {
        least = [least[0].min(first().await), least[1].min(second().await)];
    }
    least
}

/// Milliseconds of a product `[m, k] x [k, n]`.
async fn product(exact: bool, [m, n, k]: [usize; 3]) -> f64 {
    let mut b = PlanBuilder::new();
    let (x, y) = (b.input("x", [m, k], F32), b.input("y", [k, n], F32));
    matmul(&mut b, x, y, Transpose::default());
    milliseconds(&Device::Cpu(CpuDevice { exact }), Rc::new(b.finish())).await.unwrap()
}

fn scan(index: &Index, query: &[f32]) -> f32 {
    let products = index.rows().chunks_exact(query.len()).map(|row| dot(query, row));
    products.fold(f32::NEG_INFINITY, f32::max)
}

fn search(index: &Index, query: &[f32]) -> f32 {
    index.best(query, 10, &|_| true)[0].1
}

/// The definition takes one number after the other.
async fn products_of_matrices_are_many_times_as_fast_as_their_definition() {
    let size = [256; 3];
    let [fast, exact] = least(async || product(false, size).await, async || product(true, size).await).await;
    assert!(exact > 8.0 * fast, "{exact} ms by definition, {fast} ms");
}

/// A thirty-second of the work, and the same matrix to pack.
async fn few_rows_of_a_product_cost_little_more_than_their_share() {
    let of = async |rows| product(false, [rows, 1024, 1024]).await;
    let [few, many] = least(async || of(8).await, async || of(256).await).await;
    assert!(few < many / 3.0, "{few} ms for 8 rows, {many} ms for 256");
}

/// Codes are a quarter of the bytes.
async fn a_search_by_codes_is_faster_than_a_full_scan() {
    const WIDTH: usize = 512;
    let mut state = 1u32;
    let mut unit = || {
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / 2f32.powi(23) - 1.0
        };
        let row: Vec<f32> = (0..WIDTH).map(|_| next()).collect();
        let length = dot(&row, &row).sqrt();
        row.into_iter().map(|value| value / length).collect::<Vec<_>>()
    };
    let mut index = Index::default();
    (0..40_000).for_each(|_| index.push(&unit()));
    let query = unit();
    let most = scan(&index, &query);
    // By address: browsers optimise a function from one call to the next, so that what is compiled into this one, which is
    // called once, would never be.
    let by = async |work: fn(&Index, &[f32]) -> f32| {
        let start = Instant::now();
        assert_eq!(black_box(work)(&index, &query), most);
        start.elapsed().as_secs_f64()
    };
    let [scan, search] = least(async || by(scan).await, async || by(search).await).await;
    assert!(2.0 * search < scan, "{search} s, a scan {scan} s");
}
