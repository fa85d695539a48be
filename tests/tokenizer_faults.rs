//! Broken and hostile `tokenizer.json` files: each is refused in a sentence, and none stops the program or takes all its memory.

use serde_json::{Value, json};
use triptych::io::tokenizer::{Tokenizer, TokenizerError};
use triptych::limits::MAX_TEXT;

/// A small WordPiece tokenizer, sound but for what `change` does to it.
fn changed(change: impl FnOnce(&mut Value)) -> Value {
    let mut file = json!({
        "version": "1.0",
        "added_tokens": [special(0, "[UNK]"), special(1, "[CLS]"), special(2, "[SEP]")],
        "normalizer": { "type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true,
            "strip_accents": null, "lowercase": true },
        "pre_tokenizer": { "type": "BertPreTokenizer" },
        "post_processor": { "type": "TemplateProcessing",
            "single": [
                { "SpecialToken": { "id": "[CLS]", "type_id": 0 } },
                { "Sequence": { "id": "A", "type_id": 0 } },
                { "SpecialToken": { "id": "[SEP]", "type_id": 0 } },
            ],
            "pair": [{ "Sequence": { "id": "A", "type_id": 0 } }, { "Sequence": { "id": "B", "type_id": 1 } }],
            "special_tokens": {
                "[CLS]": { "id": "[CLS]", "ids": [1], "tokens": ["[CLS]"] },
                "[SEP]": { "id": "[SEP]", "ids": [2], "tokens": ["[SEP]"] },
            },
        },
        "decoder": { "type": "WordPiece", "prefix": "##", "cleanup": true },
        "model": { "type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
            "max_input_chars_per_word": 100,
            "vocab": { "[UNK]": 0, "[CLS]": 1, "[SEP]": 2, "a": 3, "##a": 4, "red": 5, "A": 6, "Red": 7 } },
    });
    change(&mut file);
    file
}

fn special(id: u32, content: &str) -> Value {
    json!({ "id": id, "content": content, "single_word": false, "lstrip": false, "rstrip": false,
        "normalized": false, "special": true })
}

fn open(file: &Value) -> Result<Tokenizer, TokenizerError> {
    Tokenizer::new("t.json", file.to_string().as_bytes())
}

#[test]
fn the_bytes_of_a_unigram_vocabulary_are_bounded() {
    let model = |tokens: usize| {
        let vocab: Vec<Value> = (0..tokens).map(|i| json!([format!("{i:0>1000}"), -1.0])).collect();
        refusal(|file| file["model"] = json!({ "type": "Unigram", "unk_id": 0, "vocab": vocab }))
    };
    assert!(model(4200).contains("its tokens have 4200000 bytes; at most 4194304 are read"));
}

/// Why the changed file is refused.
fn refusal(change: impl FnOnce(&mut Value)) -> String {
    match open(&changed(change)) {
        Ok(_) => panic!("the file was taken"),
        Err(error) => error.to_string(),
    }
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let group = |three: &[u8]| {
        let word =
            three.iter().fold(0u32, |word, byte| word << 8 | u32::from(*byte)) << (8 * (3 - three.len()));
        let letter = |i: usize| match i <= three.len() {
            true => LETTERS[(word >> (18 - 6 * i) & 63) as usize] as char,
            false => '=',
        };
        (0..4).map(letter).collect::<String>()
    };
    bytes.chunks(3).map(group).collect()
}

/// A charsmap of these units and replacements, whose header claims `claimed` bytes.
fn charsmap(claimed: u32, units: &[u32], replacements: &str) -> String {
    let mut bytes = claimed.to_le_bytes().to_vec();
    units.iter().for_each(|unit| bytes.extend(unit.to_le_bytes()));
    bytes.extend(replacements.as_bytes());
    base64(&bytes)
}

fn precompiled(map: &str) -> Result<Tokenizer, TokenizerError> {
    open(&changed(|file| file["normalizer"] = json!({ "type": "Precompiled", "precompiled_charsmap": map })))
}

#[test]
fn the_sound_file_is_taken() {
    let tokenizer = open(&changed(|_| {})).unwrap();
    assert_eq!(tokenizer.encode("A Red aa").unwrap().ids, [1, 3, 5, 3, 4, 2]);
    assert_eq!(tokenizer.decode(&[1, 3, 5, 3, 4, 2]).unwrap(), "a red aa");
}

#[test]
fn a_file_that_is_cut_is_refused_wherever_it_was_cut() {
    let whole = changed(|_| {}).to_string();
    for end in 0..whole.len() {
        let error = Tokenizer::new("t.json", &whole.as_bytes()[..end]).map(|_| ()).unwrap_err();
        assert!(error.to_string().starts_with("t.json is not a tokenizer: "), "{end}: {error}");
    }
}

