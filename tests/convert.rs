//! Golden checkpoints converted to every precision: they load as any checkpoint does and stay near the original.

#[path = "checkpoints/mod.rs"]
mod checkpoints;
#[path = "checkpoints/weights.rs"]
mod held;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use pollster::block_on;
use serde_json::Value;
use tempfile::TempDir;

use checkpoints::check_folder;
use checkpoints::reference::{Form, Subject};
use triptych::infer::{Converted, Job, MAX_FILE, convert};
use triptych::io::file::Folder;
use triptych::precision::Precision;

const MODELS: [&str; 6] =
    ["clip_quick_gelu", "clip_gelu", "siglip", "blip_caption", "blip_answer", "blip_match"];

fn golden(model: &str) -> PathBuf {
    Path::new("tests/goldens/checkpoints").join(model)
}

/// A golden, converted; its reference lies beside it again.
fn converted(model: &str, storage: Precision, limit: u64) -> (TempDir, PathBuf, Converted) {
    let above = tempfile::tempdir().unwrap();
    let out = above.path().join("out");
    let mut last = (0, 0);
    let progress = |done, all| last = (done, all);
    let found = convert(&Folder(golden(model)), &out, storage, limit, progress);
    let found = found.unwrap_or_else(|error| panic!("{model}: {error}"));
    assert_eq!(last, (found.tensors, found.tensors));
    fs::copy(golden(model).join("reference.safetensors"), out.join("reference.safetensors")).unwrap();
    (above, out, found)
}

#[test]
fn f32_changes_no_bit_however_it_is_split() {
    for model in MODELS {
        for limit in [MAX_FILE, 6000] {
            let (_above, out, found) = converted(model, Precision::F32, limit);
            assert_eq!(found.files > 1, limit < MAX_FILE, "{model}");
            assert!(held::weights(&out) == held::weights(&golden(model)), "{model}, {limit}: other weights");
            let outcome = check_folder(&out, Form::Cpu);
            assert!(outcome.compared > 5, "{model}: {} goldens", outcome.compared);
            assert!(outcome.failures.is_empty(), "{model}: {:?}, {:?}", outcome.failures, outcome.worst);
        }
    }
}

#[test]
fn no_file_is_larger_than_the_limit() {
    for storage in [Precision::F32, Precision::F16, Precision::Int8] {
        let (_above, out, found) = converted("clip_gelu", storage, 8000);
        let entries = fs::read_dir(&out).unwrap().map(|entry| entry.unwrap());
        let shards: Vec<u64> = entries
            .filter(|entry| entry.file_name().to_string_lossy().starts_with("model-"))
            .map(|entry| entry.metadata().unwrap().len())
            .collect();
        assert_eq!((shards.len(), shards.iter().sum::<u64>()), (found.files, found.after), "{storage:?}");
        assert!(shards.iter().all(|size| *size <= 8000), "{storage:?}: {shards:?}");
        let index = fs::read_to_string(out.join("model.safetensors.index.json")).unwrap();
        // The patches' 6144 weights fit into a file in int8 only.
        assert_eq!(index.contains("patch_embedding.weight.part1"), storage != Precision::Int8, "{storage:?}");
    }
}

fn unit(values: &[f32]) -> Vec<f64> {
    let norm = values.iter().map(|v| f64::from(*v).powi(2)).sum::<f64>().sqrt();
    values.iter().map(|v| f64::from(*v) / norm).collect()
}

fn worst_cosine(got: &[f32], want: &[f32], width: usize) -> f64 {
    let cosine = |(a, b): (&[f32], &[f32])| unit(a).iter().zip(unit(b)).map(|(a, b)| a * b).sum::<f64>();
    got.chunks(width).zip(want.chunks(width)).map(cosine).fold(1.0, f64::min)
}

/// The worst cosine between what a converted model makes of the reference's pictures and texts and what transformers made.
fn nearness(model: &str, storage: Precision, form: Form) -> f64 {
    let (_above, out, found) = converted(model, storage, MAX_FILE);
    // One of the goldens is stored in f16 already.
    assert!(found.after < found.before + 2048, "{model}: {found:?}");
    let mut subject = Subject::open(&out, form);
    let (image, text) = match model {
        "blip_match" => ("out.image_feat", "out.text_feat"),
        _ => ("out.image_embeds", "out.text_embeds"),
    };
    let pixels = subject.get("in.pixel_values").clone();
    let job = Job::EncodeImage { batch: pixels.shape[0] };
    let run = subject.run(job, false, &[("pixels", &pixels)]);
    let images = subject.read(&run, "image_embeds");
    let rows: Vec<Vec<u32>> = (0..2).map(|i| subject.row("in.input_ids", i)).collect();
    let texts = block_on(subject.checkpoint.embed_texts(&rows)).unwrap();
    let width = images.shape.last();
    worst_cosine(images.as_f32(), subject.get(image).as_f32(), width).min(worst_cosine(
        texts.as_f32(),
        subject.get(text).as_f32(),
        width,
    ))
}

/// A weight is off by a uniform error of step / sqrt(12), relative to its row's root mean square of about max / 3: int8
/// 3 / 127 / sqrt(12) = 0.7 %, f16 2^-11 / sqrt(3) = 0.03 % at most. Some ten matrices in a row add in squares to an error e
/// of 2.2 % and 0.1 %, and the cosine is 1 - e^2 / 2: 0.9998 and 0.9999995; allowed is twice the error.
fn directions_are_kept(form: Form) {
    for (storage, least) in [(Precision::Int8, 0.999), (Precision::F16, 0.999_998)] {
        for model in ["clip_quick_gelu", "clip_gelu", "siglip", "blip_match"] {
            let cosine = nearness(model, storage, form);
            println!("{model} {storage:?} {form:?}: worst cosine {cosine:.7}");
            assert!(cosine >= least, "{model} {storage:?}: {cosine}, expected {least}");
            assert!(storage == Precision::F16 || cosine < 0.999_999_9, "{model}: nothing was rounded");
        }
    }
}

