//! Tokenizers from bare vocabularies, as the `tokenizer.json` that transformers would write of them.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::{Tokenizer, TokenizerError};

impl Tokenizer {
    /// CLIP's byte-pair encoding (Sennrich et al. 2016; Radford et al. 2021): `vocab.json` gives each token's id,
    /// `merges.txt` a pair of tokens per line.
    pub fn clip(vocab: &[u8], merges: &[u8]) -> Result<Self, TokenizerError> {
        const FILE: &str = "vocab.json";
        let malformed = |reason: String| TokenizerError::Malformed { file: FILE.to_string(), reason };
        let vocab: HashMap<String, u32> =
            serde_json::from_slice(vocab).map_err(|e| malformed(e.to_string()))?;
        let id = |token: &str| {
            let missing =
                || TokenizerError::MissingToken { file: FILE.to_string(), token: token.to_string() };
            vocab.get(token).copied().ok_or_else(missing)
        };
        let (start, end) = ("<|startoftext|>", "<|endoftext|>");
        let pattern =
            r"<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+";
        let document = json!({
            "version": "1.0",
            "added_tokens": [special(id(start)?, start), special(id(end)?, end)],
            "normalizer": { "type": "Sequence", "normalizers": [
                { "type": "NFC" },
                { "type": "Replace", "pattern": { "Regex": r"\s+" }, "content": " " },
                { "type": "Lowercase" },
            ] },
            "pre_tokenizer": { "type": "Sequence", "pretokenizers": [
                { "type": "Split", "pattern": { "Regex": pattern }, "behavior": "Removed", "invert": true },
                { "type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true },
            ] },
            "post_processor": {
                "type": "RobertaProcessing", "sep": [end, id(end)?], "cls": [start, id(start)?],
                "trim_offsets": false, "add_prefix_space": false,
            },
            "decoder": {
                "type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true,
            },
            "model": {
                "type": "BPE", "unk_token": end, "continuing_subword_prefix": "", "end_of_word_suffix": "</w>",
                "fuse_unk": false, "byte_fallback": false, "vocab": vocab, "merges": pairs(merges)?,
            },
        });
        Tokenizer::new(FILE, document.to_string().as_bytes())
    }

    /// BERT's WordPiece (Devlin et al. 2019): `vocab.txt` has a token per line, its id being the number of the line.
    pub fn bert(vocab: &[u8], lowercase: bool) -> Result<Self, TokenizerError> {
        const FILE: &str = "vocab.txt";
        let text = String::from_utf8_lossy(vocab);
        let vocab: HashMap<&str, u32> =
            text.lines().zip(0..).map(|(token, id)| (token.trim_end(), id)).collect();
        let id = |token: &str| {
            let missing =
                || TokenizerError::MissingToken { file: FILE.to_string(), token: token.to_string() };
            vocab.get(token).copied().ok_or_else(missing)
        };
        let names = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"];
        let mut added = Vec::new();
        for name in names {
            added.push(special(id(name)?, name));
        }
        let part = |name: &str| json!({ "SpecialToken": { "id": name, "type_id": 0 } });
        let text = json!({ "Sequence": { "id": "A", "type_id": 0 } });
        let ids = |name: &str| {
            Ok::<Value, TokenizerError>(json!({ "id": name, "ids": [id(name)?], "tokens": [name] }))
        };
        let document = json!({
            "version": "1.0",
            "added_tokens": added,
            "normalizer": {
                "type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true,
                "strip_accents": null, "lowercase": lowercase,
            },
            "pre_tokenizer": { "type": "BertPreTokenizer" },
            "post_processor": {
                "type": "TemplateProcessing",
                "single": [part("[CLS]"), text, part("[SEP]")],
                "pair": [part("[CLS]"), text, part("[SEP]"), { "Sequence": { "id": "B", "type_id": 1 } }, part("[SEP]")],
                "special_tokens": { "[CLS]": ids("[CLS]")?, "[SEP]": ids("[SEP]")? },
            },
            "decoder": { "type": "WordPiece", "prefix": "##", "cleanup": true },
            "model": {
                "type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
                "max_input_chars_per_word": 100, "vocab": vocab,
            },
        });
        Tokenizer::new(FILE, document.to_string().as_bytes())
    }
}

fn special(id: u32, content: &str) -> Value {
    json!({
        "id": id, "content": content, "single_word": false, "lstrip": false, "rstrip": false,
        "normalized": false, "special": true,
    })
}

/// The pairs of `merges.txt`; its first line is the version.
fn pairs(merges: &[u8]) -> Result<Vec<[String; 2]>, TokenizerError> {
    let text = String::from_utf8_lossy(merges);
    let lines =
        text.lines().enumerate().filter(|(_, line)| !line.starts_with("#version") && !line.is_empty());
    let pair = |(number, line): (usize, &str)| match line.split_once(' ') {
        Some((left, right)) if !right.contains(' ') => Ok([left.to_string(), right.trim_end().to_string()]),
        _ => Err(TokenizerError::Merge {
            file: "merges.txt".to_string(),
            line: number + 1,
            found: line.to_string(),
        }),
    };
    lines.map(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const BERT: &str = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\ncat\n##s\n";

    #[test]
    fn bert_reads_words_and_their_endings() {
        let tokenizer = Tokenizer::bert(BERT.as_bytes(), true).unwrap();
        assert_eq!(tokenizer.encode("A Càts dog").unwrap().ids, [2, 5, 6, 7, 1, 3]);
        assert_eq!(tokenizer.decode(&[2, 5, 6, 7, 3]).unwrap(), "a cats");
        let cased = Tokenizer::bert(BERT.as_bytes(), false).unwrap();
        assert_eq!(cased.encode("A cat").unwrap().ids, [2, 1, 6, 3]);
    }

    #[test]
    fn clip_merges_pairs_and_marks_the_ends_of_words() {
        let vocab =
            r#"{"c":0,"a":1,"t</w>":2,"ca":3,"cat</w>":4,"a</w>":5,"<|startoftext|>":6,"<|endoftext|>":7}"#;
        let merges = "#version: 0.2\nc a\nca t</w>\n";
        let tokenizer = Tokenizer::clip(vocab.as_bytes(), merges.as_bytes()).unwrap();
        assert_eq!(tokenizer.encode(" A  CAT").unwrap().ids, [6, 5, 4, 7]);
        assert_eq!(tokenizer.largest_id(), 7);
    }

    #[test]
    fn errors_name_the_file_and_the_line() {
        let message = |result: Result<Tokenizer, TokenizerError>| result.map(|_| ()).unwrap_err().to_string();
        assert_eq!(message(Tokenizer::bert(b"a\n", true)), "vocab.txt has no token `[PAD]`");
        assert_eq!(message(Tokenizer::clip(b"{}", b"")), "vocab.json has no token `<|startoftext|>`");
        let vocab = r#"{"<|startoftext|>":0,"<|endoftext|>":1}"#;
        let wrong = Tokenizer::clip(vocab.as_bytes(), b"#version: 0.2\na b c\n");
        assert_eq!(message(wrong), "merges.txt, line 2: \"a b c\" is not two tokens");
    }
}