#[test]
fn what_is_put_around_a_text_is_in_the_vocabulary() {
    let missing = refusal(|file| {
        file["post_processor"]["special_tokens"].as_object_mut().unwrap().remove("[SEP]");
    });
    assert!(missing.contains("special_tokens does not hold \"[SEP]\""), "{missing}");
    let unknown = refusal(|file| file["post_processor"]["special_tokens"]["[SEP]"]["ids"] = json!([99]));
    assert!(unknown.contains("no token has the id 99"), "{unknown}");
    let uneven = refusal(|file| file["post_processor"]["special_tokens"]["[SEP]"]["ids"] = json!([2, 2]));
    assert!(uneven.contains("2 ids and 1 tokens"), "{uneven}");
    let other = refusal(|file| file["post_processor"]["single"][1]["Sequence"]["id"] = json!("B"));
    assert!(other.contains("does not hold the text once"), "{other}");
    let ends = refusal(|file| {
        file["post_processor"] =
            json!({ "type": "BertProcessing", "sep": ["[END]", 2], "cls": ["[CLS]", 1] });
    });
    assert!(ends.contains("no token is \"[END]\""), "{ends}");
    let twice = refusal(|file| {
        let once = file["post_processor"].clone();
        file["post_processor"] = json!({ "type": "Sequence", "processors": [once.clone(), once] });
    });
    assert!(twice.contains("two steps"), "{twice}");
}

#[test]
fn steps_that_find_nothing_or_too_much_are_refused() {
    let replace =
        |pattern: Value, content: &str| json!({ "type": "Replace", "pattern": pattern, "content": content });
    let empty = refusal(|file| file["normalizer"] = replace(json!({ "String": "" }), "x"));
    assert!(empty.contains("normalizer: an empty pattern"), "{empty}");
    for regex in ["x*", "$", r"\b"] {
        let end = refusal(|file| file["normalizer"] = replace(json!({ "Regex": regex }), "x"));
        assert!(end.contains("finds the end of a text"), "{end}");
    }
    let split = refusal(|file| {
        file["pre_tokenizer"] =
            json!({ "type": "Split", "pattern": { "Regex": "" }, "behavior": "Isolated", "invert": false });
    });
    assert!(split.contains("pre_tokenizer: an empty pattern"), "{split}");
    let long = refusal(|file| file["normalizer"] = replace(json!({ "String": "a" }), &"b".repeat(1000)));
    assert!(long.contains("content has 1000 bytes"), "{long}");
    let deep = refusal(|file| {
        for _ in 0..60 {
            let inner = file["normalizer"].clone();
            file["normalizer"] = json!({ "type": "Sequence", "normalizers": [inner] });
        }
    });
    assert!(deep.contains("nested deeper"), "{deep}");
    let none = refusal(|file| file["pre_tokenizer"] = json!({ "type": "FixedLength", "length": 0 }));
    assert!(none.contains("length 0"), "{none}");
}

/// 2^30 bytes of one letter.
#[test]
fn a_text_grows_within_bounds() {
    let doubling = json!({ "type": "Replace", "pattern": { "String": "a" }, "content": "aa" });
    let file = changed(|file| {
        file["normalizer"] = json!({ "type": "Sequence", "normalizers": vec![doubling.clone(); 30] });
    });
    let tokenizer = open(&file).unwrap();
    let error = tokenizer.encode("a").unwrap_err().to_string();
    assert!(error.contains("its normalizer makes more than"), "{error}");
    // Where nothing is found nothing grows.
    assert_eq!(tokenizer.encode("red").unwrap().ids, [1, 5, 2]);
    let bytes =
        json!({ "type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": false });
    let file = changed(|file| {
        file["pre_tokenizer"] = json!({ "type": "Sequence", "pretokenizers": vec![bytes; 30] });
    });
    let error = open(&file).unwrap().encode("\u{4e2d}").unwrap_err().to_string();
    assert!(error.contains("bytes of the text"), "{error}");
    let file = changed(|file| {
        file["decoder"] = json!({ "type": "Sequence", "decoders": vec![doubling; 30] });
    });
    let error = open(&file).unwrap().decode(&[3]).unwrap_err().to_string();
    assert!(error.contains("bytes of the text"), "{error}");
    let error = tokenizer.encode(&"b".repeat(MAX_TEXT + 1)).unwrap_err().to_string();
    assert_eq!(error, format!("the text has {} bytes; at most {MAX_TEXT} are read", MAX_TEXT + 1));
    assert!(open(&changed(|_| {})).unwrap().encode(&"b ".repeat(MAX_TEXT / 2)).is_ok());
}