#[test]
fn fewer_bits_keep_the_direction_of_embeddings() {
    directions_are_kept(Form::Cpu);
}

#[test]
fn the_gpu_takes_fewer_bits_too() {
    directions_are_kept(Form::Gpu);
}

fn triptych(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_triptych")).args(arguments).output().expect("the program starts")
}

fn json(arguments: &[&str]) -> Value {
    let output = triptych(arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("standard output holds one JSON document and nothing else")
}

#[test]
fn the_command_converts_and_the_others_take_what_it_wrote() {
    let above = tempfile::tempdir().unwrap();
    let out = above.path().join("small");
    let (out, from) = (out.to_str().unwrap(), "tests/goldens/checkpoints/blip_caption");
    let report = json(&["convert", from, out, "--precision", "int8", "--json"]);
    assert!(report["effect"].is_null());
    let size = fs::metadata(Path::new(out).join("model.safetensors")).unwrap().len();
    assert_eq!(report["bytes_after"], size);
    assert_eq!(report["files"], 1);
    for file in ["config.json", "generation_config.json", "preprocessor_config.json", "vocab.txt"] {
        let read = |folder: &str| fs::read(Path::new(folder).join(file)).unwrap();
        assert_eq!(read(out), read(from), "{file}");
    }
    assert!(!Path::new(out).join("reference.safetensors").exists());
    let image = "tests/goldens/checkpoints/wide.png";
    let caption = json(&["caption", "--model", out, "--image", image, "--backend", "cpu", "--json"]);
    assert!(!caption["caption"].as_str().expect("words").is_empty());
}

#[test]
fn what_a_conversion_costs_is_measured() {
    let above = tempfile::tempdir().unwrap();
    let measured = |model: &str, precision: &str, pictures: &[&str]| {
        let from = format!("tests/goldens/checkpoints/{model}");
        let out = above.path().join(format!("{model}.{precision}.{}", pictures.len()));
        let convert = ["convert", &from, out.to_str().unwrap(), "--precision", precision, "--json"];
        json(&[&convert[..], &["--backend", "cpu", "--measure"], pictures].concat())["effect"].clone()
    };
    let same = measured("clip_gelu", "f32", &[]);
    assert_eq!(numbers(&same, ["pictures", "same_top_1"]), [16.0, 1.0], "{same}");
    let [worst, before, after] = numbers(&same, ["worst_cosine", "ms_before", "ms_after"]);
    assert!(worst > 0.999_999 && before > 0.0 && after > 0.0, "{same}");
    let near = measured("clip_gelu", "int8", &["tests/goldens/checkpoints"]);
    let [pictures, mean, worst] = numbers(&near, ["pictures", "mean_cosine", "worst_cosine"]);
    assert!(pictures == 2.0 && worst < mean && worst > 0.995 && mean < 1.0, "{near}");
    let [before, after] = numbers(&near, ["device_before", "device_after"]);
    assert!(after < 0.7 * before, "{near}");
    assert!(measured("siglip", "f16", &[])["same_top_1"].is_null());
    for model in ["blip_caption", "blip_answer"] {
        assert_eq!(numbers(&measured(model, "f32", &[]), ["same_tokens"]), [1.0], "{model}");
    }
}

fn numbers<const N: usize>(effect: &Value, names: [&str; N]) -> [f64; N] {
    names.map(|name| effect[name].as_f64().unwrap_or_else(|| panic!("{effect} has no {name}")))
}

#[test]
fn what_cannot_be_converted_is_refused() {
    let above = tempfile::tempdir().unwrap();
    let taken = above.path().to_str().unwrap();
    fs::write(above.path().join("mine"), b"x").unwrap();
    let fresh = above.path().join("fresh");
    let fresh = fresh.to_str().unwrap();
    // The rest of the sentence is the system's.
    let absent = if cfg!(unix) { "nowhere: No such file" } else { "nowhere: " };
    let cases = [
        ("tests/goldens/checkpoints/clip_gelu", taken, "directory not empty"),
        ("tests/goldens", fresh, "there is no config.json"),
        ("nowhere", fresh, absent),
    ];
    for (from, out, expected) in cases {
        let output = triptych(&["convert", from, out, "--precision", "f16"]);
        let message = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{from}: {message}");
        assert!(message.contains(expected), "{from}: {message}");
    }
    assert_eq!(fs::read_dir(taken).unwrap().count(), 1, "nothing is left behind");
}

/// The journeys load this folder from a plain server: it is no other than what `convert` writes.
#[test]
fn the_converted_golden_is_up_to_date() {
    let (_above, out, found) = converted("clip_gelu", Precision::Int8, 4000);
    let kept = Path::new("tests/goldens/converted/clip_gelu");
    let names = |folder: &Path| {
        let files =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = files.filter(|name| name != "reference.safetensors").collect();
        names.sort();
        names
    };
    assert_eq!(names(kept), names(&out));
    assert!(found.files > 5, "{found:?}");
    assert!(fs::read_to_string(kept.join("model.safetensors.index.json")).unwrap().contains(".part1"));
    for name in names(kept) {
        assert!(fs::read(kept.join(&name)).unwrap() == fs::read(out.join(&name)).unwrap(), "{name}");
    }
}
