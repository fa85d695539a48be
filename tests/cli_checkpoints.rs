//! The commands on the folders of published classes: what they print, and what they refuse.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::{Value, json};
use triptych::io::safetensors::SafetensorsFile;
use triptych::tensor::HostTensor;

const FOLDER: &str = "tests/goldens/checkpoints";
const WIDE: &str = "tests/goldens/checkpoints/wide.png";
const TALL: &str = "tests/goldens/checkpoints/tall.png";

fn triptych(model: &str, arguments: &[&str]) -> Output {
    // An absolute path is joined as it is.
    let model = Path::new(FOLDER).join(model);
    let mut command = Command::new(env!("CARGO_BIN_EXE_triptych"));
    command.args(arguments).arg("--model").arg(model).args(["--backend", "cpu", "--json"]);
    command.output().expect("the program starts")
}

fn answered(model: &str, arguments: &[&str]) -> Value {
    let output = triptych(model, arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("standard output holds one JSON document and nothing else")
}

fn golden(model: &str, name: &str) -> HostTensor {
    let path = format!("{FOLDER}/{model}/reference.safetensors");
    let file = SafetensorsFile::new(&path, std::fs::read(&path).expect("a reference")).expect("a reference");
    file.tensor(name).expect("a golden")
}

fn numbers(value: &Value) -> Vec<f32> {
    match value {
        Value::Array(values) => values.iter().flat_map(numbers).collect(),
        number => vec![number.as_f64().expect("a number") as f32],
    }
}

fn near(got: &[f32], want: &[f32]) {
    assert_eq!(got.len(), want.len());
    assert!(got.iter().zip(want).all(|(got, want)| (got - want).abs() < 2e-4), "{got:?}, expected {want:?}");
}

#[test]
fn weights_may_be_kept_in_fewer_bits() {
    for model in ["clip_gelu", concat!(env!("CARGO_MANIFEST_DIR"), "/public/models/playroom")] {
        let embed = |weights: &str| {
            numbers(&answered(model, &["embed", "--image", WIDE, "--weights", weights])["image_embeds"])
        };
        let (whole, half, eighth) = (embed("f32"), embed("f16"), embed("int8"));
        let apart = |other: &[f32]| whole.iter().zip(other).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(0.0 < apart(&half) && apart(&half) < apart(&eighth) && apart(&eighth) < 0.05, "{model}");
    }
}

#[test]
fn clip_tells_which_sentence_fits() {
    let sentences = ["a cat", "Two DOGS on a càt"];
    let found =
        answered("clip_gelu", &["embed", "--image", WIDE, TALL, "--text", sentences[0], sentences[1]]);
    near(&numbers(&found["image_embeds"]), golden("clip_gelu", "out.image_embeds").as_f32());
    near(&numbers(&found["logits_per_image"]), golden("clip_gelu", "out.logits_per_image").as_f32());
    for row in found["probabilities_per_image"].as_array().expect("rows") {
        assert!((numbers(row).iter().sum::<f32>() - 1.0).abs() < 1e-5);
    }
    let found = answered("clip_gelu", &["retrieve", "--images", FOLDER, "--text", sentences[0]]);
    let cosines = golden("clip_gelu", "out.logits_per_image");
    let wide_first = cosines.as_f32()[0] > cosines.as_f32()[2];
    let best = found["results"][0]["file"].as_str().expect("a file");
    assert_eq!(best.ends_with("wide.png"), wide_first, "{found}");
}

#[test]
fn blip_writes_answers_and_judges() {
    let caption = answered("blip_caption", &["caption", "--image", WIDE, "--max-new-tokens", "10"]);
    let row = golden("blip_caption", "out.greedy_ids");
    assert_eq!(numbers(&caption["ids"]), row.as_u32()[..11].iter().map(|id| *id as f32).collect::<Vec<_>>());
    assert!(!caption["caption"].as_str().expect("words").is_empty());
    let begun = answered(
        "blip_caption",
        &["caption", "--image", WIDE, "--prompt", "a cat", "--max-new-tokens", "10"],
    );
    let row = golden("blip_caption", "out.greedy_prompt_ids");
    assert_eq!(numbers(&begun["ids"]), row.as_u32()[..13].iter().map(|id| *id as f32).collect::<Vec<_>>());
    assert!(begun["caption"].as_str().expect("words").starts_with("a cat"));
    let answer = answered(
        "blip_answer",
        &["answer", "--image", TALL, "--question", "Two DOGS on a càt", "--max-new-tokens", "10"],
    );
    let row = golden("blip_answer", "out.answer_ids");
    assert_eq!(numbers(&answer["ids"]), row.as_u32()[11..].iter().map(|id| *id as f32).collect::<Vec<_>>());
    let judged = answered("blip_match", &["match", "--image", WIDE, "--text", "a cat"]);
    near(&numbers(&judged["itm_logits"]), &golden("blip_match", "out.itm_score").as_f32()[..2]);
    near(&numbers(&judged["probability"]), &golden("blip_match", "out.itm_probs").as_f32()[1..2]);
}

#[test]
fn maps_stand_under_their_parameter_paths() {
    let caption = "text_decoder.bert.encoder.layer.1.crossattention.self";
    let question = "text_encoder.encoder.layer.1.crossattention.self";
    // Start token and two words; two special tokens around the words; no text that reads.
    let cases = [
        ("blip_caption", caption, vec![3, 3, 16]),
        ("blip_answer", question, vec![3, 4, 16]),
        ("blip_match", question, vec![3, 4, 16]),
        ("clip_gelu", "vision_model.encoder.layers.1.self_attn", vec![4, 16, 16]),
        ("siglip", "vision_model.encoder.layers.1.self_attn", vec![3, 16, 16]),
    ];
    for (model, path, shape) in cases {
        let out = tempfile::tempdir().expect("a temporary folder");
        let folder = out.path().to_str().expect("a plain name");
        let reads = !path.starts_with("vision");
        let text: &[&str] = if reads { &["--text", "a cat"] } else { &[] };
        let found = answered(model, &[&["attend", "--image", WIDE, "--out", folder], text].concat());
        assert_eq!(found["maps"].as_array().expect("maps").len(), if reads { 4 } else { 2 }, "{model}");
        let bytes = std::fs::read(out.path().join("attention.safetensors")).expect("maps");
        let file = SafetensorsFile::new("attention", bytes).expect("maps");
        let map = file.tensor(&format!("{path}.attention_probs")).expect("a map");
        assert_eq!(map.shape[..], shape, "{model}");
        if model == "blip_caption" {
            let want = golden(model, "out.cross_attention.1");
            let rows = map.as_f32().chunks(16).zip(want.as_f32().chunks(17));
            rows.for_each(|(got, want)| near(got, &want[1..]));
        }
        let overlays = std::fs::read_dir(out.path()).expect("a folder").count() - 1;
        assert_eq!(overlays, if reads { 4 } else { 0 }, "two layers, two words");
    }
}

#[test]
fn what_a_model_cannot_do_is_refused() {
    let out = tempfile::tempdir().expect("a temporary folder");
    let out = out.path().to_str().expect("a plain name");
    let attend = ["attend", "--image", WIDE, "--out", out, "--text", "a cat"];
    let cases: [(&str, &[&str], &str); 8] = [
        ("clip_gelu", &attend, "--text has no effect"),
        ("siglip", &attend, "--text has no effect"),
        ("blip_caption", &attend[..5], "--text is missing"),
        ("clip_gelu", &["caption", "--image", WIDE], "this needs a BlipForConditionalGeneration"),
        ("blip_caption", &["embed", "--image", WIDE], "not tuned for retrieval"),
        ("siglip", &["embed", "--text", "a cat"], "has no tokenizer"),
        ("siglip", &["eval"], "siglip: this command runs Playroom models only"),
        ("clip_gelu", &["embed", "--image", "nowhere.png"], "nowhere.png"),
    ];
    for (model, arguments, expected) in cases {
        let output = triptych(model, arguments);
        let message = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {message}");
        assert!(output.stdout.is_empty() && message.contains(expected), "{arguments:?}: {message}");
    }
}

/// A copy of a golden folder, with JSON files of it replaced.
fn changed(model: &str, files: &[(&str, Value)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for entry in std::fs::read_dir(format!("{FOLDER}/{model}")).expect("a folder") {
        let path = entry.expect("an entry").path();
        std::fs::copy(&path, folder.path().join(path.file_name().expect("a name"))).expect("a copy");
    }
    for (file, json) in files {
        std::fs::write(folder.path().join(file), json.to_string()).expect("a file");
    }
    folder
}

fn run(folder: &tempfile::TempDir, arguments: &[&str]) -> (Option<i32>, Value, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_triptych"));
    let output =
        command.args(arguments).args(["--backend", "cpu", "--json", "--model"]).arg(folder.path()).output();
    let output = output.expect("the program starts");
    let stderr = String::from_utf8_lossy(&output.stderr).to_string();
    (output.status.code(), serde_json::from_slice(&output.stdout).unwrap_or_default(), stderr)
}

#[test]
fn what_was_taken_by_default_is_told_on_standard_error() {
    let (_, plain, _) = run(&changed("clip_gelu", &[]), &["embed", "--image", WIDE]);
    let own = json!({ "size": 32, "crop_size": 32, "image_processor_type": "CLIPImageProcessor" });
    let folder = changed("clip_gelu", &[("preprocessor_config.json", own)]);
    let (code, found, told) = run(&folder, &["embed", "--image", WIDE]);
    assert_eq!((code, &found), (Some(0), &plain));
    assert!(told.starts_with("note: preprocessor_config.json leaves out do_resize, resample, "), "{told}");
    let own = json!({ "size": 32, "crop_size": 33, "image_processor_type": "CLIPImageProcessor" });
    let (code, found, told) =
        run(&changed("clip_gelu", &[("preprocessor_config.json", own)]), &["embed", "--image", WIDE]);
    assert_eq!((code, found), (Some(2), Value::Null));
    assert!(told.contains("crop_size is 33 x 33; vision_config.image_size of config.json is 32"), "{told}");
}

#[test]
fn a_model_writes_as_its_generation_config_says_unless_the_caller_does() {
    let ids = |found: &Value| numbers(&found["ids"]).iter().map(|id| *id as u32).collect::<Vec<_>>();
    let whole = |name: &str| {
        let row = golden("blip_caption", name);
        row.as_u32()[..row.shape.last()].iter().copied().take_while(|id| *id != 3).collect::<Vec<_>>()
    };
    let folder = changed(
        "blip_caption",
        &[("generation_config.json", json!({ "num_beams": 3, "max_length": 11, "repetition_penalty": 1.2 }))],
    );
    let caption = |arguments: &[&str]| {
        let (code, found, told) = run(&folder, &[&["caption", "--image", WIDE], arguments].concat());
        assert_eq!(code, Some(0), "{told}");
        assert!(
            told.starts_with("note: generation_config.json: this is not followed: repetition_penalty 1.2"),
            "{told}"
        );
        ids(&found)
    };
    let ended = |mut ids: Vec<u32>| {
        ids.truncate(ids.iter().position(|id| *id == 3).unwrap_or(ids.len()));
        ids
    };
    assert_eq!(ended(caption(&[])), whole("out.beam3_ids"));
    assert_eq!(ended(caption(&["--beams", "1"])), whole("out.greedy_ids"));
    assert_eq!(caption(&["--max-new-tokens", "2"]).len(), 3);
    let (code, _, told) = run(
        &changed("blip_caption", &[("generation_config.json", json!({ "num_beams": 0 }))]),
        &["caption", "--image", WIDE],
    );
    assert_eq!(code, Some(2));
    assert!(told.contains("generation_config.json: num_beams is 0, expected 1 to 16"), "{told}");
}

#[test]
fn a_conversion_is_measured_on_the_pictures_that_can_be_used() {
    let (folder, out) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let names = |name: &str| folder.path().join(name);
    std::fs::create_dir(names("more")).expect("a folder");
    std::fs::copy(WIDE, names("more/wide")).expect("a copy");
    std::fs::copy(TALL, names("tall.png")).expect("a copy");
    std::fs::write(names("empty.png"), []).expect("a file");
    let png = std::fs::read(WIDE).expect("a picture");
    std::fs::write(names("half.png"), &png[..png.len() / 2]).expect("a file");
    let convert = |pictures: &std::path::Path, more: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_triptych"));
        command.args(["convert", &format!("{FOLDER}/clip_gelu"), "--precision", "int8", "--json"]).args(more);
        command
            .arg(out.path().join("made"))
            .arg("--measure")
            .arg(pictures)
            .output()
            .expect("the program starts")
    };
    let output = convert(&names("nowhere"), &[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(!out.path().join("made").exists(), "nothing is written where the pictures are not there");
    let output = convert(folder.path(), &[]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let found: Value = serde_json::from_slice(&output.stdout).expect(&said);
    assert_eq!(found["effect"]["pictures"], 2, "{found}");
    let skipped = found["effect"]["skipped"].as_array().expect("a list");
    assert_eq!(skipped.len(), 2, "{found}");
    for (skipped, name) in skipped.iter().zip(["empty.png", "half.png"]) {
        assert!(skipped["file"].as_str().expect("a file").ends_with(name) && said.contains(name), "{found}");
    }
}
