//! Operators of ONNX as ours, where the engine has them; what has no line here, or asks for more, is not ours.

use std::collections::BTreeMap;

use triptych::ops::activation::{Activation, activation};
use triptych::ops::attention::{Attention, attention};
use triptych::ops::binary::{add, mul};
use triptych::ops::concat::concat;
use triptych::ops::conv2d::conv2d;
use triptych::ops::cross_entropy::cross_entropy;
use triptych::ops::embedding::embedding;
use triptych::ops::l2_normalize::l2_normalize;
use triptych::ops::layer_norm::layer_norm;
use triptych::ops::matmul::{Transpose, matmul};
use triptych::ops::permute::permute;
use triptych::ops::reduce;
use triptych::ops::scale::scale;
use triptych::ops::slice::slice;
use triptych::ops::softmax::softmax;
use triptych::ops::top_k::top_k;
use triptych::plan::{PlanBuilder, SlotId};
use triptych::tensor::{DType, HostTensor};

use super::Case;

/// The results in the order of the operator's outputs, and inputs besides those of numbers, with their contents.
#[derive(Default)]
pub(super) struct Outputs {
    pub slots: Vec<SlotId>,
    pub written: Vec<(String, HostTensor)>,
}

impl From<SlotId> for Outputs {
    fn from(slot: SlotId) -> Self {
        Outputs { slots: vec![slot], written: Vec::new() }
    }
}

pub(super) fn emit(b: &mut PlanBuilder, case: &Case, x: &BTreeMap<usize, SlotId>) -> Option<Outputs> {
    let first = *x.get(&0)?;
    let rank = b.shape(first).len();
    if let Some(act) = act(case) {
        return Some(activation(b, first, act).into());
    }
    // The axis that an attribute names; `missing` where it is left out.
    let axis = |missing: i64| {
        let axis = case.attribute("axis").unwrap_or(missing);
        if axis < 0 { (axis + rank as i64) as usize } else { axis as usize }
    };
    match case.op.as_str() {
        "Add" => Some(add(b, first, x[&1]).into()),
        "Mul" => Some(mul(b, first, x[&1]).into()),
        "MatMul" => product(b, first, x[&1]),
        "Gemm" => gemm(b, case, x),
        "Softmax" if axis(-1) == rank - 1 => Some(softmax(b, first).into()),
        "LpNormalization" if axis(-1) == rank - 1 && case.attribute("p").unwrap_or(2) == 2 => {
            Some(l2_normalize(b, first).into())
        }
        "LayerNormalization" => {
            let eps = case.attributes["epsilon"].as_f64().unwrap_or(1e-5) as f32;
            let rows: usize = b.shape(first)[..axis(-1)].iter().product();
            let width = b.shape(first).numel() / rows;
            let flat = b.reshape(first, [rows, width]);
            let [weight, bias] = [1, 2].map(|slot| b.reshape(x[&slot], [width]));
            // The means and deviations that ONNX also gives stay inside ours.
            Some(layer_norm(b, flat, weight, bias, eps).into())
        }
        "Conv" => convolution(b, case, x),
        "Concat" => Some(concat(b, &x.values().copied().collect::<Vec<_>>(), axis(0)).into()),
        "Slice" => slices(b, case, first),
        "Transpose" => {
            let reversed: Vec<usize> = (0..rank).rev().collect();
            let named = case.attributes["perm"].as_array();
            let named =
                named.map(|axes| axes.iter().flat_map(|axis| axis.as_u64()).map(|a| a as usize).collect());
            Some(permute(b, first, &named.unwrap_or(reversed)).into())
        }
        "Reshape" => Some(b.reshape(first, &case.outputs[&0].shape[..]).into()),
        "ReduceSum" => reduced(b, case, first, reduce::sum),
        "ReduceMean" => reduced(b, case, first, reduce::mean),
        "ReduceMax" => reduced(b, case, first, reduce::max),
        "Gather" if axis(0) == 0 => gather(b, case, first),
        "TopK" if axis(-1) == rank - 1 && case.attribute("largest") != Some(0) => {
            let (values, indices) = top_k(b, first, case.whole(1)?[0] as usize);
            Some(Outputs { slots: vec![values, indices], written: Vec::new() })
        }
        "ArgMax" if axis(0) == rank - 1 && case.attribute("select_last_index") != Some(1) => {
            let (rows, width) = (b.shape(first).rows(), b.shape(first).last());
            let flat = b.reshape(first, [rows, width]);
            Some(top_k(b, flat, 1).1.into())
        }
        "SoftmaxCrossEntropyLoss" => loss(b, case, first),
        "Attention" => attend(b, case, x),
        _ => None,
    }
}

