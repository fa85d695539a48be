//! Small checkpoints of every class against what transformers computed (`python/checkpoint_goldens.py`).

#[path = "checkpoints/mod.rs"]
mod checkpoints;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use pollster::block_on;
use tempfile::TempDir;

use checkpoints::reference::{Form, Subject};
use checkpoints::{check_folder, compare};
use triptych::infer::{Job, VisionLanguageModel};
use triptych::io::file::Folder;
use triptych::io::image::decode;
use triptych::io::safetensors::{Floats, SafetensorsFile, to_bytes};
use triptych::pixels::Pixels;
use triptych::precision::Precision;
use triptych::tensor::{Data, HostTensor};

const MODELS: [&str; 6] =
    ["clip_quick_gelu", "clip_gelu", "siglip", "blip_caption", "blip_answer", "blip_match"];

fn goldens() -> PathBuf {
    PathBuf::from("tests/goldens/checkpoints")
}

fn agree(form: Form) {
    for name in MODELS {
        let outcome = check_folder(&goldens().join(name), form);
        println!("{name} {form:?}: {} goldens, worst {:?}", outcome.compared, outcome.worst);
        assert!(outcome.compared > 5, "{name}: {} goldens", outcome.compared);
        assert!(outcome.failures.is_empty(), "{name}:\n{}", outcome.failures.join("\n"));
    }
}

#[test]
fn the_cpu_computes_what_transformers_does() {
    agree(Form::Cpu);
}

#[test]
fn the_gpu_computes_what_transformers_does() {
    agree(Form::Gpu);
}

/// Puts the middle element of a golden off by a few times what is tolerated, or one id.
fn alter(subject: &mut Subject, name: &str) {
    let tolerance = subject.form.tolerance(name);
    match &mut subject.tensors.get_mut(name).expect(name).data {
        Data::F32(values) => {
            let middle = values.len() / 2;
            values[middle] += 4.0 * tolerance * values[middle].abs().max(1.0);
        }
        Data::U32(ids) => ids[1] += 1,
    }
}

#[test]
fn every_wrong_golden_is_found() {
    for name in MODELS {
        let mut subject = Subject::open(&goldens().join(name), Form::Cpu);
        let all: Vec<String> =
            subject.tensors.keys().filter(|golden| golden.starts_with("out.")).cloned().collect();
        all.iter().for_each(|golden| alter(&mut subject, golden));
        compare(&mut subject);
        let failures = subject.outcome().failures;
        let named = failures.iter().map(|failure| failure.split([':', ',']).next().expect("a name"));
        let found: BTreeSet<&str> = named.collect();
        assert_eq!(found, all.iter().map(String::as_str).collect(), "{name}");
    }
}

fn pictures() -> Vec<Pixels> {
    let picture = |name: &str| decode(&fs::read(goldens().join(name)).unwrap()).unwrap().pixels;
    vec![picture("wide.png"), picture("tall.png")]
}

#[test]
fn pictures_and_sentences_become_what_the_model_was_given() {
    for name in MODELS {
        let subject = Subject::open(&goldens().join(name), Form::Cpu);
        let images = &subject.checkpoint.image_processor;
        let fitted: Vec<Pixels> = pictures().iter().map(|picture| images.fit(picture)).collect();
        assert_eq!(&images.pixel_values(&fitted), subject.get("in.pixel_values"), "{name}");
        let Some(tokenizer) = &subject.checkpoint.tokenizer else {
            assert_eq!(name, "siglip");
            continue;
        };
        if subject.has("in.attention_mask") {
            for (i, text) in ["a cat", "Two DOGS on a càt"].into_iter().enumerate() {
                assert_eq!(tokenizer.row(text).unwrap(), subject.row("in.input_ids", i), "{name}");
            }
        }
    }
}

#[test]
fn whole_batches_embed_as_their_parts_do() {
    for name in ["clip_quick_gelu", "clip_gelu", "siglip", "blip_match"] {
        let mut subject = Subject::open(&goldens().join(name), Form::Cpu);
        let three: Vec<Pixels> = pictures().into_iter().chain([pictures().remove(0)]).collect();
        let three: Vec<Pixels> = three.iter().map(|picture| subject.checkpoint.fit(picture)).collect();
        let embeds = block_on(subject.checkpoint.embed_images(&three)).unwrap();
        let image = if name == "blip_match" { "out.image_feat" } else { "out.image_embeds" };
        let size = subject.get(image).shape.numel();
        assert_eq!(embeds.shape[0], 3);
        subject.check_part(image, &embeds.as_f32()[..size], 0);
        subject.check_part(image, &embeds.as_f32()[size..], 0);
        let texts: Vec<Vec<u32>> = (0..2).map(|i| subject.row("in.input_ids", i)).collect();
        let embeds = block_on(subject.checkpoint.embed_texts(&texts)).unwrap();
        let text = if name == "blip_match" { "out.text_feat" } else { "out.text_embeds" };
        subject.check(text, &embeds);
        let failures = subject.outcome().failures;
        let off: Vec<&String> = failures.iter().filter(|f| !f.ends_with("nothing compares it")).collect();
        assert!(off.is_empty(), "{name}: {off:?}");
    }
}

