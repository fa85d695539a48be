//! What servers answer while a checkpoint is resolved and downloaded: a script of answers, and the store that they fill.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::time::Duration;

use pollster::block_on;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use triptych::io::hub::{Body, Download, Fetch, Response, Source, Store, Writable};
use triptych::io::memory::{MemoryFolder, MemoryStore};
use triptych::io::read_at::ReadAt;

use super::golden;
use crate::case::{Outcome, Target, Verdict};
use crate::files::Files;
use crate::mutate;

/// Steps in turn that may bring nothing new: connections that are opened, pieces that come again.
const IDLE: usize = 1000;
const FOLDER: &str = "model";
/// How often a download that broke off is gone on with.
const ATTEMPTS: usize = 4;

pub(super) fn target() -> Target {
    Target { name: "hub", share: 1000, seeds, mutate: mutate::files, run }
}

/// For each file the answers to one request after the other: status, headers, the text of the body, how much of it is left
/// out at the beginning, how large its pieces are, how often it is sent, and why the connection breaks at its end.
fn seeds() -> Vec<Files> {
    let config =
        String::from_utf8(golden("clip_gelu", "config.json").expect("beside the weights")).expect("text");
    let answer = |text: &str, status: u16| {
        let digest: String = Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect();
        let headers = json!({ "content-length": text.len().to_string(), "etag": format!("\"{digest}\"") });
        json!({ "status": status, "headers": headers, "body": text, "skip": 0, "piece": 64, "repeat": 1, "broken": null })
    };
    let both = |text: &str| json!([answer(text, 200), answer(text, 200)]);
    let whole = json!({
        "config.json": both(&config),
        "tokenizer.json": both("{\"model\":{}}"),
        "model.safetensors": both(WEIGHTS),
    });
    let index =
        r#"{"weight_map":{"a":"model-00001-of-00002.safetensors","b":"model-00002-of-00002.safetensors"}}"#;
    let sharded = json!({
        "config.json": both(&config),
        "vocab.txt": both("[PAD]\n[UNK]\n"),
        "model.safetensors.index.json": both(index),
        "model-00001-of-00002.safetensors": both(WEIGHTS),
        "model-00002-of-00002.safetensors": both(WEIGHTS),
    });
    let mut broken = answer(&WEIGHTS[..40], 206);
    broken["broken"] = json!("reset");
    broken["headers"]["content-range"] = json!(format!("bytes 0-{}/{}", WEIGHTS.len() - 1, WEIGHTS.len()));
    let resumed = json!({
        "config.json": both(&config),
        "model.safetensors": [answer(WEIGHTS, 200), broken, answer(WEIGHTS, 416), answer(WEIGHTS, 200)],
    });
    let manifest = json!({
        "name": "owner/name",
        "entries": [{ "file": "config.json", "size": config.len(), "sha256": null, "whole": true },
            { "file": "model.safetensors", "size": WEIGHTS.len(), "sha256": null, "whole": false }],
    });
    let kept = Files::of([
        ("script.json", whole.to_string().into_bytes()),
        ("manifest.json", manifest.to_string().into_bytes()),
        ("kept.json", config.into_bytes()),
    ]);
    let scripts = [whole, sharded, resumed];
    scripts
        .map(|script| Files::of([("script.json", script.to_string().into_bytes())]))
        .into_iter()
        .chain([kept])
        .collect()
}

/// A safetensors file of one tensor, which is text.
const WEIGHTS: &str =
    "\x38\0\0\0\0\0\0\0{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}  abcd";

