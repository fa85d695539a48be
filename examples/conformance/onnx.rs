//! `onnx_node/`: single operators and optimiser steps, those that the engine has, by definition, fast form and GPU.

mod emit;
mod optim;

use std::collections::BTreeMap;
use std::path::Path;
use std::rc::Rc;

use pollster::block_on;
use safetensors::{Dtype, SafeTensors};
use serde_json::Value;
use triptych::device::{CpuDevice, Device, GpuDevice};
use triptych::plan::{PlanBuilder, SlotId};
use triptych::tensor::{DType, HostTensor};

use super::{Tally, bytes};

/// Elements of an input or output; ids and lists of axes are whole numbers.
#[derive(Clone, Debug)]
pub(crate) enum Elements {
    Numbers(Vec<f32>),
    Whole(Vec<i64>),
}

/// A tensor of a case; unlike the engine's it may be empty.
#[derive(Clone, Debug)]
pub(crate) struct Tensor {
    pub shape: Vec<usize>,
    pub elements: Elements,
}

/// One operator with its attributes and inputs, by the operator's slots.
pub(crate) struct Case {
    pub op: String,
    pub attributes: Value,
    pub inputs: BTreeMap<usize, Tensor>,
    pub outputs: BTreeMap<usize, Tensor>,
}

pub(crate) fn devices() -> Vec<(&'static str, Device)> {
    let gpu = block_on(GpuDevice::request()).expect("a GPU adapter, be it a software one");
    vec![
        ("definition", Device::Cpu(CpuDevice { exact: true })),
        ("fast", Device::Cpu(CpuDevice { exact: false })),
        ("gpu", Device::Gpu(gpu)),
    ]
}

pub(crate) fn run(folder: &Path) -> Tally {
    let index: Value = serde_json::from_slice(&bytes(&folder.join("index.json"))).expect("an index");
    let (mut tally, devices) = (Tally::default(), devices());
    for entry in index["cases"].as_array().expect("cases") {
        let name = entry["name"].as_str().expect("a name").trim_start_matches("test_");
        let case = Case::read(folder, entry);
        let tolerance = [&entry["rtol"], &entry["atol"]].map(|t| t.as_f64().expect("a tolerance"));
        // The set's README calls 1e-5 fair for sums in f32.
        let tolerance = [tolerance[0], tolerance[1].max(1e-5)];
        let mut b = PlanBuilder::new();
        match declare(&mut b, &case).and_then(|slots| emit::emit(&mut b, &case, &slots)) {
            None => tally.not_ours.push(name.to_string()),
            Some(outputs) => {
                let plan = Rc::new(b.finish());
                for (form, device) in &devices {
                    let verdict = compare(&case, plan.clone(), &outputs, device, tolerance);
                    tally.case(format!("{name} {form}"), verdict);
                }
            }
        }
    }
    for entry in index["optim"].as_array().expect("optimisers") {
        optim::run(folder, entry, &devices, &mut tally);
    }
    tally
}

impl Case {
    fn read(folder: &Path, entry: &Value) -> Self {
        let file = bytes(&folder.join(entry["file"].as_str().expect("a file")));
        let file = SafeTensors::deserialize(&file).expect("tensors");
        let side = |prefix: &str| {
            let slot = |name: &str| name.strip_prefix(prefix).and_then(|slot| slot.parse().ok());
            file.iter().filter_map(|(name, tensor)| Some((slot(name)?, read(&tensor)))).collect()
        };
        Case {
            op: entry["op"].as_str().expect("an operator").to_string(),
            attributes: entry["attrs"].clone(),
            inputs: side("in."),
            outputs: side("out."),
        }
    }

    /// The whole numbers of an input.
    pub(crate) fn whole(&self, slot: usize) -> Option<&[i64]> {
        match &self.inputs.get(&slot)?.elements {
            Elements::Whole(values) => Some(values),
            Elements::Numbers(_) => None,
        }
    }

