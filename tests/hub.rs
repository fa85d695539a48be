//! Downloads of checkpoints from a hub on this computer that breaks off, dawdles, lies and refuses.

#[path = "hub/renewal.rs"]
mod renewal;
#[path = "hub/server.rs"]
mod server;
#[path = "hub/troubles.rs"]
mod troubles;

use std::fs;
use std::path::Path;

use pollster::block_on;
use server::{Behaviour, Client, Hub};
use tempfile::{TempDir, tempdir};
use triptych::device::{CpuDevice, Device};
use triptych::infer::VisionLanguageModel;
use triptych::io::file::Folder;
use triptych::io::hub::{Download, HubError, Source, resolve};
use triptych::io::read_at::Files;
use triptych::precision::Precision;

const MODELS: &str = "tests/goldens/checkpoints";

fn serving(model: &str) -> Behaviour {
    let files = fs::read_dir(Path::new(MODELS).join(model)).unwrap().map(|entry| {
        let entry = entry.unwrap();
        (entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap())
    });
    Behaviour { files: files.collect(), has_digests: true, ..Behaviour::default() }
}

fn open(hub: &Hub, kept: &TempDir) -> Result<Download<Folder, Client>, HubError> {
    let source = Source::parse(&hub.address).unwrap();
    block_on(Download::open(source, Folder(kept.path().to_path_buf()), Client))
}

/// Until the end; how many pieces it took.
fn finish(download: &mut Download<Folder, Client>) -> Result<usize, HubError> {
    let mut pieces = 1;
    while !block_on(download.advance())? {
        pieces += 1;
    }
    Ok(pieces)
}

fn run(hub: &Hub, kept: &TempDir) -> Result<Download<Folder, Client>, HubError> {
    let mut download = open(hub, kept)?;
    finish(&mut download)?;
    Ok(download)
}

fn assert_kept(hub: &Hub, download: &Download<Folder, Client>) {
    let files = block_on(download.files()).unwrap();
    for entry in &download.manifest().entries {
        let bytes = files.read(&entry.file).unwrap().unwrap();
        assert!(bytes == hub.set().files[&entry.file], "{}", entry.file);
    }
}

fn failure(result: Result<Download<Folder, Client>, HubError>) -> HubError {
    result.map(|_| ()).unwrap_err()
}

#[test]
fn the_size_is_known_before_any_weights_come_and_the_model_runs_from_what_is_kept() {
    for (model, tokenizer) in [("clip_gelu", "vocab.json"), ("blip_match", "vocab.txt"), ("siglip", "")] {
        let (hub, kept) = (Hub::start(serving(model)), tempdir().unwrap());
        let mut download = open(&hub, &kept).unwrap();
        let manifest = download.manifest().clone();
        let size: usize = manifest.entries.iter().map(|entry| hub.set().files[&entry.file].len()).sum();
        assert_eq!((manifest.size(), download.progress().done), (size as u64, 0));
        let names: Vec<&str> = manifest.entries.iter().map(|entry| entry.file.as_str()).collect();
        assert_eq!(names[0], "config.json");
        assert!(names.last().unwrap().ends_with(".safetensors"), "{names:?}");
        assert!(tokenizer.is_empty() || names.contains(&tokenizer), "{names:?}");
        finish(&mut download).unwrap();
        assert_eq!(download.progress().done, size as u64);
        assert!(download.progress().rate > 0.0);
        assert_kept(&hub, &download);
        let files = block_on(download.files()).unwrap();
        VisionLanguageModel::load(Device::Cpu(CpuDevice { exact: false }), &files, Precision::F32).unwrap();
    }
}

#[test]
fn what_is_kept_needs_no_network() {
    let (hub, kept) = (Hub::start(serving("clip_gelu")), tempdir().unwrap());
    run(&hub, &kept).unwrap();
    hub.take_log();
    let again = run(&hub, &kept).unwrap();
    assert!(again.manifest().is_whole());
    assert_eq!(hub.take_log(), [""; 0]);
    assert_kept(&hub, &again);
}

#[test]
fn a_connection_that_breaks_is_opened_again_where_it_broke() {
    let behaviour = Behaviour { cut: Some(50_000), ..serving("clip_gelu") };
    let (hub, kept) = (Hub::start(behaviour), tempdir().unwrap());
    let mut download = open(&hub, &kept).unwrap();
    hub.take_log();
    finish(&mut download).unwrap();
    let log = hub.take_log();
    let resumed = ["model.safetensors 0", "model.safetensors 50000", "model.safetensors 100000"];
    assert!(resumed.iter().all(|line| log.contains(&line.to_string())), "{log:?}");
    assert_kept(&hub, &download);
}

#[test]
fn a_later_visit_goes_on_from_what_is_kept() {
    let (hub, kept) = (Hub::start(serving("clip_gelu")), tempdir().unwrap());
    let mut download = open(&hub, &kept).unwrap();
    while download.progress().done < 60_000 {
        block_on(download.advance()).unwrap();
    }
    let done = download.progress().done;
    let before: u64 = download.manifest().stored_bytes();
    drop(download);
    hub.take_log();
    let mut download = open(&hub, &kept).unwrap();
    finish(&mut download).unwrap();
    assert_eq!(hub.take_log(), [format!("model.safetensors {}", done - before)]);
    assert_kept(&hub, &download);
}

