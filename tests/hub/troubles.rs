//! What servers send in the place of files, and what never ends: none of it is kept, each has its sentence.

use std::fs;

use pollster::block_on;
use tempfile::{TempDir, tempdir};

use super::server::{Behaviour, Client, Hub, PAGE};
use super::*;
use triptych::infer::{MAX_FILE, convert};
use triptych::limits::MAX_SHARDS;

const POINTER: &str = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 605247071\n";
const INDEX: &str = "model.safetensors.index.json";

/// Names and sizes of what a folder holds.
pub(crate) fn held(kept: &TempDir) -> Vec<(String, u64)> {
    let files = fs::read_dir(kept.path()).unwrap().map(|file| file.unwrap());
    let full = files.map(|file| (file.file_name().into_string().unwrap(), file.metadata().unwrap().len()));
    full.filter(|(_, size)| *size > 0).collect()
}

/// What is said of a server where `file` is `bytes`; afterwards it is repaired, and the checkpoint comes.
fn told(file: &str, bytes: &[u8]) -> String {
    let (hub, kept) = (Hub::start(serving("clip_gelu")), tempdir().unwrap());
    let good = hub.set().files.insert(file.into(), bytes.to_vec());
    let error = failure(run(&hub, &kept));
    assert!(!held(&kept).iter().any(|(name, _)| name == file), "{file} is kept: {:?}", held(&kept));
    hub.set().files.insert(file.into(), good.expect("a file of the checkpoint"));
    assert_kept(&hub, &run(&hub, &kept).unwrap_or_else(|error| panic!("{file}, repaired: {error}")));
    error.to_string()
}

#[test]
fn a_page_in_the_place_of_a_file_is_told_and_gone_when_the_server_is_repaired() {
    let sentence =
        |file: &str| format!("{file} is not there: the server sends a web page (HTML) in its place");
    assert_eq!(told("config.json", PAGE.as_bytes()), sentence("config.json"));
    assert_eq!(told("model.safetensors", PAGE.as_bytes()), sentence("model.safetensors"));
    let (hub, kept) = (Hub::start(serving("clip_gelu")), tempdir().unwrap());
    hub.set().files.insert("model.safetensors".into(), PAGE.into());
    assert!(failure(run(&hub, &kept)).may_pass(), "the server may be repaired");
}

#[test]
fn a_server_that_has_a_page_for_everything_lacks_what_is_optional() {
    for (model, tokenizer) in [("clip_gelu", "vocab.json"), ("blip_match", "vocab.txt"), ("siglip", "")] {
        let (hub, kept) = (Hub::start(Behaviour { has_page: true, ..serving(model) }), tempdir().unwrap());
        hub.set().files.remove("preprocessor_config.json");
        let download = run(&hub, &kept).unwrap();
        let names: Vec<&str> = download.manifest().entries.iter().map(|entry| entry.file.as_str()).collect();
        assert!(names.iter().all(|name| hub.set().files.contains_key(*name)), "{names:?}");
        assert!(tokenizer.is_empty() || names.contains(&tokenizer), "{names:?}");
        assert_kept(&hub, &download);
    }
}

#[test]
fn a_pointer_of_git_is_named_as_what_it_is() {
    for file in ["config.json", "model.safetensors", "merges.txt"] {
        let sentence = told(file, POINTER.as_bytes());
        assert!(sentence.starts_with(&format!("{file} is only a Git LFS pointer")), "{sentence}");
    }
}

#[test]
fn what_is_not_of_its_form_is_not_kept() {
    for (file, bytes) in [
        ("config.json", &b"{\"model_type\": \"cl"[..]),
        ("vocab.json", b"{\"a\": 1,,}"),
        ("merges.txt", b"a b\n\xff\xfe"),
        ("model.safetensors", b"\xff\xff\xff\xff\xff\xff\xff\xff{}"),
        ("model.safetensors", b"\x40\0\0\0\0\0\0\0{\"x\""),
        ("model.safetensors", b"\x02\0\0\0\0\0\0\0{}and more than its header tells of"),
    ] {
        let sentence = told(file, bytes);
        assert!(sentence.starts_with(&format!("{file} is not what its name says: ")), "{sentence}");
    }
}