fn run(files: &Files) -> Outcome {
    let script = files.get("script.json").unwrap_or_default();
    let script: HashMap<String, Value> = serde_json::from_slice(script).unwrap_or_default();
    let server = Server { script: Rc::new(script), asked: Rc::default() };
    let memory = MemoryStore::default();
    for (kept, name) in [("manifest.json", "manifest.json"), ("kept.json", "config.json")] {
        let Some(bytes) = files.get(kept) else { continue };
        let mut file = block_on(memory.folder(FOLDER).open(name)).expect("memory opens every file");
        file.write_at(0, bytes).expect("an input is smaller than what memory holds");
    }
    let source = Source::parse("owner/name").expect("the name of a model");
    for _ in 0..ATTEMPTS {
        let opened = block_on(Download::open(source.clone(), memory.folder(FOLDER), server.clone()));
        let Ok(mut download) = opened else { continue };
        let (mut idle, mut done) = (0, 0);
        loop {
            let advanced = block_on(download.advance());
            let progress = download.progress();
            idle = if progress.done > done { 0 } else { idle + 1 };
            done = done.max(progress.done);
            if idle > IDLE {
                return Err(format!(
                    "a download goes on for {idle} steps that bring nothing new: {progress:?}"
                ));
            }
            if !progress.rate.is_finite() {
                return Err(format!("{progress:?}"));
            }
            match advanced {
                Ok(false) => {}
                Err(_) => break,
                Ok(true) => return complete(&download, &memory),
            }
        }
    }
    Ok(Verdict::Refused)
}

/// Whether the files that were kept are as long as is told.
fn complete(download: &Download<MemoryFolder, Server>, memory: &MemoryStore) -> Outcome {
    for entry in &download.manifest().entries {
        let file = block_on(memory.folder(FOLDER).open(&download.manifest().stored_name(&entry.file)));
        let kept = file.map_or(0, |file| file.size());
        if kept != entry.size {
            return Err(format!("{} of {} bytes is kept as {kept}", entry.file, entry.size));
        }
    }
    Ok(Verdict::Taken)
}

/// Answers by its script; where that has ended, with its last answer.
#[derive(Clone)]
struct Server {
    script: Rc<HashMap<String, Value>>,
    asked: Rc<RefCell<HashMap<String, usize>>>,
}

/// What is left of a body.
struct Rest {
    text: Vec<u8>,
    at: usize,
    piece: usize,
    repeat: u64,
    broken: Option<String>,
}

impl Fetch for Server {
    type Body = Rest;

    /// For a time that never comes: each answer is here at once.
    async fn pause(&self, _: Duration) {
        std::future::pending().await
    }

    async fn get(&self, url: &str, from: u64) -> Result<Response<Rest>, String> {
        let file = url.rsplit('/').next().unwrap_or_default().to_string();
        let nothing = json!({ "status": 404 });
        let count = *self.asked.borrow_mut().entry(file.clone()).and_modify(|count| *count += 1).or_insert(0);
        let answer = match self.script.get(&file) {
            Some(Value::Array(answers)) => answers.get(count).or(answers.last()).unwrap_or(&nothing),
            Some(answer) => answer,
            None => &nothing,
        };
        if let Some(reason) = answer.get("unreachable").and_then(Value::as_str) {
            return Err(reason.to_string());
        }
        let mut text = answer.get("body").and_then(Value::as_str).unwrap_or_default().as_bytes().to_vec();
        let number = |name: &str, usual| answer.get(name).and_then(Value::as_u64).unwrap_or(usual);
        let mut repeat = number("repeat", 1);
        // A body without end comes in pieces that a server might send: 16 million of a byte each take long to count.
        if repeat > 1 && text.len() < 1024 {
            (text, repeat) = (text.repeat(1024), repeat.div_ceil(1024));
        }
        let status = number("status", 200) as u16;
        let begin = if status == 206 { from } else { number("skip", 0) };
        let rest = Rest {
            at: (begin as usize).min(text.len()),
            piece: (number("piece", 64) as usize).max(16),
            repeat,
            broken: answer.get("broken").and_then(Value::as_str).map(String::from),
            text,
        };
        let header = |name: &str| Some(answer.get("headers")?.get(name)?.as_str()?.to_string());
        Ok(Response::new(status, from, header, rest))
    }
}

impl Body for Rest {
    async fn next(&mut self) -> Result<Option<Vec<u8>>, String> {
        if self.at >= self.text.len() && self.repeat > 1 {
            (self.at, self.repeat) = (0, self.repeat - 1);
        }
        let end = self.at.saturating_add(self.piece).min(self.text.len());
        let piece = self.text[self.at..end].to_vec();
        self.at = end;
        match (piece.is_empty(), self.broken.take()) {
            (false, broken) => {
                self.broken = broken;
                Ok(Some(piece))
            }
            (true, Some(reason)) => Err(reason),
            (true, None) => Ok(None),
        }
    }
}