/// Logits `[N, V]` of what follows rows of one length, all their tokens computed at once.
fn whole(checkpoint: &mut VisionLanguageModel, source: usize, rows: &[Vec<u32>]) -> HostTensor {
    let [count, tokens] = [rows.len(), rows[0].len()];
    let ids = HostTensor::u32([count, tokens], rows.concat());
    let last = HostTensor::u32([count], (1..=count).map(|i| (i * tokens - 1) as u32).collect());
    let job = Job::Decode { rows: count, tokens, source };
    let run = block_on(checkpoint.run(job, false, &[("ids", &ids), ("last", &last)])).unwrap();
    block_on(checkpoint.read(&run, "logits")).unwrap()
}

/// Rows go on from what the device keeps of the last ones: of the same, of others in other places, of more, of fewer, of so
/// many tokens that they are kept elsewhere, of none.
#[test]
fn texts_go_on_as_if_they_were_computed_anew() {
    let long =
        |count: u32, id: u32| -> Vec<u32> { [64, 5].into_iter().chain(7..count + 4).chain([id]).collect() };
    let rounds: [&[Vec<u32>]; 14] = [
        &[vec![64, 5, 57]],
        &[vec![64, 5, 57, 9]],
        &[vec![64, 5, 11]],
        &[vec![64, 5, 11]],
        &[vec![64]],
        &[vec![64, 5], vec![64, 6], vec![64, 7]],
        &[vec![64, 7, 1], vec![64, 5, 2], vec![64, 5, 3]],
        &[vec![64, 5, 3, 8], vec![64, 5, 3, 9], vec![64, 7, 1, 9], vec![64, 5, 2, 1], vec![64, 5, 2, 2]],
        &[vec![64, 5, 2, 2, 4], vec![64, 7, 1, 9, 4]],
        &[vec![64, 5, 2, 2, 4]],
        &[long(16, 40), long(16, 41)],
        &[long(17, 42), long(17, 43)],
        &[vec![60, 5], vec![61, 5]],
        // The next picture begins with a part of this text.
        &[vec![64, 5, 57, 9]],
    ];
    for form in [Form::Cpu, Form::Gpu] {
        let mut subject = Subject::open(&goldens().join("blip_caption"), form);
        for picture in pictures() {
            let checkpoint = &mut subject.checkpoint;
            let pixels = checkpoint.image_processor.pixel_values(&[checkpoint.image_processor.fit(&picture)]);
            let source = block_on(checkpoint.encode_image(&pixels)).unwrap();
            for rows in rounds {
                let on = block_on(checkpoint.decode_step(source, rows, false)).unwrap().0;
                let anew = whole(checkpoint, source, rows);
                assert_eq!(on.shape, anew.shape);
                for (on, anew) in on.as_f32().iter().zip(anew.as_f32()) {
                    assert!((on - anew).abs() < 1e-4, "{form:?}, {rows:?}: {on}, anew {anew}");
                }
            }
        }
    }
}

/// What is kept of an answer read another question.
#[test]
fn another_question_is_answered_from_the_start() {
    let mut checkpoint = Subject::open(&goldens().join("blip_answer"), Form::Cpu).checkpoint;
    let pixels = checkpoint.image_processor.pixel_values(&[checkpoint.image_processor.fit(&pictures()[0])]);
    let seen = block_on(checkpoint.encode_image(&pixels)).unwrap();
    let rows = [vec![64, 5, 57]];
    let mut all = Vec::new();
    for words in [[2, 8, 9, 3], [2, 30, 31, 3]] {
        let question = HostTensor::u32([1, words.len()], words.to_vec());
        let source = block_on(checkpoint.encode_question(seen, &question, words.len() as u32)).unwrap();
        let on = block_on(checkpoint.decode_step(source, &rows, false)).unwrap().0;
        let anew = whole(&mut checkpoint, source, &rows);
        let apart = on.as_f32().iter().zip(anew.as_f32()).map(|(on, anew)| (on - anew).abs());
        assert!(apart.fold(0.0, f32::max) < 1e-4, "{words:?}");
        all.push(on);
    }
    let differ = all[0].as_f32().iter().zip(all[1].as_f32()).map(|(a, b)| (a - b).abs());
    assert!(differ.fold(0.0, f32::max) > 1e-2, "the answer reads its question");
}

