//! Tokenizers in every form in which checkpoints bring them.

use triptych::io::tokenizer::{PlayroomBpe, Tokenizer};

use super::{golden, project};
use crate::case::{Outcome, Target, Verdict};
use crate::files::Files;
use crate::mutate;

const TEXTS: [&str; 5] =
    ["", "a red circle", "A Càts 42's, don't\u{301} 🙂▁x", "\u{0}\u{130}[PAD]<|endoftext|>", " \n\t "];
/// Ids for each byte of a text beyond which a tokenizer runs away.
const GROWTH: usize = 1000;

pub(super) fn target() -> Target {
    Target { name: "tokenizer", share: 400, seeds, mutate: mutate::files, run }
}

fn seeds() -> Vec<Files> {
    let clip = |file| golden("clip_gelu", file).expect("it is beside the weights");
    let mut seeds = vec![
        Files::of([("vocab.json", clip("vocab.json")), ("merges.txt", clip("merges.txt"))]),
        Files::of([("vocab.txt", golden("blip_caption", "vocab.txt").expect("it is beside the weights"))]),
    ];
    let own = std::fs::read(project("public/models/playroom/tokenizer.json")).expect("the shipped model");
    seeds.push(Files::of([("own.json", own)]));
    for name in ["bpe.json", "unigram.json", "wordpiece.json"] {
        let json =
            std::fs::read(project("examples/fuzz/seeds").join(name)).expect("a seed beside the targets");
        seeds.push(Files::of([("tokenizer.json", json)]));
    }
    seeds
}

fn run(files: &Files) -> Outcome {
    if let Some(json) = files.get("own.json") {
        return own(json);
    }
    let tokenizer = match (files.get("tokenizer.json"), files.get("vocab.txt"), files.get("vocab.json")) {
        (Some(json), ..) => Tokenizer::new("tokenizer.json", json),
        (_, Some(vocab), _) => Tokenizer::bert(vocab, true),
        (.., vocab) => {
            Tokenizer::clip(vocab.unwrap_or_default(), files.get("merges.txt").unwrap_or_default())
        }
    };
    let Ok(tokenizer) = tokenizer else { return Ok(Verdict::Refused) };
    tokenizer.largest_id();
    let long = "x".repeat(300);
    for text in TEXTS.into_iter().chain([long.as_str()]) {
        let Ok(encoding) = tokenizer.encode(text) else { continue };
        checked(text, &encoding.ids, &encoding.spans)?;
        let _refused = tokenizer.decode(&encoding.ids);
    }
    let _refused = tokenizer.decode(&[0, 1, 7, u32::MAX]);
    Ok(Verdict::Taken)
}

fn own(json: &[u8]) -> Outcome {
    let Ok(tokenizer) = PlayroomBpe::new("own.json", json) else { return Ok(Verdict::Refused) };
    for text in TEXTS {
        let encoding = tokenizer.encode(text);
        checked(text, &encoding.ids, &encoding.spans)?;
        encoding.ids.iter().for_each(|&id| {
            tokenizer.token(id);
        });
    }
    Ok(Verdict::Taken)
}

fn checked(text: &str, ids: &[u32], spans: &[std::ops::Range<usize>]) -> Result<(), String> {
    if ids.len() > GROWTH * (text.len() + 1) {
        return Err(format!("{} bytes became {} ids", text.len(), ids.len()));
    }
    match spans.iter().find(|span| text.get((*span).clone()).is_none()) {
        Some(span) => Err(format!("{span:?} is no part of a text of {} bytes", text.len())),
        None => Ok(()),
    }
}
