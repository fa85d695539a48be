//! Faster forms of the kernels against their definitions.

use pollster::block_on;
use triptych::check::twins;
use triptych::device::{Device, GpuDevice};
use triptych::kernel::{Access, Args, Kernel};
use triptych::ops::Case;
use triptych::ops::case::noise;
use triptych::ops::registry::all_cases;

#[test]
fn fast_forms_agree_with_the_definitions() {
    twins::fast(&all_cases()).expect_clean();
}

/// `y = 2x`, whose fast form gets the element 40 slightly wrong.
static DOUBLE: Kernel = Kernel {
    name: "double.forward",
    bindings: &[("x", Access::Read), ("y", Access::Write)],
    variants: &[],
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

fn case_of(kernel: &'static Kernel) -> Case {
    Case::new("case [41]", vec![noise(&[41], 1.0, 5)], move |b, x| {
        let y = b.temp("y", [41]);
        b.emit(kernel, &[x[0], y], vec![]);
        y
    })
}

#[test]
fn one_wrong_element_of_a_fast_form_is_found() {
    let report = twins::fast(&[case_of(&DOUBLE)]);
    assert_eq!(report.failures.len(), 1, "{report}");
    assert!(report.failures[0].contains("(double.forward) 1 of 41 elements off; worst [40]"), "{report}");
}

#[test]
fn an_element_that_nobody_writes_is_found() {
    let report = twins::fast(&[case_of(&SHORT)]);
    assert!(report.failures[0].contains("the definition gives NaN at [40]"), "{report}");
}

#[test]
fn gpu_variants_agree_with_the_definitions() {
    let device = Device::Gpu(block_on(GpuDevice::request()).expect("a GPU adapter, be it a software one"));
    block_on(twins::gpu(&device, &all_cases())).expect_clean();
}
