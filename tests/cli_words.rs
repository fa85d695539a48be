//! The commands on folders whose words are broken, too long or of another case.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::{Value, json};
use tempfile::TempDir;

const GOLDENS: &str = "tests/goldens/checkpoints";
const WIDE: &str = "tests/goldens/checkpoints/wide.png";

/// A copy of a small checkpoint with other files put into it.
fn folder(model: &str, others: &[(&str, &str)]) -> TempDir {
    let copy = tempfile::tempdir().expect("a temporary folder");
    for entry in fs::read_dir(Path::new(GOLDENS).join(model)).expect("a checkpoint") {
        let entry = entry.expect("a file");
        fs::copy(entry.path(), copy.path().join(entry.file_name())).expect("it can be copied");
    }
    for (name, text) in others {
        fs::write(copy.path().join(name), text).expect("it can be written");
    }
    copy
}

fn triptych(folder: &(impl AsRef<Path> + ?Sized), arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_triptych"));
    command.args(arguments).arg("--model").arg(folder.as_ref()).args(["--backend", "cpu", "--json"]);
    command.output().expect("the program starts")
}

fn answer(output: &Output) -> (Value, String) {
    let message = String::from_utf8_lossy(&output.stderr).to_string();
    assert!(output.status.success(), "{message}");
    (serde_json::from_slice(&output.stdout).expect("one JSON document"), message)
}

/// A tokenizer that tells letters of one case from those of the other.
fn cased() -> Value {
    let vocab =
        [["<pad>", "</s>", "<unk>", "a", "red", "circle"], ["A", "Red", "CIRCLE", "x", "y", "z"]].concat();
    let vocab: serde_json::Map<_, _> =
        vocab.iter().zip(0..).map(|(token, id)| (token.to_string(), json!(id))).collect();
    json!({
        "version": "1.0", "added_tokens": [], "normalizer": null, "pre_tokenizer": { "type": "WhitespaceSplit" },
        "post_processor": null, "decoder": null,
        "model": { "type": "WordLevel", "unk_token": "<unk>", "vocab": vocab },
    })
}

#[test]
fn a_broken_tokenizer_is_refused_in_a_sentence() {
    let whole = cased().to_string();
    let mut empty = cased();
    empty["normalizer"] = json!({ "type": "Replace", "pattern": { "String": "" }, "content": "x" });
    let cut = &whole[..whole.len() - 30];
    for (file, reason) in [(cut, "EOF"), (&empty.to_string(), "an empty pattern")] {
        let output = triptych(&folder("siglip", &[("tokenizer.json", file)]), &["embed", "--text", "a"]);
        let message = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{message}");
        assert!(
            message.contains("tokenizer.json is not a tokenizer") && message.contains(reason),
            "{message}"
        );
        assert!(!message.contains("panicked"), "{message}");
    }
}

#[test]
fn an_end_that_no_text_has_is_refused() {
    let path = Path::new(GOLDENS).join("clip_gelu/config.json");
    let mut config: Value = serde_json::from_slice(&fs::read(path).expect("a file")).expect("JSON");
    config["text_config"]["eos_token_id"] = json!(5);
    let changed = folder("clip_gelu", &[("config.json", &config.to_string())]);
    let output = triptych(&changed, &["embed", "--text", "a"]);
    let message = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{message}");
    assert!(message.contains("a text ends in the token 5, which the tokenizer puts into none"), "{message}");
}

#[test]
fn words_of_either_case_are_equal_where_the_folder_says_so() {
    let logits = |settings: Value| {
        let files =
            [("tokenizer.json", cased().to_string()), ("tokenizer_config.json", settings.to_string())];
        let folder = folder("siglip", &files.each_ref().map(|(name, text)| (*name, text.as_str())));
        let arguments = ["embed", "--image", WIDE, "--text", "A Red CIRCLE", "a red circle"];
        let row = answer(&triptych(&folder, &arguments)).0["logits_per_image"][0].clone();
        [0, 1].map(|i| row[i].as_f64().expect("a number"))
    };
    let [upper, lower] = logits(json!({ "do_lower_case": true, "tokenizer_class": "GemmaTokenizer" }));
    assert_eq!(upper, lower);
    let [upper, lower] = logits(json!({ "tokenizer_class": "Siglip2Tokenizer" }));
    assert_eq!(upper, lower);
    let [upper, lower] = logits(json!({}));
    assert_ne!(upper, lower);
}

