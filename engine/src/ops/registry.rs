//! Every operation's kernels and test cases: one line per op in each list.

use super::*;
use crate::kernel::Kernel;
use crate::plan::fill;

type Cases = fn() -> Vec<Case>;

/// Kernels by op.
const KERNELS: &[&[&Kernel]] = &[
    &[&fill::FILL],
    &[&activation::FORWARD, &activation::BACKWARD],
    &[&adamw::UPDATE],
    attention::KERNELS,
    &[&binary::FORWARD, &binary::BACKWARD],
    &[&concat::FORWARD, &concat::BACKWARD],
    &[&conv2d::FORWARD, &conv2d::BACKWARD_X, &conv2d::BACKWARD_WEIGHT, &conv2d::BACKWARD_BIAS],
    &[&dropout::FORWARD, &dropout::BACKWARD],
    &[&cross_entropy::STATS, &cross_entropy::FORWARD, &cross_entropy::BACKWARD],
    &[&embedding::FORWARD, &embedding::BACKWARD, &embedding::PACKED],
    &[&grad_norm::PARTS, &grad_norm::TOTAL],
    &[&info_nce::STATS, &info_nce::FORWARD, &info_nce::BACKWARD],
    &[&l2_normalize::FORWARD, &l2_normalize::BACKWARD],
    &[&layer_norm::FORWARD, &layer_norm::BACKWARD_X, &layer_norm::BACKWARD_WEIGHT],
    &[&linear::BIAS_BACKWARD],
    &[&log_mel::POWER, &log_mel::FORWARD],
    &[&matmul::FORWARD],
    &[&mean_tokens::FORWARD, &mean_tokens::BACKWARD],
    &[&packed::F16, &packed::INT8],
    &[&panels::FORWARD],
    &[&permute::FORWARD, &permute::BACKWARD],
    &[&scatter_rows::FORWARD],
    &[&reduce::FORWARD, &reduce::BACKWARD, &reduce::FORWARD_MAX, &reduce::BACKWARD_MAX],
    &[&scale::FORWARD, &scale::BACKWARD],
    &[&slice::FORWARD, &slice::BACKWARD],
    &[&softmax::FORWARD, &softmax::BACKWARD],
    &[&top_k::FORWARD],
];

/// Cases by op.
const CASES: &[Cases] = &[
    fill_cases,
    activation::cases,
    adamw::cases,
    attention::cases,
    binary::cases,
    concat::cases,
    conv2d::cases,
    dropout::cases,
    cross_entropy::cases,
    embedding::cases,
    grad_norm::cases,
    info_nce::cases,
    l2_normalize::cases,
    layer_norm::cases,
    linear::cases,
    log_mel::cases,
    matmul::cases,
    mean_tokens::cases,
    permute::cases,
    scatter_rows::cases,
    reduce::cases,
    scale::cases,
    slice::cases,
    softmax::cases,
    top_k::cases,
];

/// The kernels of all ops.
pub fn all_kernels() -> Vec<&'static Kernel> {
    KERNELS.concat()
}

/// The cases of all ops.
pub fn all_cases() -> Vec<Case> {
    CASES.iter().flat_map(|cases| cases()).collect()
}

/// `fill` belongs to the plan, which knows no cases.
fn fill_cases() -> Vec<Case> {
    let case = |count: usize, value: f32| {
        Case::new(format!("fill [{count}] {value}"), Vec::new(), move |b, _| {
            let y = b.temp("fill", [count]);
            fill::fill(b, y, value);
            y
        })
    };
    vec![case(1, 0.5), case(255, -1e30), case(257, 1e4)]
}