    /// An attribute that is a whole number.
    pub(crate) fn attribute(&self, name: &str) -> Option<i64> {
        self.attributes.get(name)?.as_i64()
    }
}

pub(crate) fn read(tensor: &safetensors::tensor::TensorView) -> Tensor {
    let (words, _) = tensor.data().as_chunks::<4>();
    let (longs, _) = tensor.data().as_chunks::<8>();
    let elements = match tensor.dtype() {
        Dtype::F32 => Elements::Numbers(words.iter().map(|word| f32::from_le_bytes(*word)).collect()),
        Dtype::I32 => Elements::Whole(words.iter().map(|word| i32::from_le_bytes(*word).into()).collect()),
        Dtype::I64 => Elements::Whole(longs.iter().map(|long| i64::from_le_bytes(*long)).collect()),
        Dtype::BOOL => Elements::Whole(tensor.data().iter().map(|byte| i64::from(*byte)).collect()),
        other => panic!("the set has no {other:?}"),
    };
    Tensor { shape: tensor.shape().to_vec(), elements }
}

/// Slots for the inputs of numbers; none where one is empty, which the engine has no tensors for.
fn declare(b: &mut PlanBuilder, case: &Case) -> Option<BTreeMap<usize, SlotId>> {
    let mut slots = BTreeMap::new();
    for (slot, tensor) in &case.inputs {
        if tensor.shape.contains(&0) && matches!(tensor.elements, Elements::Numbers(_)) {
            return None;
        }
        if matches!(tensor.elements, Elements::Numbers(_)) {
            let id = b.input(&format!("in.{slot}"), &tensor.shape[..], DType::F32);
            slots.insert(*slot, id);
        }
    }
    Some(slots)
}

fn compare(
    case: &Case,
    plan: Rc<triptych::plan::Plan>,
    outputs: &emit::Outputs,
    device: &Device,
    [rtol, atol]: [f64; 2],
) -> Result<(), String> {
    let run = || -> Result<Vec<HostTensor>, triptych::device::DeviceError> {
        let compiled = block_on(device.param_store().compile(plan.clone()))?;
        for (slot, tensor) in &case.inputs {
            if let Elements::Numbers(values) = &tensor.elements {
                let tensor = HostTensor::f32(&tensor.shape[..], values.clone());
                compiled.write(&format!("in.{slot}"), &tensor);
            }
        }
        outputs.written.iter().for_each(|(name, tensor)| compiled.write(name, tensor));
        compiled.run(plan.all())?;
        outputs.slots.iter().map(|slot| block_on(compiled.read(&plan.slot(*slot).name))).collect()
    };
    for (i, got) in run().map_err(|error| error.to_string())?.iter().enumerate() {
        let want = &case.outputs[&i];
        if got.shape.numel() != want.shape.iter().product::<usize>() {
            return Err(format!("out.{i} has {}, expected {:?}", got.shape, want.shape));
        }
        let (got, want): (Vec<f64>, Vec<f64>) = match &want.elements {
            Elements::Numbers(want) => (wide(got.as_f32()), wide(want)),
            Elements::Whole(want) => (
                got.as_u32().iter().map(|id| f64::from(*id)).collect(),
                want.iter().map(|id| *id as f64).collect(),
            ),
        };
        let wrong = (0..got.len()).find(|&k| !near(got[k], want[k], rtol, atol));
        if let Some(k) = wrong {
            return Err(format!("out.{i}[{k}] is {}, expected {}", got[k], want[k]));
        }
    }
    Ok(())
}

pub(crate) fn wide(values: &[f32]) -> Vec<f64> {
    values.iter().map(|value| f64::from(*value)).collect()
}

/// `|got - want| <= atol + rtol |want|`; NaN equals NaN, infinities must be equal.
pub(crate) fn near(got: f64, want: f64, rtol: f64, atol: f64) -> bool {
    got == want || (got.is_nan() && want.is_nan()) || (got - want).abs() <= atol + rtol * want.abs()
}