#[test]
fn a_text_that_is_cut_is_told_with_its_figures() {
    let long = "a cat ".repeat(40);
    let clip = folder("clip_gelu", &[]);
    let (found, message) = answer(&triptych(&clip, &["embed", "--text", "a cat", &long]));
    let cut = &found["cut"][0];
    assert_eq!((found["cut"].as_array().map(Vec::len), &cut["read"]), (Some(1), &json!(20)));
    let tokens = cut["tokens"].as_u64().expect("a number");
    assert!(
        tokens > 80 && message.contains(&format!("has {tokens} tokens; the model reads 20 of them")),
        "{message}"
    );
    assert!(long.starts_with(cut["text"].as_str().expect("a text")));
    let end = cut["end"].as_str().expect("a text");
    assert!(message.contains(&format!("up to \"...{end}\"")) && long.contains(end), "{message}");
    let pictures = tempfile::tempdir().expect("a temporary folder");
    fs::copy(WIDE, pictures.path().join("wide.png")).expect("it can be copied");
    let images = pictures.path().to_str().expect("a plain name");
    for (model, arguments) in [
        ("clip_gelu", vec!["retrieve", "--images", images, "--text", &long]),
        ("blip_match", vec!["match", "--image", WIDE, "--text", &long]),
        ("blip_answer", vec!["answer", "--image", WIDE, "--question", &long]),
        ("blip_caption", vec!["caption", "--image", WIDE, "--prompt", &long]),
        ("blip_match", vec!["attend", "--image", WIDE, "--out", images, "--text", &long]),
    ] {
        let (found, message) = answer(&triptych(&folder(model, &[]), &arguments));
        assert_eq!(found["cut"].as_array().map(Vec::len), Some(1), "{model}: {found}");
        assert!(message.contains("tokens; the model reads"), "{model}: {message}");
    }
}

#[test]
fn words_that_playroom_has_never_read_are_told_by_every_command() {
    let maps = tempfile::tempdir().expect("a temporary folder");
    let out = maps.path().to_str().expect("a plain name");
    let text = "es gibt a big ball";
    for arguments in [
        vec!["embed", "--text", text],
        vec!["match", "--image", WIDE, "--text", text],
        vec!["answer", "--image", WIDE, "--question", text],
        vec!["caption", "--image", WIDE, "--prompt", text],
        vec!["attend", "--image", WIDE, "--out", out, "--text", text],
    ] {
        let shipped = concat!(env!("CARGO_MANIFEST_DIR"), "/public/models/playroom");
        let (found, message) = answer(&triptych(shipped, &arguments));
        assert_eq!(found["unknown"], json!([{ "text": text, "words": ["es", "gibt"] }]), "{arguments:?}");
        assert!(message.contains("\"es\", \"gibt\": words that are not in the vocabulary"), "{message}");
    }
}

#[test]
fn a_text_of_which_no_token_is_left_is_refused() {
    // Letters that are in no vocabulary and no unknown token to stand for them.
    let mut tokenizer = cased();
    tokenizer["model"] = json!({ "type": "BPE", "vocab": { "a": 0 }, "merges": [] });
    let folder = folder("siglip", &[("tokenizer.json", &tokenizer.to_string())]);
    assert_eq!(answer(&triptych(&folder, &["embed", "--text", "a"])).0["cut"], json!([]));
    for texts in [&["\u{65e5}\u{672c}"][..], &["a", "\u{65e5}"]] {
        let output = triptych(&folder, &[&["embed", "--text"], texts].concat());
        let message = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{message}");
        assert!(message.contains("no token is left of it"), "{message}");
    }
    assert_eq!(triptych(&folder, &["embed", "--text", "a", " "]).status.code(), Some(2));
}

#[test]
fn a_file_without_end_or_that_is_none_is_refused_before_it_is_read() {
    let refused = |folder: &TempDir, expected: &str| {
        let output = triptych(folder, &["embed", "--text", "a"]);
        let message = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{message}");
        assert!(message.contains(expected), "{message}, expected {expected}");
    };
    for (file, most) in [
        ("config.json", "16777216"),
        ("preprocessor_config.json", "16777216"),
        ("tokenizer_config.json", "16777216"),
        ("tokenizer.json", "67108864"),
    ] {
        let folder = folder("siglip", &[]);
        let endless = fs::File::create(folder.path().join(file)).expect("a file");
        endless.set_len(1 << 40).expect("a file with a hole");
        let expected =
            format!("{file} cannot be read: 1099511627776 bytes; at most {most} are read of such a file");
        refused(&folder, &expected);
    }
    let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 34\n";
    refused(
        &folder("siglip", &[("tokenizer.json", pointer)]),
        "tokenizer.json cannot be read: it is only a Git LFS pointer",
    );
    let page = "<!doctype html><title>Not found</title>";
    refused(
        &folder("siglip", &[("config.json", page)]),
        "config.json cannot be read: it is not there: a web page",
    );
    refused(&folder("siglip", &[("model.safetensors", page)]), "model.safetensors is not there: a web page");
}
