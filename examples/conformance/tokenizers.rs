//! `tokenizers/`: ids of 3,478 texts, by `tokenizer.json` and by the bare vocabularies.

use std::path::Path;

use serde_json::Value;
use triptych::io::tokenizer::Tokenizer;

use super::{Tally, bytes};

pub(crate) fn run(folder: &Path) -> Tally {
    let file = |name: &str| bytes(&folder.join(name));
    let tokenizers = [
        ("clip_ids", "clip/tokenizer.json", Tokenizer::new("tokenizer.json", &file("clip/tokenizer.json"))),
        ("clip_ids", "clip/vocab.json", Tokenizer::clip(&file("clip/vocab.json"), &file("clip/merges.txt"))),
        (
            "bert_ids",
            "bert_uncased/tokenizer.json",
            Tokenizer::new("tokenizer.json", &file("bert_uncased/tokenizer.json")),
        ),
        ("bert_ids", "bert_uncased/vocab.txt", Tokenizer::bert(&file("bert_uncased/vocab.txt"), true)),
    ];
    let expected = String::from_utf8(file("expected_ids.jsonl")).expect("ASCII");
    let mut tally = Tally::default();
    for (key, name, tokenizer) in tokenizers {
        let tokenizer = match tokenizer {
            Ok(tokenizer) => tokenizer,
            Err(error) => {
                tally.failed.push(format!("{name}: {error}"));
                continue;
            }
        };
        for line in expected.lines() {
            let case: Value = serde_json::from_str(line).expect("a case per line");
            let text = case["text"].as_str().expect("a text");
            let want: Vec<u64> = case[key].as_array().expect("ids").iter().flat_map(Value::as_u64).collect();
            let got = tokenizer.encode(text).map(|encoding| encoding.ids);
            match got {
                Ok(ids) if ids.iter().map(|&id| u64::from(id)).eq(want.iter().copied()) => tally.passed += 1,
                got => tally.failed.push(format!("{name}: {text:?} gave {got:?}, expected {want:?}")),
            }
        }
    }
    tally
}
