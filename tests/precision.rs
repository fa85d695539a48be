//! Golden checkpoints whose matrices the device keeps in fewer bits: they compute what the rounded matrices do.

#[path = "checkpoints/weights.rs"]
mod held;

use std::fs;
use std::path::{Path, PathBuf};

use pollster::block_on;
use tempfile::TempDir;

use triptych::device::{CpuDevice, Device, GpuDevice};
use triptych::infer::VisionLanguageModel;
use triptych::io::file::Folder;
use triptych::io::image::decode;
use triptych::io::safetensors::{Floats, to_bytes};
use triptych::layout::Layout;
use triptych::model::architecture::Architecture;
use triptych::model::blip::Task;
use triptych::pixels::Pixels;
use triptych::precision::Precision;
use triptych::tensor::{Data, HostTensor};

const MODELS: [&str; 5] = ["clip_quick_gelu", "siglip", "blip_caption", "blip_answer", "blip_match"];

const INDEX: &str = "model.safetensors.index.json";

fn golden(model: &str) -> PathBuf {
    Path::new("tests/goldens/checkpoints").join(model)
}

fn devices() -> [Device; 2] {
    let gpu = block_on(GpuDevice::request()).expect("a GPU adapter, be it a software one");
    [Device::Cpu(CpuDevice { exact: false }), Device::Gpu(gpu)]
}

fn load(device: Device, folder: &Path, precision: Precision) -> VisionLanguageModel {
    VisionLanguageModel::load(device, &Folder(folder.to_path_buf()), precision).expect("a checkpoint")
}

/// A copy of a golden in one file of f32, its matrices changed by `change(name, width of a row, values)`.
fn copy(model: &str, change: impl Fn(&str, usize, &mut [f32])) -> TempDir {
    let (from, folder) = (golden(model), tempfile::tempdir().unwrap());
    for entry in fs::read_dir(&from).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|kind| kind == "json") && !path.ends_with(INDEX) {
            fs::copy(&path, folder.path().join(path.file_name().unwrap())).unwrap();
        }
    }
    let mut tensors = held::weights(&from);
    for (name, tensor) in &mut tensors {
        let width = tensor.shape.last();
        if let Data::F32(values) = &mut tensor.data {
            change(name, width, values);
        }
    }
    let named = tensors.iter().map(|(name, tensor)| (name.as_str(), tensor));
    fs::write(folder.path().join("model.safetensors"), to_bytes(named, &[], Floats::F32).unwrap()).unwrap();
    folder
}

/// A golden in which the matrices that would be packed are rounded.
fn rounded(model: &str, precision: Precision) -> TempDir {
    let architecture = VisionLanguageModel::architecture(&Folder(golden(model))).unwrap();
    let kept = architecture.param_specs(precision, Layout::Rows);
    let packed: Vec<&str> = kept
        .iter()
        .filter(|param| param.storage.precision() == precision)
        .map(|param| &*param.name)
        .collect();
    assert!(packed.len() > 5, "{model}: {packed:?}");
    copy(model, |name, width, values| {
        if packed.contains(&name) {
            for row in values.chunks_mut(width) {
                let mut words = Vec::new();
                precision.pack(row, &mut words).unwrap();
                precision.unpack(&words, row);
            }
        }
    })
}

fn picture() -> Pixels {
    let path = Path::new("tests/goldens/checkpoints/wide.png");
    decode(&fs::read(path).unwrap()).unwrap().pixels
}

/// Numbers that depend on every tower: embeddings, logits of a next token, or of a match.
fn numbers(checkpoint: &mut VisionLanguageModel) -> Vec<f32> {
    let mut all = Vec::new();
    let ids = vec![5, 9, 11, 3];
    block_on(async {
        if checkpoint.architecture.embeds() {
            let fitted = checkpoint.fit(&picture());
            all.extend(checkpoint.embed_images(&[fitted]).await?.as_f32());
            all.extend(checkpoint.embed_texts(std::slice::from_ref(&ids)).await?.as_f32());
        }
        let Architecture::Blip(task, _) = checkpoint.architecture else { return Ok(()) };
        let pixels = checkpoint.image_processor.pixel_values(&[checkpoint.image_processor.fit(&picture())]);
        let mut source = checkpoint.encode_image(&pixels).await?;
        match task {
            Task::Match => all.extend(checkpoint.match_batch(source, &[ids], false).await?.0.as_f32()),
            Task::Caption | Task::Answer => {
                if task == Task::Answer {
                    let question = HostTensor::u32([1, ids.len()], ids.clone());
                    source = checkpoint.encode_question(source, &question, ids.len() as u32).await?;
                }
                // Of one row, then of two that go on from it.
                all.extend(
                    checkpoint.decode_step(source, std::slice::from_ref(&ids), false).await?.0.as_f32(),
                );
                all.extend(checkpoint.decode_step(source, &[ids.clone(), ids], false).await?.0.as_f32());
            }
        }
        Ok(())
    })
    .map_err(|error: triptych::device::DeviceError| error)
    .expect("the device is there");
    all
}

#[test]
fn packed_matrices_compute_what_the_rounded_ones_do() {
    for model in MODELS {
        for precision in [Precision::F16, Precision::Int8] {
            let folder = rounded(model, precision);
            for (device, other) in devices().into_iter().zip(devices()) {
                let is_gpu = matches!(device, Device::Gpu(_));
                let mut whole = load(device, folder.path(), Precision::F32);
                let mut kept = load(other, &golden(model), precision);
                let most = whole.architecture.bytes(Precision::F32) * 7 / 10;
                assert!(
                    kept.architecture.bytes(precision) < most,
                    "{model}: {} of {}",
                    kept.architecture.bytes(precision),
                    whole.architecture.bytes(Precision::F32)
                );
                let (want, got) = (numbers(&mut whole), numbers(&mut kept));
                assert_eq!(got.len(), want.len());
                for (i, (got, want)) in got.iter().zip(&want).enumerate() {
                    let error = (got - want).abs() / want.abs().max(1.0);
                    assert!(error < 1e-4, "{model} {precision:?}, GPU {is_gpu}, number {i}: {got}, {want}");
                }
            }
        }
    }
}

#[test]
fn a_number_that_f16_does_not_hold_is_refused_by_name() {
    let name = "vision_model.encoder.layers.0.mlp.fc1.weight";
    let folder = copy("clip_quick_gelu", |found, width, values| {
        if found == name {
            values[2 * width + 1] = 7e4;
        }
    });
    let device = || Device::Cpu(CpuDevice { exact: false });
    let files = Folder(folder.path().to_path_buf());
    let error =
        VisionLanguageModel::load(device(), &files, Precision::F16).map(|_| ()).unwrap_err().to_string();
    assert_eq!(error, format!("`{name}` holds 70000 in row 2, which f16 cannot represent"));
    VisionLanguageModel::load(device(), &files, Precision::Int8).expect("int8 scales its rows");
}