#[test]
fn a_charsmap_is_walked_before_it_is_used() {
    let refused = |map: &str| precompiled(map).map(|_| ()).unwrap_err().to_string();
    for (map, reason) in [
        (String::new(), "not even a header"),
        ("garbage!".to_string(), "not base64"),
        (base64(b"garbage"), "its header claims a trie"),
        (charsmap(0xffff_fffc, &[0; 256], ""), "claims a trie of 4294967292 bytes, 1024 follow"),
        (charsmap(0, &[], "a\0"), "its trie has 0 units"),
        // The root leads past the end.
        (charsmap(1024, &[1000 << 10; 256], ""), "of 256"),
        (charsmap(4, &[0], ""), "its trie leads to unit 255 of 1"),
    ] {
        let found = refused(&map);
        assert!(found.contains("precompiled_charsmap") && found.contains(reason), "{found}");
    }
    let none = refusal(|file| file["normalizer"] = json!({ "type": "Precompiled" }));
    assert!(none.contains("precompiled_charsmap: it is no text"), "{none}");
    // From the root, at unit 0, the letter `a` leads back to the root.
    let mut looping = [0u32; 256];
    looping[b'a' as usize] = u32::from(b'a') | u32::from(b'a') << 10;
    let tokenizer = precompiled(&charsmap(1024, &looping, "")).unwrap();
    assert_eq!(tokenizer.encode("aa").unwrap().ids, [1, 3, 4, 2]);
    // `b` becomes what stands at byte 0.
    let mut sound = [0u32; 512];
    sound[b'b' as usize] = u32::from(b'b') | 1 << 8 | (256 ^ u32::from(b'b')) << 10;
    sound[256] = 1 << 31;
    let tokenizer = precompiled(&charsmap(2048, &sound, "a\0")).unwrap();
    assert_eq!(tokenizer.encode("b").unwrap().ids, [1, 3, 2]);
    sound[256] = 1 << 31 | 7;
    assert!(refused(&charsmap(2048, &sound, "a\0")).contains("a replacement begins at byte 7 of 2"));
    sound[256] = 1 << 31;
    assert!(refused(&charsmap(2048, &sound, &"a".repeat(99))).contains("a replacement has more than"));
}

#[test]
fn words_and_tokens_are_bounded() {
    let words = refusal(|file| file["model"]["max_input_chars_per_word"] = json!(1u64 << 60));
    assert!(words.contains("max_input_chars_per_word is 115292150460684"), "{words}");
    let token = refusal(|file| file["model"]["vocab"]["x".repeat(2000)] = json!(8));
    assert!(token.contains("a token has 2000 bytes"), "{token}");
    let added = refusal(|file| file["added_tokens"][0]["content"] = json!("x".repeat(2000)));
    assert!(added.contains("an added token has 2000 bytes"), "{added}");
    let pairs = json!({ "type": "BPE", "dropout": 0.1, "unk_token": null, "continuing_subword_prefix": null,
        "end_of_word_suffix": null, "fuse_unk": false, "vocab": { "a": 0, "b": 1, "ab": 2 }, "merges": [["a", "b"]] });
    let dropped = refusal(|file| file["model"] = pairs.clone());
    assert!(dropped.contains("dropout is 0.1"), "{dropped}");
    let prefix = refusal(|file| {
        file["model"] = pairs;
        file["model"]["dropout"] = Value::Null;
        file["model"]["continuing_subword_prefix"] = json!("####");
    });
    assert!(prefix.contains("continuing_subword_prefix"), "{prefix}");
    let large = Tokenizer::new("t.json", &vec![b' '; 65 << 20]).map(|_| ()).unwrap_err();
    assert!(large.to_string().contains("bytes; at most"), "{large}");
}

/// The library takes the last letters of a token away and finds none left.
#[test]
fn a_panic_of_the_library_is_an_error() {
    let decoder = json!({ "type": "Strip", "content": "a", "start": 0, "stop": 2 });
    let tokenizer = open(&changed(|file| file["decoder"] = decoder)).unwrap();
    let error = tokenizer.decode(&[3]).unwrap_err().to_string();
    assert!(error.contains("the tokenizers library stopped: "), "{error}");
    assert_eq!(tokenizer.encode("a").unwrap().ids, [1, 3, 2]);
    assert_eq!(tokenizer.decode(&[5]).unwrap(), "red");
}

#[test]
fn do_lower_case_counts_beside_a_file_that_keeps_case() {
    let ids = |normalizer: Value, lowercase| {
        let file = changed(|file| file["normalizer"] = normalizer).to_string();
        let tokenizer = Tokenizer::open("t.json", file.as_bytes(), lowercase).unwrap();
        tokenizer.encode("A Red [SEP]").unwrap().ids
    };
    let (kept, lowered) = ([1, 6, 7, 2, 2], [1, 3, 5, 2, 2]);
    let space = json!({ "type": "Replace", "pattern": { "String": "\t" }, "content": " " });
    for normalizer in [Value::Null, space.clone(), json!({ "type": "Sequence", "normalizers": [space] })] {
        assert_eq!(ids(normalizer.clone(), None), kept);
        assert_eq!(ids(normalizer.clone(), Some(false)), kept);
        assert_eq!(ids(normalizer, Some(true)), lowered);
    }
    // BERT's class sets what its file says, either way.
    let bert = |lowercase: bool| {
        json!({ "type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true, "strip_accents": null,
            "lowercase": lowercase })
    };
    assert_eq!(
        (ids(bert(true), Some(false)), ids(bert(false), Some(true))),
        (kept.to_vec(), lowered.to_vec())
    );
    assert_eq!((ids(bert(true), None), ids(bert(false), None)), (lowered.to_vec(), kept.to_vec()));
}
