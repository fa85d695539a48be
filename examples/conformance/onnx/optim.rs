//! Steps of PyTorch's optimisers; AdamW is ours.

use std::path::Path;
use std::rc::Rc;

use pollster::block_on;
use safetensors::SafeTensors;
use serde_json::Value;
use triptych::device::Device;
use triptych::ops::adamw::{AdamW, adamw};
use triptych::plan::{PlanBuilder, SlotKind};
use triptych::tensor::{DType, HostTensor};

use super::{Elements, near, read, wide};
use crate::{Tally, bytes};

pub(super) fn run(folder: &Path, entry: &Value, devices: &[(&'static str, Device)], tally: &mut Tally) {
    let name = entry["name"].as_str().expect("a name");
    if entry["torch_class"] != "torch.optim.AdamW" {
        tally.not_ours.push(name.to_string());
        return;
    }
    for (form, device) in devices {
        tally.case(format!("{name} {form}"), steps(folder, entry, device));
    }
}

fn steps(folder: &Path, entry: &Value, device: &Device) -> Result<(), String> {
    let file = bytes(&folder.join(entry["file"].as_str().expect("a file")));
    let file = SafeTensors::deserialize(&file).expect("tensors");
    let tensor = |name: String| {
        let found = read(&file.tensor(&name).expect("a tensor"));
        let Elements::Numbers(values) = found.elements else { panic!("`{name}` holds whole numbers") };
        HostTensor::f32(&found.shape[..], values)
    };
    let argument = |name: &str| entry["arguments"][name].as_f64().expect("an argument") as f32;
    let beta = |i: usize| entry["arguments"]["betas"][i].as_f64().expect("an argument") as f32;
    let start = tensor("param.0".to_string());
    let mut b = PlanBuilder::new();
    let (weight, grad) = (b.stored("weight", &start.shape), b.input("grad", &start.shape, DType::F32));
    let (norm, hyper) = (b.input("norm", [1], DType::F32), b.input("hyper", [2], DType::F32));
    // Without clipping: any norm is below the threshold.
    let config = AdamW { beta1: beta(0), beta2: beta(1), eps: argument("eps"), clip: f32::MAX };
    adamw(&mut b, &config, &[(weight, grad, argument("weight_decay"))], norm, hyper);
    let plan = Rc::new(b.finish());
    let mut params = device.param_store();
    for slot in plan.slots_of(SlotKind::Stored) {
        let initial = if slot.name == "weight" { start.clone() } else { HostTensor::zeros(&slot.shape) };
        params.store(&slot.name, &initial).map_err(|error| error.to_string())?;
    }
    let compiled = block_on(params.compile(plan.clone())).map_err(|error| error.to_string())?;
    compiled.write("norm", &HostTensor::f32([1], vec![1.0]));
    let [rtol, atol] = ["rtol", "atol"].map(|name| entry[name].as_f64().expect("a tolerance"));
    for step in 1..=entry["steps"].as_u64().expect("a number of steps") {
        compiled.write("grad", &tensor(format!("grad.{step}")));
        compiled.write("hyper", &HostTensor::f32([2], vec![argument("lr"), step as f32]));
        compiled.run(plan.all()).map_err(|error| error.to_string())?;
        let got = block_on(params.read("weight")).map_err(|error| error.to_string())?;
        let want = tensor(format!("param.{step}"));
        let pairs = wide(got.as_f32()).into_iter().zip(wide(want.as_f32()));
        if let Some((got, want)) = pairs.into_iter().find(|(got, want)| !near(*got, *want, rtol, atol)) {
            return Err(format!("step {step} gives {got}, expected {want}"));
        }
    }
    Ok(())
}