#[test]
fn a_page_that_comes_after_the_look_is_not_kept() {
    let (hub, kept) =
        (Hub::start(Behaviour { has_digests: false, ..serving("clip_gelu") }), tempdir().unwrap());
    let mut download = open(&hub, &kept).unwrap();
    let page = |good: &[u8]| [PAGE.as_bytes(), &vec![b' '; good.len() - PAGE.len()]].concat();
    let good = hub.set().files["vocab.json"].clone();
    hub.set().files.insert("vocab.json".into(), page(&good));
    assert!(matches!(finish(&mut download), Err(HubError::Page { file }) if file == "vocab.json"));
    hub.set().files.insert("vocab.json".into(), good);
    finish(&mut download).unwrap();
    assert_kept(&hub, &download);
}

#[test]
fn a_small_file_is_small_whatever_the_server_says() {
    let kept = tempdir().unwrap();
    for file in ["config.json", "vocab.json"] {
        let hub = Hub::start(Behaviour { endless: Some(file.into()), ..serving("clip_gelu") });
        let error = failure(run(&hub, &kept));
        assert!(error.to_string().starts_with(&format!("{file} is too large: ")), "{error}");
        assert!(!error.may_pass());
        let hub = Hub::start(serving("clip_gelu"));
        hub.set().lies.insert(file.into(), 17 << 20);
        let error = failure(run(&hub, &kept));
        assert!(error.to_string().starts_with(&format!("{file} is too large: 17825792 bytes")), "{error}");
    }
    assert!(held(&kept).is_empty(), "{:?}", held(&kept));
}

#[test]
fn lengths_are_counted_where_they_are_not_told_but_not_those_of_weights() {
    let hub = Hub::start(Behaviour { hides_lengths: Some(""), ..serving("clip_gelu") });
    let source = Source::parse(&hub.address).unwrap();
    let error = block_on(resolve(&source, &Client)).map(|_| ()).unwrap_err().to_string();
    assert_eq!(error, "the server does not tell how long model.safetensors is");
    assert!(hub.take_log().contains(&"vocab.json 0".to_string()));
}

#[test]
fn an_index_is_bounded_and_names_weights_only() {
    let index = |names: &dyn Fn(usize) -> String, count| {
        let map: Vec<String> = (0..count).map(|at| format!("\"w{at}\": \"{}\"", names(at))).collect();
        format!("{{\"weight_map\": {{{}}}}}", map.join(","))
    };
    let told = |index: String| {
        let (hub, kept) = (Hub::start(serving("siglip")), tempdir().unwrap());
        hub.set().files.insert(INDEX.into(), index.into_bytes());
        let error = failure(open(&hub, &kept)).to_string();
        (error, hub.take_log().len(), held(&kept).len())
    };
    let (error, requests, files) = told(index(&|at| format!("model-{at:05}.safetensors"), 50_000));
    assert!(
        error.contains(&format!("50000 files of weights; an index may list at most {MAX_SHARDS}")),
        "{error}"
    );
    assert!(requests < 15 && files == 0, "{requests} requests, {files} files");
    for name in ["../x.safetensors", "config.json", "a/b.safetensors", ".safetensors", "x y.safetensors"] {
        let (error, requests, _) = told(index(&|_| name.to_string(), 1));
        assert!(error.contains("is not the name of a safetensors file beside it"), "{error}");
        assert!(requests < 15, "{requests} requests");
    }
}

#[test]
fn a_server_that_is_silent_is_told_at_the_look_and_in_the_download() {
    for file in ["config.json", "generation_config.json", "model.safetensors"] {
        let hub = Hub::start(Behaviour { hangs: Some(file.into()), ..serving("clip_gelu") });
        let kept = tempdir().unwrap();
        let error = failure(run(&hub, &kept));
        assert_eq!(error.to_string(), format!("the server was silent about {file} for 20 seconds"));
        assert!(error.may_pass());
        hub.set().hangs = None;
        assert_kept(&hub, &run(&hub, &kept).unwrap());
    }
    let (hub, kept) = (Hub::start(serving("clip_gelu")), tempdir().unwrap());
    let mut download = open(&hub, &kept).unwrap();
    hub.set().hangs = Some("model.safetensors".into());
    let error = finish(&mut download).unwrap_err();
    assert!(matches!(&error, HubError::Silent { file, .. } if file == "model.safetensors"), "{error}");
}

