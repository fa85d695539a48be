//! What is kept is fetched again, and takes the place of the former only as a whole.

use std::fs;

use pollster::block_on;
use tempfile::{TempDir, tempdir};

use super::server::{Behaviour, Client, Hub};
use super::troubles::held;
use super::*;

fn again(hub: &Hub, kept: &TempDir) -> Download<Folder, Client> {
    let source = Source::parse(&hub.address).unwrap();
    block_on(Download::again(source, Folder(kept.path().to_path_buf()), Client)).unwrap()
}

#[test]
fn what_is_fetched_again_takes_the_place_of_the_former_only_when_all_of_it_is_here() {
    let (hub, kept) = (Hub::start(serving("clip_gelu")), tempdir().unwrap());
    run(&hub, &kept).unwrap();
    let former = hub.set().files.clone();
    let other = serving("clip_quick_gelu").files;
    hub.set().files = other;
    let again = || again(&hub, &kept);
    let in_use = || {
        let download = open(&hub, &kept).unwrap();
        assert!(download.manifest().is_whole());
        block_on(download.files()).unwrap().read("model.safetensors").unwrap().unwrap()
    };
    let mut download = again();
    while download.progress().done < 60_000 {
        block_on(download.advance()).unwrap();
    }
    let done = download.progress().done;
    drop(download);
    assert!(in_use() == former["model.safetensors"], "a break leaves the former in use");
    let mut download = again();
    hub.take_log();
    finish(&mut download).unwrap();
    assert!(download.progress().done > done && hub.take_log().len() == 1, "it went on where it broke off");
    assert!(in_use() == hub.set().files["model.safetensors"]);
    let size: u64 =
        held(&kept).iter().filter(|(name, _)| name != "manifest.json").map(|(_, size)| size).sum();
    assert_eq!(size, download.manifest().size(), "the former is deleted");
    // Once more, with names of a third generation.
    hub.set().files = former;
    finish(&mut again()).unwrap();
    assert_kept(&hub, &open(&hub, &kept).unwrap());
}

#[test]
fn what_was_begun_to_be_fetched_again_is_held_against_the_server() {
    for has_digests in [true, false] {
        let (hub, kept) = (Hub::start(Behaviour { has_digests, ..serving("clip_gelu") }), tempdir().unwrap());
        run(&hub, &kept).unwrap();
        let again = || again(&hub, &kept);
        let good = hub.set().files["config.json"].clone();
        // As long, and another one.
        let broken = String::from_utf8(good.clone()).unwrap().replacen("model_type", "model_tipe", 1);
        hub.set().files.insert("config.json".into(), broken.into_bytes());
        let mut download = again();
        while download.progress().done < 60_000 {
            block_on(download.advance()).unwrap();
        }
        drop(download);
        hub.set().files.insert("config.json".into(), good);
        let mut download = again();
        finish(&mut download).unwrap();
        assert_kept(&hub, &open(&hub, &kept).unwrap());
    }
}

#[test]
fn what_was_wholly_fetched_again_before_a_break_takes_its_place() {
    let (hub, kept) = (Hub::start(serving("clip_gelu")), tempdir().unwrap());
    run(&hub, &kept).unwrap();
    let manifest = fs::read_to_string(kept.path().join("manifest.json")).unwrap();
    let next = manifest.replace("\"generation\":0", "\"generation\":1");
    assert_ne!(next, manifest);
    fs::write(kept.path().join("manifest.next.json"), next).unwrap();
    for (file, _) in held(&kept).iter().filter(|(file, _)| !file.starts_with("manifest.")) {
        fs::copy(kept.path().join(file), kept.path().join(format!("1~{file}"))).unwrap();
    }
    finish(&mut again(&hub, &kept)).unwrap();
    let download = open(&hub, &kept).unwrap();
    assert_eq!(download.manifest().generation, 1);
    assert_kept(&hub, &download);
    assert!(held(&kept).iter().all(|(file, _)| file.starts_with("1~") || file == "manifest.json"));
}

/// Two opinions of the same bytes: by the one they are whole, by the other they are emptied and fetched.
#[test]
fn a_manifest_that_names_a_file_twice_is_not_believed() {
    let (hub, kept) = (Hub::start(serving("clip_gelu")), tempdir().unwrap());
    run(&hub, &kept).unwrap();
    let path = kept.path().join("manifest.json");
    let mut manifest: serde_json::Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    let mut second = manifest["entries"][0].clone();
    (second["whole"], second["size"]) = (false.into(), 68.into());
    manifest["entries"].as_array_mut().unwrap().push(second);
    fs::write(path, manifest.to_string()).unwrap();
    let mut download = open(&hub, &kept).unwrap();
    finish(&mut download).unwrap();
    assert_kept(&hub, &download);
}
