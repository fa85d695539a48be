//! The command line as its users meet it: documents, files, exit codes.

#[path = "cli/folders.rs"]
mod folders;
#[path = "cli/lab.rs"]
mod lab;
#[path = "cli/output.rs"]
mod output;
#[path = "cli/pictures.rs"]
mod pictures;
#[path = "cli/refusals.rs"]
mod refusals;
#[path = "cli/scenes.rs"]
mod scenes;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;
use triptych::io::file_lock::FileLock;
use triptych::io::safetensors::SafetensorsFile;

fn triptych(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_triptych")).args(arguments).output().expect("the program starts")
}

/// The one JSON document on standard output.
fn json(arguments: &[&str]) -> Value {
    let output = triptych(&[arguments, &["--json"]].concat());
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {errors}");
    serde_json::from_slice(&output.stdout).expect("standard output holds one JSON document and nothing else")
}

/// The exit code, and what standard error says.
fn failure(arguments: &[&str]) -> (Option<i32>, String) {
    let output = triptych(arguments);
    assert!(output.stdout.is_empty(), "{arguments:?} prints on standard output");
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

const CPU: [&str; 2] = ["--backend", "cpu"];

/// Eight scenes of `test` in a folder that goes with the test.
fn scenes() -> (TempDir, Value) {
    let folder = tempfile::tempdir().expect("a folder");
    let document =
        json(&["scene", "--split", "test", "--seed", "3", "--count", "8", "--out", path(folder.path())]);
    (folder, document)
}

fn path(path: &Path) -> &str {
    path.to_str().expect("temporary paths are text")
}

fn lines(path: PathBuf) -> Vec<Value> {
    let text = fs::read_to_string(path).expect("the file is there");
    text.lines().map(|line| serde_json::from_str(line).expect("a line is a document")).collect()
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().expect("a list").iter().map(|number| number.as_f64().expect("a number")).collect()
}

#[test]
fn scenes_come_with_pictures_masks_captions_and_questions() {
    let (folder, document) = scenes();
    let captions = lines(folder.path().join("captions.jsonl"));
    let questions = lines(folder.path().join("questions.jsonl"));
    let listed: Value = serde_json::from_slice(&fs::read(folder.path().join("scene.json")).unwrap()).unwrap();
    assert_eq!(listed, document);
    let scenes = document["scenes"].as_array().unwrap();
    assert_eq!(scenes.len(), 8);
    for scene in scenes {
        let file = scene["file"].as_str().unwrap();
        let picture = image::open(folder.path().join(file)).unwrap().to_rgb8();
        assert_eq!(picture.dimensions(), (64, 64));
        let objects = scene["scene"]["objects"].as_array().unwrap().len();
        for object in 0..objects {
            let mask = folder.path().join(file.replace(".png", &format!(".mask.{object}.png")));
            let mask = image::open(mask).unwrap().to_luma8();
            assert!(mask.pixels().any(|p| p.0[0] == 255) && mask.pixels().any(|p| p.0[0] == 0));
        }
        assert!(captions.iter().any(|caption| caption["file"] == file && caption["style"] == "full"));
        assert!(questions.iter().any(|question| question["file"] == file));
    }
}

#[test]
fn embeddings_are_unit_vectors_and_logits_their_scaled_cosines() {
    let (folder, _) = scenes();
    let (a, b) = (folder.path().join("0000.png"), folder.path().join("0001.png"));
    let texts = ["a red circle", "there are two blue stars", "no ring"];
    let document =
        json(&[&["embed", "--image", path(&a), path(&b), "--text"], &texts[..], &CPU[..]].concat());
    let rows = |key: &str| document[key].as_array().unwrap().iter().map(numbers).collect::<Vec<_>>();
    let (images, texts, logits) = (rows("image_embeds"), rows("text_embeds"), rows("logits_per_image"));
    assert_eq!((images.len(), texts.len(), logits.len(), logits[0].len()), (2, 3, 2, 3));
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    for vector in images.iter().chain(&texts) {
        assert!((dot(vector, vector) - 1.0).abs() < 1e-4);
    }
    let scale = logits[0][0] / dot(&images[0], &texts[0]);
    for (image, row) in images.iter().zip(&logits) {
        for (text, logit) in texts.iter().zip(row) {
            assert!((logit - scale * dot(image, text)).abs() < 1e-2 * scale.abs(), "{logit}");
        }
    }
}

#[test]
fn a_full_caption_finds_its_picture_and_a_picture_itself() {
    let (folder, _) = scenes();
    let captions = lines(folder.path().join("captions.jsonl"));
    let full = captions.iter().find(|c| c["file"] == "0004.png" && c["style"] == "full").unwrap();
    let find = |by: &[&str]| {
        let document =
            json(&[&["retrieve", "--images", path(folder.path()), "--top", "3"], by, &CPU[..]].concat());
        let results = document["results"].as_array().unwrap().clone();
        assert_eq!(results.len(), 3);
        let scores: Vec<f64> = results.iter().map(|result| result["score"].as_f64().unwrap()).collect();
        assert!(scores.is_sorted_by(|a, b| a >= b));
        results[0]["file"].as_str().unwrap().to_string()
    };
    assert!(find(&["--text", full["text"].as_str().unwrap()]).ends_with("0004.png"));
    assert!(find(&["--image", path(&folder.path().join("0002.png"))]).ends_with("0002.png"));
}

#[test]
fn captions_are_written_greedily_by_beam_and_by_chance() {
    let (folder, _) = scenes();
    let picture = folder.path().join("0000.png");
    let write = |how: &[&str]| json(&[&["caption", "--image", path(&picture)], how, &CPU[..]].concat());
    let greedy = write(&[]);
    let ids = numbers(&greedy["ids"]);
    // The third and fourth of the tokenizer's special tokens.
    let (start, end) = (2.0, 3.0);
    assert_eq!((ids[0], ids[ids.len() - 1]), (start, end));
    assert_eq!(ids.iter().filter(|&&id| id == end).count(), 1, "nothing follows the first end token");
    assert!(numbers(&greedy["logprobs"]).iter().all(|logprob| *logprob <= 0.0));
    let cut = write(&["--max-new-tokens", "3"]);
    assert_eq!(numbers(&cut["logprobs"]).len(), 3);
    assert_eq!(numbers(&cut["ids"])[0], start);
    let prompted = write(&["--prompt", "a small"]);
    assert!(prompted["caption"].as_str().unwrap().starts_with("a small "));
    assert_eq!(write(&["--beams", "1"]), greedy, "a beam of one is greedy");
    assert_eq!(numbers(&write(&["--beams", "4"])["ids"]).last(), Some(&end));
    let sample = |seed: &str| write(&["--temperature", "1.5", "--seed", seed])["caption"].clone();
    assert_eq!(sample("5"), sample("5"));
    let drawn: std::collections::HashSet<String> =
        (0..6).map(|seed| sample(&seed.to_string()).to_string()).collect();
    assert!(drawn.len() > 1, "another seed draws otherwise: {drawn:?}");
}

#[test]
fn questions_are_answered_and_sentences_matched() {
    let (folder, document) = scenes();
    let picture = folder.path().join("0001.png");
    let count = document["scenes"][1]["scene"]["objects"].as_array().unwrap().len();
    let word = ["zero", "one", "two", "three", "four", "five"][count];
    let arguments = ["answer", "--image", path(&picture), "--question", "how many objects are there?"];
    let answer = json(&[&arguments[..], &CPU[..]].concat());
    assert_eq!(answer["answer"], word);
    assert_eq!(numbers(&answer["logprobs"]).len(), 2, "the number and the end");
    let captions = lines(folder.path().join("captions.jsonl"));
    let full = |file: &str| {
        let own = captions.iter().find(|c| c["file"] == file && c["style"] == "full").unwrap();
        own["text"].as_str().unwrap().to_string()
    };
    let probability = |text: &str| {
        let document = json(&[&["match", "--image", path(&picture), "--text", text], &CPU[..]].concat());
        let logits = numbers(&document["itm_logits"]);
        let probability = document["probability"].as_f64().unwrap();
        assert!((probability - 1.0 / (1.0 + (logits[0] - logits[1]).exp())).abs() < 1e-5);
        probability
    };
    assert!(probability(&full("0001.png")) > 0.5 && probability(&full("0002.png")) < 0.5);
}

#[test]
fn attention_is_written_by_parameter_path_with_overlays() {
    let (folder, _) = scenes();
    let out = tempfile::tempdir().unwrap();
    let picture = folder.path().join("0000.png");
    let arguments =
        ["attend", "--image", path(&picture), "--text", "a red circle", "--out", path(out.path())];
    let document = json(&[&arguments[..], &CPU[..]].concat());
    let bytes = fs::read(out.path().join("attention.safetensors")).unwrap();
    let file = SafetensorsFile::new("attention.safetensors", bytes).unwrap();
    assert_eq!(file.names().len(), document["maps"].as_array().unwrap().len());
    for role in ["vision.blocks.0.self_attn", "matcher.blocks.0.cross_attn", "decoder.blocks.0.cross_attn"] {
        let map = file.tensor(&format!("{role}.attention_probs")).unwrap();
        let keys = map.shape[2];
        assert_eq!(keys, 64, "{role}");
        assert!(map.as_f32().chunks(keys).all(|row| (row.iter().sum::<f32>() - 1.0).abs() < 1e-3), "{role}");
    }
    let overlays = fs::read_dir(out.path()).unwrap().flatten();
    let reds = overlays.filter(|entry| entry.file_name().to_string_lossy().ends_with(".red.png")).count();
    assert_eq!(reds, 8, "an overlay for every layer of the matcher and of the decoder");
}

#[test]
fn every_figure_is_measured() {
    let arguments = ["eval", "--split", "val", "--seed", "8", "--count", "4"];
    let document = json(&[&arguments[..], &CPU[..]].concat());
    assert_eq!(
        (&document["split"], &document["seed"], &document["count"]),
        (&"val".into(), &8.into(), &4.into())
    );
    let keys = [
        "/text_to_image/recall@1",
        "/text_to_image/recall@5",
        "/text_to_image/recall@10",
        "/text_to_image/mrr",
        "/text_to_image/reranked_recall@1",
        "/image_to_text/recall@1",
        "/hard/embedding",
        "/hard/matching",
        "/caption/statement_precision",
        "/caption/object_recall",
        "/caption/bleu@4",
        "/caption/rouge_l",
        "/question/accuracy",
        "/question/question_only_accuracy",
        "/question/by_kind/count/accuracy",
        "/pointing/accuracy",
        "/pointing/random",
        "/pointing/centre",
        "/swap/text",
        "/swap/image",
        "/swap/group",
    ];
    for key in keys {
        let value = document.pointer(key).and_then(Value::as_f64);
        assert!(value.is_some_and(|value| (0.0..=1.0).contains(&value)), "{key}: {value:?}");
    }
    assert!(document["caption"]["cider"].is_number());
    assert_eq!(json(&[&arguments[..], &CPU[..]].concat()), document, "equal bits");
}

#[test]
fn a_second_process_in_a_folder_is_refused() {
    let out = tempfile::tempdir().unwrap();
    let run = out.path().join("run");
    let lock = FileLock::take(&run.join(".lock")).unwrap();
    let train = ["train", "--out", path(&run), "--steps", "1"];
    let (code, said) = failure(&[&train[..], &CPU].concat());
    assert_eq!(code, Some(2));
    assert!(said.contains("run: another process is training there"), "{said}");
    assert!(!run.join("log.csv").exists());
    drop(lock);

    let made = out.path().join("made");
    let _lock = FileLock::take(&out.path().join(".made.lock")).unwrap();
    let checkpoint = "tests/goldens/checkpoints/clip_gelu";
    let (code, said) = failure(&["convert", checkpoint, path(&made), "--precision", "f16"]);
    assert_eq!(code, Some(2));
    assert!(said.contains("made: another process is writing it"), "{said}");
}
