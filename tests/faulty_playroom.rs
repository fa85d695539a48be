//! Playroom's own folder with one thing changed, and runs that cannot go on: exit 2 with a sentence.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use tempfile::TempDir;
use triptych::io::safetensors::{Floats, SafetensorsFile, to_bytes};
use triptych::tensor::HostTensor;

const SHIPPED: &str = "public/models/playroom";

fn copy() -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for file in ["config.json", "tokenizer.json", "model.safetensors"] {
        fs::copy(Path::new(SHIPPED).join(file), folder.path().join(file)).expect("a copy");
    }
    folder
}

/// Exit code and standard error.
fn refusal(arguments: &[&str]) -> (Option<i32>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_triptych"));
    let output = command.args(arguments).args(["--backend", "cpu"]).output().expect("the program starts");
    assert!(output.stdout.is_empty(), "{arguments:?}");
    (output.status.code(), String::from_utf8_lossy(&output.stderr).to_string())
}

fn path(folder: &Path) -> &str {
    folder.to_str().expect("a plain name")
}

fn set(folder: &Path, field: &str, value: &Value) {
    let file = folder.join("config.json");
    let mut config: Value = serde_json::from_slice(&fs::read(&file).expect("a file")).expect("JSON");
    config[field] = value.clone();
    fs::write(file, config.to_string()).expect("a file");
}

/// Changes the weights by name; none takes one away.
fn weights(folder: &Path, change: impl Fn(&str, HostTensor) -> Option<HostTensor>) {
    let file = folder.join("model.safetensors");
    let whole = SafetensorsFile::new("m", fs::read(&file).expect("a file")).expect("weights");
    let tensor = |name: String| Some((name.clone(), change(&name, whole.tensor(&name).expect("a tensor"))?));
    let all: Vec<(String, HostTensor)> = whole.names().into_iter().filter_map(tensor).collect();
    let named = all.iter().map(|(name, tensor)| (name.as_str(), tensor));
    fs::write(file, to_bytes(named, &[], Floats::F32).expect("weights")).expect("a file");
}

#[test]
fn a_field_out_of_range_is_refused_by_its_name() {
    let cases = [
        ("heads", json!(7), "heads is 7, expected a divisor of the width 128"),
        ("mlp_ratio", json!(0), "mlp_ratio is 0, expected 1 to 64"),
        ("max_tokens", json!(0), "max_tokens is 0, expected 4 to 4096"),
        ("image_size", json!(62), "image_size is 62, expected a multiple of 8"),
        ("image_size", json!(65536), "image_size is 65536, expected 1 to 4096"),
        ("reader_depth", json!(1u64 << 31), "reader_depth is 2147483648, expected 1 to 256"),
        ("stem", json!([]), "stem is [], expected 1 to 8 widths"),
        ("embed_width", json!(0), "embed_width is 0, expected 1 to"),
        ("vocab_size", json!(5), "config.json says that there are 5"),
        // In range, but not what the weights are of.
        (
            "image_size",
            json!(128),
            "`vision.position_embedding` in model.safetensors has shape [64,128], expected [256,128]",
        ),
        ("mlp_ratio", json!(3), "expected ["),
    ];
    for (field, value, expected) in cases {
        let folder = copy();
        set(folder.path(), field, &value);
        let (code, said) = refusal(&["embed", "--text", "a star", "--model", path(folder.path())]);
        assert_eq!(code, Some(2), "{field} {value}: {said}");
        assert!(said.contains(expected) && said.contains(path(folder.path())), "{field} {value}: {said}");
    }
}

#[test]
fn weights_that_are_no_numbers_are_refused_by_their_name() {
    type Made = fn(usize) -> HostTensor;
    let cases: [(Made, &str); 2] = [
        (|count| HostTensor::f32([count], vec![f32::NAN; count]), "holds NaN at element 0"),
        (|count| HostTensor::u32([count], vec![1 << 30; count]), "holds U32, expected F32"),
    ];
    for (made, expected) in cases {
        let folder = copy();
        weights(folder.path(), |name, tensor| match name {
            "text_pool.weight" => {
                Some(HostTensor { shape: tensor.shape.clone(), ..made(tensor.shape.numel()) })
            }
            _ => Some(tensor),
        });
        let (code, said) = refusal(&["embed", "--text", "a star", "--model", path(folder.path())]);
        assert_eq!(code, Some(2), "{said}");
        assert!(said.contains(&format!("`text_pool.weight` in model.safetensors {expected}")), "{said}");
    }
}

#[test]
fn a_model_of_other_sizes_is_used_but_not_measured() {
    let folder = copy();
    set(folder.path(), "image_size", &json!(32));
    weights(folder.path(), |name, tensor| match name {
        "vision.position_embedding" => Some(HostTensor::f32([16, 128], tensor.as_f32()[..16 * 128].to_vec())),
        _ => Some(tensor),
    });
    let model = path(folder.path());
    let mut embed = Command::new(env!("CARGO_BIN_EXE_triptych"));
    let embed = embed.args(["embed", "--text", "a star", "--backend", "cpu", "--model", model]).output();
    assert!(embed.expect("the program starts").status.success());
    for command in ["eval", "bench"] {
        let (code, said) = refusal(&[command, "--model", model]);
        assert_eq!(code, Some(2), "{said}");
        assert!(
            said.contains("image_size 32 (4 x 4 cells)") && said.contains("scenes have 64 pixels"),
            "{said}"
        );
    }
}