/// The activation that an operator is.
fn act(case: &Case) -> Option<Activation> {
    match case.op.as_str() {
        "Relu" => Some(Activation::Relu),
        "Sigmoid" => Some(Activation::Sigmoid),
        "Tanh" => Some(Activation::Tanh),
        "Exp" => Some(Activation::Exp),
        "Swish" if case.attributes["alpha"].as_f64() == Some(1.0) => Some(Activation::Silu),
        "Gelu" if case.attributes["approximate"] == "tanh" => Some(Activation::GeluTanh),
        "Gelu" => Some(Activation::Gelu),
        _ => None,
    }
}

fn product(b: &mut PlanBuilder, x: SlotId, y: SlotId) -> Option<Outputs> {
    let (xs, ys) = (b.shape(x).to_vec(), b.shape(y).to_vec());
    let batched =
        xs.len() >= 2 && ys.len() >= 2 && (ys.len() == 2 || xs[..xs.len() - 2] == ys[..ys.len() - 2]);
    batched.then(|| matmul(b, x, y, Transpose::default()).into())
}

fn gemm(b: &mut PlanBuilder, case: &Case, x: &BTreeMap<usize, SlotId>) -> Option<Outputs> {
    let transpose =
        Transpose { x: case.attribute("transA") == Some(1), y: case.attribute("transB") == Some(1) };
    let factor = |name: &str| case.attributes[name].as_f64().unwrap_or(1.0) as f32;
    let mut y = matmul(b, x[&0], x[&1], transpose);
    y = scale(b, y, factor("alpha"));
    if let Some(&bias) = x.get(&2) {
        let bias = if b.shape(bias).is_empty() { b.reshape(bias, [1]) } else { bias };
        let bias = scale(b, bias, factor("beta"));
        y = add(b, y, bias);
    }
    Some(y.into())
}

/// Equal strides and pads on all sides, one group.
fn convolution(b: &mut PlanBuilder, case: &Case, x: &BTreeMap<usize, SlotId>) -> Option<Outputs> {
    let equal = |name: &str, missing: u64| {
        let values: Vec<u64> =
            case.attributes[name].as_array().into_iter().flatten().flat_map(|v| v.as_u64()).collect();
        let one = values.first().copied().unwrap_or(missing);
        values.iter().all(|value| *value == one).then_some(one as usize)
    };
    let plain = case.attributes.get("auto_pad").is_none() && case.attribute("group").unwrap_or(1) == 1;
    if !plain || equal("dilations", 1)? != 1 {
        return None;
    }
    Some(conv2d(b, x[&0], x[&1], x.get(&2).copied(), equal("strides", 1)?, equal("pads", 0)?).into())
}

fn slices(b: &mut PlanBuilder, case: &Case, x: SlotId) -> Option<Outputs> {
    let (starts, ends) = (case.whole(1)?, case.whole(2)?);
    let axes: Vec<i64> = case.whole(3).map_or_else(|| (0..starts.len() as i64).collect(), <[i64]>::to_vec);
    if case.whole(4).is_some_and(|steps| steps.iter().any(|step| *step != 1)) {
        return None;
    }
    let (mut y, rank) = (x, b.shape(x).len() as i64);
    for ((axis, start), end) in axes.iter().zip(starts).zip(ends) {
        let axis = axis.rem_euclid(rank) as usize;
        let extent = b.shape(y)[axis] as i64;
        let place = |at: i64| if at < 0 { (at + extent).max(0) } else { at.min(extent) };
        let (start, end) = (place(*start), place(*end));
        if start >= end {
            return None;
        }
        y = slice(b, y, axis, start as usize, (end - start) as usize);
    }
    Some(y.into())
}

type Reduce = fn(&mut PlanBuilder, SlotId, usize) -> SlotId;

/// One axis, or all of them at once.
fn reduced(b: &mut PlanBuilder, case: &Case, x: SlotId, reduce: Reduce) -> Option<Outputs> {
    let axes = case.whole(1).unwrap_or(&[]);
    match axes {
        [] if case.attribute("noop_with_empty_axes") == Some(1) => None,
        [] => {
            let count = b.shape(x).numel();
            let flat = b.reshape(x, [1, count]);
            Some(reduce(b, flat, 1).into())
        }
        [axis] => {
            let axis = axis.rem_euclid(b.shape(x).len() as i64) as usize;
            Some(reduce(b, x, axis).into())
        }
        _ => None,
    }
}

