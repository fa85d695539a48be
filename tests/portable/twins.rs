//! Faster forms of the kernels against their definitions.

use super::{Case, cases, device::gpu};
use std::collections::BTreeSet;
use triptych::check::twins;
use triptych::device::Device;
use triptych::kernel::{Access, Args, Field, Kernel, Variant};
use triptych::ops::case::noise;
use triptych::ops::{self, registry::all_cases};

/// One test per op and form, so that a failure names the op and no test is long in a browser's software adapter.
pub(crate) fn cases() -> Vec<Case> {
    let ops: BTreeSet<String> = all_cases().iter().map(|case| op(case).to_string()).collect();
    let of = |op: &String| all_cases().into_iter().filter(|case| self::op(case) == op).collect::<Vec<_>>();
    let mut cases = cases![
        one_wrong_element_of_a_fast_form_is_found,
        an_element_that_nobody_writes_is_found,
        wrong_variants_are_found_one_by_one,
    ];
    for op in ops {
        let one = op.clone();
        cases.push(Case::new(format!("fast forms agree with the definitions: {op}"), move || {
            twins::fast(&of(&one)).expect_clean();
            async {}
        }));
        cases.push(Case::new(format!("gpu variants agree with the definitions: {op}"), move || {
            let these = of(&op);
            async move { twins::gpu(&Device::Gpu(gpu().await), &these).await.expect_clean() }
        }));
    }
    cases
}

/// The op that a case is about, the first word of its name.
fn op(case: &ops::Case) -> &str {
    case.name.split(' ').next().expect("split gives a part")
}

const COUNT: usize = 41;

const fn variant(name: &'static str, source: &'static [&'static str]) -> Variant {
    Variant { name, source, entry: "forward", grid: |_| [1, 1, 1] }
}

const DECLARATIONS: &str = "
    struct Params { count: u32 }
    @group(0) @binding(0) var<storage, read> x: array<f32>;
    @group(0) @binding(1) var<storage, read_write> y: array<f32>;
    @group(0) @binding(2) var<uniform> params: Params;
    @compute @workgroup_size(64)
    fn forward(@builtin(local_invocation_index) i: u32) {";

/// `y = 2x`. The fast form and a variant get the element 40 slightly wrong, and variants write one element too many or
/// add to what an earlier run left.
static DOUBLE: Kernel = Kernel {
    name: "double.forward",
    bindings: &[("x", Access::Read), ("y", Access::Write)],
    params: &[Field::of::<u32>("count")],
    variants: &[
        variant("right", &[DECLARATIONS, "if i < params.count { y[i] = 2.0 * x[i]; } }"]),
        variant(
            "inexact",
            &[DECLARATIONS, "if i < params.count { y[i] = 2.0 * x[i] + select(0.0, 1e-3, i == 40); } }"],
        ),
        variant("overrun", &[DECLARATIONS, "if i <= params.count { y[i] = 2.0 * x[i]; } }"]),
        variant(
            "stale",
            &[
                DECLARATIONS,
                "if i < params.count { y[i] = 2.0 * x[i] + select(0.0, 1.0, y[i] == 2.0 * x[i]); } }",
            ],
        ),
    ],
    cpu: double,
    fast: Some(|args: &mut Args| {
        double(args);
        args.write[0][40] += 1e-3;
    }),
};

fn double(args: &mut Args) {
    for (y, x) in args.write[0].iter_mut().zip(args.read[0]) {
        *y = 2.0 * x;
    }
}

/// Leaves the last element alone.
static SHORT: Kernel = Kernel {
    name: "short.forward",
    cpu: |args: &mut Args| {
        let last = args.write[0].len() - 1;
        args.write[0][..last].fill(1.0);
    },
    fast: None,
    ..DOUBLE
};

fn case_of(kernel: &'static Kernel) -> ops::Case {
    ops::Case::new("case [41]", vec![noise(&[COUNT], 1.0, 5)], move |b, x| {
        let y = b.temp("y", [COUNT]);
        b.emit(kernel, &[x[0], y], vec![COUNT as u32]);
        y
    })
}

async fn one_wrong_element_of_a_fast_form_is_found() {
    let report = twins::fast(&[case_of(&DOUBLE)]);
    assert_eq!(report.failures.len(), 1, "{report}");
    assert!(report.failures[0].contains("(double.forward) 1 of 41 elements off; worst [40]"), "{report}");
}

async fn an_element_that_nobody_writes_is_found() {
    let report = twins::fast(&[case_of(&SHORT)]);
    assert!(report.failures[0].contains("the definition gives NaN at [40]"), "{report}");
}

async fn wrong_variants_are_found_one_by_one() {
    let report = twins::gpu(&Device::Gpu(gpu().await), &[case_of(&DOUBLE)]).await;
    assert_eq!(report.compared, DOUBLE.variants.len());
    let expected = [
        "case [41] variant 1: `y#1` (double.forward) 1 of 41 elements off; worst [40]",
        "case [41] variant 2: `y#1` (double.forward) was written past its end",
        "case [41] variant 3: `y#1` (double.forward) 41 of 41 elements off",
    ];
    assert_eq!(report.failures.len(), expected.len(), "{report}");
    for (found, expected) in report.failures.iter().zip(expected) {
        assert!(found.starts_with(expected), "{found}");
    }
}