#[test]
fn an_empty_special_token_is_refused() {
    let folder = copy();
    let file = folder.path().join("tokenizer.json");
    let mut tokenizer: Value = serde_json::from_slice(&fs::read(&file).expect("a file")).expect("JSON");
    tokenizer["model"]["vocab"][""] = json!(5000);
    let mut special = tokenizer["added_tokens"][0].clone();
    (special["content"], special["id"]) = (json!(""), json!(5000));
    tokenizer["added_tokens"].as_array_mut().expect("a list").push(special);
    fs::write(file, tokenizer.to_string()).expect("a file");
    let (code, said) = refusal(&["embed", "--text", "a star", "--model", path(folder.path())]);
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("\"\" is not a special token of this kind"), "{said}");
}

#[test]
fn a_question_that_fills_the_row_leaves_no_room_for_an_answer() {
    let scenes = tempfile::tempdir().expect("a temporary folder");
    let mut scene = Command::new(env!("CARGO_BIN_EXE_triptych"));
    assert!(scene.args(["scene", "--out", path(scenes.path())]).output().expect("a scene").status.success());
    let image = scenes.path().join("0000.png");
    let (code, said) = refusal(&["answer", "--image", path(&image), "--question", &"a ".repeat(60)]);
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("64 tokens leave no room to write"), "{said}");
}

#[test]
fn training_is_not_begun_with_what_cannot_go_on() {
    let out = tempfile::tempdir().expect("a temporary folder");
    let run = out.path().join("run");
    for (option, value, expected) in [
        ("--batch", "8192", "batch is 8192, expected a multiple of 8 up to 4096"),
        ("--batch", "6", "batch is 6, expected a multiple of 8 up to 4096"),
        ("--rate", "nan", "schedule.peak is NaN, expected a number from 0 on"),
        ("--steps", "18446744073709551615", "steps, expected at most"),
    ] {
        let (code, said) = refusal(&["train", "--out", path(&run), option, value]);
        assert_eq!(code, Some(2), "{option} {value}: {said}");
        assert!(said.contains(expected), "{option} {value}: {said}");
    }
    let other = copy();
    set(other.path(), "text_depth", &json!(2));
    let (code, said) = refusal(&["train", "--out", path(&run), "--start-from", path(other.path())]);
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("its config.json is not that of a new run: text_depth is 2, expected 3"), "{said}");
}

#[test]
fn training_starts_from_no_weights_of_another_shape() {
    let out = tempfile::tempdir().expect("a temporary folder");
    let start = |folder: &Path| {
        let run = out.path().join("run");
        refusal(&["train", "--out", path(&run), "--steps", "1", "--batch", "8", "--start-from", path(folder)])
    };
    let other = copy();
    weights(other.path(), |name, tensor| match name {
        "text_pool.weight" => Some(HostTensor::zeros([3, 5])),
        _ => Some(tensor),
    });
    let (code, said) = start(other.path());
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("`text_pool.weight` has shape [3,5] of F32, expected [512,128] of F32"), "{said}");
    let deeper = copy();
    set(deeper.path(), "text_depth", &json!(1u64 << 40));
    let (code, said) = start(deeper.path());
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("config.json: text_depth is 1099511627776, expected 1 to 256"), "{said}");
}

#[test]
fn a_damaged_run_does_not_go_on() {
    let config: Value =
        serde_json::from_slice(&fs::read(format!("{SHIPPED}/config.json")).expect("a file")).expect("JSON");
    let schedule = json!({ "peak": 0.001, "warmup": 1, "pictures": 0, "writing": 0, "steps": 2, "decay": 1 });
    let state = json!({ "config": config, "schedule": schedule, "seed": 1, "batch": 8, "step": 1 });
    let resume = |state: &Value, tensors: &[(&str, HostTensor)]| {
        let out = tempfile::tempdir().expect("a temporary folder");
        let named = tensors.iter().map(|(name, tensor)| (*name, tensor));
        let bytes = to_bytes(named, &[("run", &state.to_string())], Floats::F32).expect("tensors");
        fs::write(out.path().join("checkpoint.safetensors"), bytes).expect("a file");
        let (code, said) = refusal(&["train", "--resume", "--out", path(out.path())]);
        assert_eq!(code, Some(2), "{said}");
        said
    };
    let changed = |pointer: &str, value: Value| {
        let mut state = state.clone();
        *state.pointer_mut(pointer).expect("a field") = value;
        resume(&state, &[])
    };
    assert!(changed("/config/heads", json!(0)).contains("heads is 0, expected 1 to 128"));
    assert!(changed("/batch", json!(0)).contains("batch is 0, expected a multiple of 8"));
    assert!(changed("/schedule/steps", json!(u64::MAX)).contains("steps, expected at most"));
    let scale = |value: f32| ("logit_scale", HostTensor::f32([1], vec![value]));
    assert!(resume(&state, &[scale(1.0)]).contains("` is not there"));
    assert!(resume(&state, &[scale(f32::NAN)]).contains("`logit_scale` in "));
    let other = ("logit_scale", HostTensor::zeros([2]));
    assert!(resume(&state, &[other]).contains("`logit_scale` has shape [2] of F32, expected [1] of F32"));
    assert!(
        resume(&state, &[("nonsense", HostTensor::zeros([1]))]).contains("`nonsense` is not of this model")
    );
    let state = json!({ "config": { "model_type": "x" } });
    assert!(resume(&state, &[]).contains("is no checkpoint of a training run"));
}