/// A copy of a golden folder that goes with the test.
fn copy(name: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(goldens().join(name)).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, folder.path().join(path.file_name().unwrap())).unwrap();
    }
    folder
}

fn refusal(folder: &Path) -> String {
    let loaded = VisionLanguageModel::load(Form::Cpu.device(), &Folder(folder.to_path_buf()), Precision::F32);
    loaded.map(|_| ()).expect_err("a broken folder").to_string()
}

fn replace(folder: &Path, file: &str, from: &str, to: &str) {
    let text = fs::read_to_string(folder.join(file)).unwrap();
    assert!(text.contains(from), "{file} has no {from}");
    fs::write(folder.join(file), text.replace(from, to)).unwrap();
}

/// Rewrites the weights with their names and tensors changed.
fn rewrite(folder: &Path, change: impl Fn(String, HostTensor) -> Option<(String, HostTensor)>) {
    let path = folder.join("model.safetensors");
    let file = SafetensorsFile::new("model.safetensors", fs::read(&path).unwrap()).unwrap();
    let tensors = file.names().into_iter().filter_map(|name| {
        let tensor = file.tensor(&name).unwrap();
        change(name, tensor)
    });
    let tensors: Vec<(String, HostTensor)> = tensors.collect();
    let named = tensors.iter().map(|(name, tensor)| (name.as_str(), tensor));
    fs::write(path, to_bytes(named, &[], Floats::F32).unwrap()).unwrap();
}

#[test]
fn a_shared_matrix_may_have_either_name() {
    let folder = copy("blip_caption");
    let (kept, other) = (
        "text_decoder.bert.embeddings.word_embeddings.weight",
        "text_decoder.cls.predictions.decoder.weight",
    );
    rewrite(folder.path(), |name, tensor| match name == kept {
        true => Some((other.to_string(), tensor)),
        false => Some((name, tensor)),
    });
    let outcome = check_folder(folder.path(), Form::Cpu);
    assert!(outcome.failures.is_empty(), "{:?}", outcome.failures);
}

#[test]
fn errors_name_the_file_the_tensor_and_both_sides() {
    let folder = copy("clip_gelu");
    let tensor = "vision_model.post_layernorm.weight";
    rewrite(folder.path(), |name, found| (name != tensor).then_some((name, found)));
    assert_eq!(refusal(folder.path()), format!("model.safetensors has no tensor `{tensor}`"));
    replace(folder.path(), "config.json", "\"patch_size\": 8", "\"patch_size\": 4");
    assert_eq!(
        refusal(folder.path()),
        "`vision_model.embeddings.patch_embedding.weight` in model.safetensors has shape [32,3,8,8], expected [32,3,4,4]"
    );
    replace(folder.path(), "config.json", "\"CLIPModel\"", "\"CLIPTextModel\"");
    assert!(refusal(folder.path()).starts_with("config.json describes CLIPTextModel, expected CLIPModel"));
    fs::remove_file(folder.path().join("config.json")).unwrap();
    assert_eq!(refusal(folder.path()), "there is no config.json");
}

#[test]
fn errors_tell_what_a_folder_lacks() {
    let folder = copy("siglip");
    fs::remove_file(folder.path().join("model-00002-of-00004.safetensors")).unwrap();
    assert_eq!(
        refusal(folder.path()),
        "model.safetensors.index.json lists model-00002-of-00004.safetensors, which is not there"
    );
    fs::remove_file(folder.path().join("model.safetensors.index.json")).unwrap();
    assert_eq!(refusal(folder.path()), "there is neither model.safetensors nor model.safetensors.index.json");
    let folder = copy("blip_match");
    replace(folder.path(), "config.json", "\"vocab_size\": 66", "\"vocab_size\": 60");
    replace(folder.path(), "config.json", "\"bos_token_id\": 64", "\"bos_token_id\": 2");
    let message = refusal(folder.path());
    assert_eq!(message, "the tokenizer has ids up to 63, config.json says that there are 60");
}