#[test]
fn a_changed_tag_ends_what_was_begun_with_another() {
    let tags = |tag: &str| [("model.safetensors".to_string(), tag.to_string())].into();
    let behaviour = Behaviour { has_digests: false, tags: tags("first"), ..serving("clip_gelu") };
    let (hub, kept) = (Hub::start(behaviour), tempdir().unwrap());
    let mut download = open(&hub, &kept).unwrap();
    while download.progress().done < 60_000 {
        block_on(download.advance()).unwrap();
    }
    drop(download);
    hub.set().tags = tags("second");
    assert!(matches!(failure(run(&hub, &kept)), HubError::Changed { .. }));
    let download = run(&hub, &kept).unwrap();
    assert_eq!(download.manifest().entries.last().unwrap().tag.as_deref(), Some("second"));
    assert_kept(&hub, &download);
}

#[test]
fn a_folder_that_convert_has_written_comes_from_a_plain_server_in_all_its_parts() {
    for (limit, ignores_ranges) in [(8000, false), (60_000, true), (MAX_FILE, true)] {
        let above = tempdir().unwrap();
        let out = above.path().join("out");
        let from = Folder(Path::new(MODELS).join("clip_gelu"));
        let converted = convert(&from, &out, Precision::Int8, limit, |_, _| {}).unwrap();
        let files = fs::read_dir(&out).unwrap().map(|entry| {
            let entry = entry.unwrap();
            (entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap())
        });
        let files = files.collect();
        let hub = Hub::start(Behaviour { files, ignores_ranges, has_page: true, ..Behaviour::default() });
        let kept = tempdir().unwrap();
        let download = run(&hub, &kept).unwrap();
        let shards = download.manifest().entries.iter().filter(|entry| entry.file.ends_with(".safetensors"));
        assert_eq!(shards.count(), converted.files);
        assert_kept(&hub, &download);
        let files = block_on(download.files()).unwrap();
        VisionLanguageModel::load(Device::Cpu(CpuDevice { exact: false }), &files, Precision::F32).unwrap();
    }
}

/// Until so many bytes are kept; then the visit ends.
fn begin(hub: &Hub, kept: &TempDir, bytes: u64) {
    let mut download = open(hub, kept).unwrap();
    while download.progress().done < bytes {
        block_on(download.advance()).unwrap();
    }
}

#[test]
fn a_part_that_was_not_asked_for_is_not_put_in_its_place() {
    let (hub, kept) = (Hub::start(serving("clip_gelu")), tempdir().unwrap());
    begin(&hub, &kept, 60_000);
    hub.set().misplaces = Some("model.safetensors".into());
    let error = failure(run(&hub, &kept));
    assert!(matches!(&error, HubError::Changed { file } if file == "model.safetensors"), "{error}");
    assert_kept(&hub, &run(&hub, &kept).unwrap());
}

#[test]
fn a_small_file_that_has_changed_comes_though_no_length_is_told() {
    for ignores_ranges in [true, false] {
        let longer = b"#version: 0.2\nt h\nth e\n".repeat(400);
        for bytes in [b"#version: 0.2\n".to_vec(), longer] {
            let behaviour =
                Behaviour { hides_lengths: Some(".txt"), has_digests: false, ..serving("clip_gelu") };
            let (hub, kept) = (Hub::start(Behaviour { ignores_ranges, ..behaviour }), tempdir().unwrap());
            let mut download = open(&hub, &kept).unwrap();
            hub.set().files.insert("merges.txt".into(), bytes);
            let error = finish(&mut download).unwrap_err();
            assert!(matches!(error, HubError::Broken { .. } | HubError::Length { .. }), "{error}");
            drop(download);
            assert_kept(&hub, &run(&hub, &kept).unwrap());
        }
    }
}

#[test]
fn what_comes_twice_alike_was_not_damaged_on_its_way() {
    let file = "model.safetensors".to_string();
    // 64 digits, and not the SHA-256 of the file.
    let tags = [(file.clone(), "0f".repeat(32))].into();
    let (hub, kept) = (Hub::start(Behaviour { tags, ..serving("clip_gelu") }), tempdir().unwrap());
    let error = failure(run(&hub, &kept));
    assert!(matches!(error, HubError::Damaged { .. }), "{error}");
    assert_kept(&hub, &run(&hub, &kept).unwrap());
    // The hub's word stands.
    hub.set().names_digests = true;
    let kept = tempdir().unwrap();
    for _ in 0..3 {
        assert!(matches!(failure(run(&hub, &kept)), HubError::Damaged { .. }));
    }
}
