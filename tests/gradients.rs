//! Backward passes against finite differences.

use pollster::block_on;
use triptych::check::gradients::gradients;
use triptych::kernel::{Access, Args, Kernel};
use triptych::model::playroom::late_scores;
use triptych::ops::Case;
use triptych::ops::case::noise;
use triptych::ops::registry::all_cases;
use triptych::tensor::HostTensor;

#[test]
fn backward_passes_agree_with_finite_differences() {
    block_on(gradients(&all_cases())).expect_clean();
}

#[test]
fn words_and_cells_that_are_nearest_take_the_gradient_of_late_interaction() {
    let (words, cells) = (noise(&[3, 4, 5], 2.0, 8), noise(&[2, 6, 5], 2.0, 9));
    let lengths = HostTensor::u32([3], vec![4, 2, 3]);
    let late = Case::new("late scores", vec![words, cells, lengths], |b, s| late_scores(b, s[0], s[2], s[1]));
    let report = block_on(gradients(&[late.differentiable()]));
    assert_eq!(report.compared, 2);
    report.expect_clean();
}

static SQUARE: Kernel = Kernel {
    name: "square.forward",
    bindings: &[("x", Access::Read), ("y", Access::Write)],
    params: &[],
    variants: &[],
    cpu: |args: &mut Args| {
        for (y, x) in args.write[0].iter_mut().zip(args.read[0]) {
            *y = x * x;
        }
    },
    fast: None,
};

const fn backward_of_square(cpu: fn(&mut Args)) -> Kernel {
    Kernel {
        name: "square.backward",
        bindings: &[("x", Access::Read), ("dy", Access::Read), ("dx", Access::Write)],
        params: &[],
        variants: &[],
        cpu,
        fast: None,
    }
}

fn each(args: &mut Args, dx: impl Fn(f32, f32, f32) -> f32) {
    for i in 0..args.read[0].len() {
        args.write[0][i] = dx(args.write[0][i], args.read[0][i], args.read[1][i]);
    }
}

static RIGHT: Kernel = backward_of_square(|args| each(args, |dx, x, dy| dx + 2.0 * x * dy));
static HALF: Kernel = backward_of_square(|args| each(args, |dx, x, dy| dx + x * dy));
static ASSIGNS: Kernel = backward_of_square(|args| each(args, |_, x, dy| 2.0 * x * dy));

fn square(backward: Option<&'static Kernel>) -> Case {
    let build = move |b: &mut triptych::plan::PlanBuilder, inputs: &[triptych::plan::SlotId]| {
        let (x, y) = (inputs[0], b.temp("square", [3, 5]));
        b.emit(&SQUARE, &[x, y], vec![]);
        if let Some(kernel) = backward {
            b.record(y, &[x], move |b, dy| {
                let dx = b.grad(x);
                b.emit(kernel, &[x, dy, dx], vec![]);
            });
        }
        y
    };
    Case::new("square [3,5]", vec![noise(&[3, 5], 2.0, 8)], build).differentiable()
}

#[test]
fn a_right_backward_passes() {
    block_on(gradients(&[square(Some(&RIGHT))])).expect_clean();
}

#[test]
fn a_wrong_assigning_or_missing_backward_fails() {
    for backward in [Some(&HALF), Some(&ASSIGNS), None] {
        let report = block_on(gradients(&[square(backward)]));
        assert_eq!((report.compared, report.failures.len()), (1, 1), "{report}");
        assert!(report.failures[0].starts_with("square [3,5] d/d in.0: 15 of 15 elements off"), "{report}");
    }
}