/// Ids as an input of their own; none where one is negative.
fn ids(
    b: &mut PlanBuilder,
    name: &str,
    shape: &[usize],
    values: &[i64],
) -> Option<(SlotId, (String, HostTensor))> {
    let values: Option<Vec<u32>> = values.iter().map(|id| u32::try_from(*id).ok()).collect();
    let tensor = HostTensor::u32(shape, values?);
    Some((b.input(name, shape, DType::U32), (name.to_string(), tensor)))
}

fn gather(b: &mut PlanBuilder, case: &Case, table: SlotId) -> Option<Outputs> {
    let indices = &case.inputs[&1];
    let (slot, written) = ids(b, "ids", &indices.shape, case.whole(1)?)?;
    let rows = b.shape(table)[0];
    let width = b.shape(table).numel() / rows;
    let table = b.reshape(table, [rows, width]);
    Some(Outputs { slots: vec![embedding(b, table, slot)], written: vec![written] })
}

/// The weighted mean; classes stand on axis 1, ours on the last.
fn loss(b: &mut PlanBuilder, case: &Case, logits: SlotId) -> Option<Outputs> {
    let rank = b.shape(logits).len();
    let mean = case.attributes["reduction"].as_str().unwrap_or("mean") == "mean";
    if !mean || case.outputs.len() != 1 || !(2..=4).contains(&rank) {
        return None;
    }
    let targets = case.whole(1)?;
    let ignored = case.attribute("ignore_index");
    let class_weights = match case.inputs.get(&2).map(|tensor| &tensor.elements) {
        Some(super::Elements::Numbers(weights)) => Some(weights),
        _ => None,
    };
    let weight = |target: &i64| match (Some(*target) == ignored, class_weights) {
        (true, _) => 0.0,
        (false, Some(weights)) => weights[*target as usize],
        (false, None) => 1.0,
    };
    let weights: Vec<f32> = targets.iter().map(weight).collect();
    // A row without weight is never read, nor its target.
    let safe: Vec<i64> = targets.iter().map(|target| (*target).max(0)).collect();
    let last: Vec<usize> = [vec![0], (2..rank).collect(), vec![1]].concat();
    let moved = permute(b, logits, &last);
    let (rows, classes) = (targets.len(), b.shape(moved).last());
    let moved = b.reshape(moved, [rows, classes]);
    let (slot, written) = ids(b, "targets", &[rows], &safe)?;
    let weighted = b.input("weights", [rows], DType::F32);
    let y = cross_entropy(b, moved, slot, weighted);
    let weights = ("weights".to_string(), HostTensor::f32([rows], weights));
    Some(Outputs { slots: vec![y], written: vec![written, weights] })
}

/// Plain attention: equal heads of equal width, no mask but the causal one over a square, no cap, no past.
fn attend(b: &mut PlanBuilder, case: &Case, x: &BTreeMap<usize, SlotId>) -> Option<Outputs> {
    let plain = case.inputs.keys().all(|slot| *slot < 3) && case.outputs.len() == 1;
    let window = |name: &str| case.attribute(name).is_none_or(|size| size < 0);
    let extra = ["scale", "softcap"].iter().any(|name| case.attributes.get(*name).is_some());
    if !plain || extra || !window("left_window_size") || !window("right_window_size") {
        return None;
    }
    let [q, k, v] = [0, 1, 2].map(|slot| b.shape(x[&slot]).to_vec());
    let causal = case.attribute("is_causal") == Some(1);
    match q.len() {
        3 => {
            let heads = case.attribute("q_num_heads")?;
            let fits = case.attribute("kv_num_heads") == Some(heads) && k == v && (!causal || q[1] == k[1]);
            let heads = Attention { heads: heads as usize, causal };
            fits.then(|| attention(b, heads, x[&0], x[&1], x[&2], None).into())
        }
        4 => {
            let fits = q[1] == k[1] && k == v && (!causal || q[2] == k[2]);
            fits.then(|| {
                let [q, k, v] = [0, 1, 2].map(|slot| joined(b, x[&slot]));
                let [batch, heads, tokens, width] = b.shape(x[&0])[..] else { unreachable!("four axes") };
                let y = attention(b, Attention { heads, causal }, q, k, v, None);
                let y = b.reshape(y, [batch, tokens, heads, width]);
                permute(b, y, &[0, 2, 1, 3]).into()
            })
        }
        _ => None,
    }
}

/// `[B, H, T, d]` to `[B, T, H * d]`.
fn joined(b: &mut PlanBuilder, x: SlotId) -> SlotId {
    let [batch, heads, tokens, width] = b.shape(x)[..] else { unreachable!("four axes") };
    let moved = permute(b, x, &[0, 2, 1, 3]);
    b.reshape(moved, [batch, tokens, heads * width])
}