#[test]
fn a_dead_server_is_told_with_what_is_kept() {
    let (hub, kept) = (Hub::start(serving("clip_gelu")), tempdir().unwrap());
    let mut download = open(&hub, &kept).unwrap();
    hub.set().cut = Some(0);
    let error = finish(&mut download).unwrap_err();
    assert!(matches!(error, HubError::Broken { kept: 0, .. }), "{error}");
    assert!(error.to_string().starts_with("the download of config.json broke off at 0 of 1100 bytes"));
    assert!(error.may_pass());
    hub.set().cut = None;
    finish(&mut download).unwrap();
    assert_kept(&hub, &download);
}

#[test]
fn a_slow_server_is_followed_piece_by_piece() {
    let behaviour = Behaviour { throttle: 1, ..serving("clip_quick_gelu") };
    let (hub, kept) = (Hub::start(behaviour), tempdir().unwrap());
    let mut download = open(&hub, &kept).unwrap();
    let mut last = 0;
    let mut pieces = 0;
    while !block_on(download.advance()).unwrap() {
        let progress = download.progress();
        assert!(progress.done >= last && progress.done <= progress.total);
        assert!(progress.done - last <= 4096, "{} bytes in a piece", progress.done - last);
        (last, pieces) = (progress.done, pieces + 1);
    }
    assert!(pieces > 20, "{pieces}");
}

#[test]
fn a_server_without_ranges_begins_anew() {
    let (hub, kept) = (Hub::start(serving("clip_gelu")), tempdir().unwrap());
    let mut download = open(&hub, &kept).unwrap();
    while download.progress().done < 60_000 {
        block_on(download.advance()).unwrap();
    }
    drop(download);
    hub.set().ignores_ranges = true;
    assert_kept(&hub, &run(&hub, &kept).unwrap());
}

#[test]
fn a_lie_about_the_length_is_found() {
    let (hub, kept) = (Hub::start(serving("clip_gelu")), tempdir().unwrap());
    let true_size = hub.set().files["model.safetensors"].len();
    hub.set().lies.insert("model.safetensors".into(), true_size + 100);
    let error = failure(run(&hub, &kept));
    assert_eq!(
        error.to_string(),
        format!(
            "model.safetensors is not as long as the server says: {} bytes were promised, {true_size} came",
            true_size + 100
        )
    );
    assert!(error.may_pass());
    hub.set().lies.clear();
    assert_kept(&hub, &run(&hub, &kept).unwrap());
}

#[test]
fn a_damaged_file_is_found_and_fetched_anew() {
    let behaviour = Behaviour { spoils: Some("model.safetensors".into()), ..serving("clip_gelu") };
    let (hub, kept) = (Hub::start(behaviour), tempdir().unwrap());
    let error = failure(run(&hub, &kept));
    assert!(matches!(&error, HubError::Damaged { file, .. } if file == "model.safetensors"), "{error}");
    hub.set().spoils = None;
    assert_kept(&hub, &run(&hub, &kept).unwrap());
}

#[test]
fn a_file_that_changes_meanwhile_is_fetched_anew() {
    for has_digests in [true, false] {
        let behaviour = Behaviour { has_digests, ..serving("clip_gelu") };
        let (hub, kept) = (Hub::start(behaviour), tempdir().unwrap());
        let mut download = open(&hub, &kept).unwrap();
        while download.progress().done < 60_000 {
            block_on(download.advance()).unwrap();
        }
        drop(download);
        let other = fs::read(Path::new(MODELS).join("clip_quick_gelu/model.safetensors")).unwrap();
        hub.set().files.insert("model.safetensors".into(), other);
        assert!(matches!(failure(run(&hub, &kept)), HubError::Changed { .. }));
        assert_kept(&hub, &run(&hub, &kept).unwrap());
    }
}

#[test]
fn refusals_name_the_file_and_tell_whether_to_try_again() {
    let told = |file: &str, status: u16| {
        let (hub, kept) = (Hub::start(serving("clip_gelu")), tempdir().unwrap());
        hub.set().statuses.insert(file.into(), status);
        let error = failure(run(&hub, &kept));
        (error.to_string(), error.may_pass())
    };
    let (sentence, may_pass) = told("config.json", 404);
    assert!(sentence.starts_with("config.json is not there (404)") && !may_pass, "{sentence}");
    let (sentence, may_pass) = told("config.json", 403);
    assert!(sentence.starts_with("config.json: access denied (403)") && !may_pass, "{sentence}");
    let (sentence, may_pass) = told("model.safetensors", 500);
    assert!(sentence.starts_with("model.safetensors cannot be served now (500)") && may_pass, "{sentence}");
    let (sentence, may_pass) = told("model.safetensors", 404);
    assert!(sentence.starts_with("there is neither model.safetensors nor") && !may_pass, "{sentence}");
}

#[test]
fn shards_that_the_index_lists_must_be_there() {
    let (hub, kept) = (Hub::start(serving("siglip")), tempdir().unwrap());
    hub.set().files.remove("model-00003-of-00004.safetensors");
    let error = failure(run(&hub, &kept)).to_string();
    assert!(error.starts_with("model-00003-of-00004.safetensors is not there (404)"), "{error}");
}

#[test]
fn a_name_of_nobody_is_unreachable() {
    let kept = tempdir().unwrap();
    let source = Source::parse("http://127.0.0.1:1/model").unwrap();
    let error = block_on(Download::open(source, Folder(kept.path().to_path_buf()), Client)).map(|_| ());
    assert!(matches!(&error, Err(HubError::Unreachable { file, .. }) if file == "config.json"), "{error:?}");
}
