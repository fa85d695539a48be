//! Weights as files hold them: headers, shards, parts, indices, every type of number.

use serde_json::json;
use triptych::io::safetensors::{SafetensorsError, SafetensorsFile};
use triptych::io::weights::Weights;
use triptych::tensor::Shape;

use crate::case::{Outcome, Target, Verdict};
use crate::files::Files;
use crate::mutate;

const WHOLE: &str = "model.safetensors";
const INDEX: &str = "model.safetensors.index.json";
const SHARDS: [&str; 2] = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"];

pub(super) fn target() -> Target {
    Target { name: "weights", share: 1500, seeds, mutate: mutate::files, run }
}

/// Names and types of the tensors of one file, with their shapes.
type Tensor = (&'static str, safetensors::Dtype, &'static [usize]);

const FIRST: [Tensor; 5] = [
    ("plain", safetensors::Dtype::F32, &[2, 3]),
    ("scalar", safetensors::Dtype::F32, &[]),
    ("integers", safetensors::Dtype::I8, &[2, 5]),
    ("integers.scale", safetensors::Dtype::F32, &[2]),
    ("rows.part0", safetensors::Dtype::F16, &[2, 2]),
];
const SECOND: [Tensor; 3] = [
    ("rows.part1", safetensors::Dtype::BF16, &[1, 2]),
    ("ids", safetensors::Dtype::I64, &[2]),
    ("empty", safetensors::Dtype::F32, &[0, 4]),
];

/// What a model would ask for.
const WANTED: [(&str, &[usize]); 5] =
    [("plain", &[2, 3]), ("scalar", &[]), ("integers", &[2, 5]), ("rows", &[3, 2]), ("empty", &[0, 4])];

fn seeds() -> Vec<Files> {
    let map = |file: usize, tensors: &[Tensor]| -> Vec<(String, String)> {
        tensors.iter().map(|(name, ..)| (name.to_string(), SHARDS[file].to_string())).collect()
    };
    let places: std::collections::BTreeMap<_, _> =
        map(0, &FIRST).into_iter().chain(map(1, &SECOND)).collect();
    let index = json!({ "metadata": { "total_size": 80 }, "weight_map": places });
    let shards =
        [(INDEX, index.to_string().into_bytes()), (SHARDS[0], file(&FIRST)), (SHARDS[1], file(&SECOND))];
    let all: Vec<Tensor> = FIRST.into_iter().chain(SECOND).collect();
    vec![Files::of([(WHOLE, file(&all))]), Files::of(shards)]
}

fn file(tensors: &[Tensor]) -> Vec<u8> {
    let bytes: Vec<Vec<u8>> = tensors
        .iter()
        .map(|(_, dtype, shape)| vec![1; shape.iter().product::<usize>() * dtype.bitsize() / 8])
        .collect();
    let views = tensors.iter().zip(&bytes).map(|(&(name, dtype, shape), bytes)| {
        let view = safetensors::tensor::TensorView::new(dtype, shape.to_vec(), bytes);
        (name, view.expect("so many bytes as the shape has"))
    });
    safetensors::serialize(views, None).expect("small tensors fit")
}

fn run(files: &Files) -> Outcome {
    for (name, bytes) in files.0.iter().filter(|(name, _)| name.ends_with(".safetensors")) {
        if let Ok(file) = SafetensorsFile::new(name.clone(), bytes.clone()) {
            every_tensor(&file)?;
        }
    }
    let weights = match Weights::open(files) {
        Err(_) => return Ok(Verdict::Refused),
        Ok(weights) => weights,
    };
    let mut verdict = Verdict::Taken;
    for (name, shape) in WANTED {
        let shape = Shape::from(shape);
        let mut end = 0;
        let read: Result<(), SafetensorsError> = weights.pieces(name, &shape, |at, values| {
            end = at + values.len();
            Ok(())
        });
        match read {
            Ok(()) if end != shape.numel() => {
                return Err(format!("`{name}` ended at {end} of {}", shape.numel()));
            }
            Ok(()) => {}
            Err(_) => verdict = Verdict::Refused,
        }
    }
    weights.bytes();
    Ok(verdict)
}

fn every_tensor(file: &SafetensorsFile) -> Result<(), String> {
    file.metadata();
    for name in file.names() {
        let shape = file.shape(&name).ok_or_else(|| format!("`{name}` is named and has no shape"))?;
        if let Ok(tensor) = file.tensor(&name)
            && tensor.words().len() != shape.numel()
        {
            return Err(format!("`{name}` {shape} holds {} numbers", tensor.words().len()));
        }
    }
    Ok(())
}
