//! What entries of `generation_config.json` mean.

use super::*;

fn config() -> blip::Config {
    blip::Config::parse(&json!({ "text_config": {} })).unwrap()
}

fn read(json: Value) -> Result<(GenerationConfig, Option<String>), GenerationError> {
    let Value::Object(entries) = json else { panic!("an object") };
    GenerationConfig::read(entries, &config())
}

#[test]
fn a_file_as_transformers_writes_it_says_nothing_new() {
    let (generation, note) = read(json!({
        "_from_model_config": true, "bos_token_id": 30522, "eos_token_id": 102, "pad_token_id": 0, "use_cache": true,
        "output_attentions": false, "transformers_version": "5.24.0", "num_beams": 1, "max_length": null,
    }))
    .unwrap();
    assert_eq!(generation, GenerationConfig { ends: vec![102], ..GenerationConfig::default() });
    assert_eq!((note, generation.max_new(3), generation.decoding()), (None, None, Decoding::Greedy));
}

#[test]
fn lengths_count_with_the_prompt_or_without() {
    let (generation, _) = read(json!({ "max_length": 20, "num_beams": 4, "eos_token_id": [7, 2] })).unwrap();
    assert_eq!((generation.max_new(3), generation.max_new(30)), (Some(17), Some(0)));
    assert_eq!((generation.decoding(), generation.ends()), (Decoding::Beam { width: 4 }, &[2, 7, 102][..]));
    let (generation, _) = read(json!({ "max_length": 20, "max_new_tokens": 5 })).unwrap();
    assert_eq!(generation.max_new(3), Some(5));
}

#[test]
fn what_is_not_followed_is_told() {
    let note = read(json!({
        "do_sample": true, "temperature": 0.7, "repetition_penalty": 1.5, "bos_token_id": 5, "guidance_scale": 1,
        "eos_token_id": 40000, "early_stopping": "never",
    }));
    assert_eq!(
        note.unwrap().1.unwrap(),
        "generation_config.json: this is not followed: bos_token_id 5; do_sample true; early_stopping \"never\"; \
         repetition_penalty 1.5; eos_token_id 40000, of a vocabulary of 30524 tokens"
    );
}

#[test]
fn errors_name_the_entry() {
    let message = |json: Value| read(json).unwrap_err().to_string();
    let beams = message(json!({ "num_beams": 400 }));
    assert_eq!(beams, "generation_config.json: num_beams is 400, expected 1 to 16");
    assert!(message(json!({ "max_new_tokens": 0 })).contains("is 0, expected at least 1"));
    assert!(message(json!({ "length_penalty": 1e39 })).contains("expected -100 to 100"));
    let ends: Vec<u32> = (0..65).collect();
    let many = message(json!({ "eos_token_id": ends }));
    assert_eq!(many, "generation_config.json: eos_token_id is 65 ids, expected at most 64");
    assert!(message(json!({ "max_length": "long" })).starts_with("generation_config.json: invalid type"));
}

#[test]
fn ends_and_repeated_ngrams_are_forbidden() {
    let (generation, _) =
        read(json!({ "min_new_tokens": 2, "no_repeat_ngram_size": 2, "eos_token_id": 3 })).unwrap();
    let forbidden = |row: &[u32]| {
        let mut logprobs = [0.0; 6];
        generation.forbid(row, 1, &mut logprobs);
        (0..6).filter(|id| logprobs[*id] == FORBIDDEN).collect::<Vec<_>>()
    };
    assert_eq!(forbidden(&[4]), [3]);
    assert_eq!(forbidden(&[4, 5, 4]), [5]);
    assert!(forbidden(&[4, 5, 4, 1]).is_empty());
    assert_eq!(forbidden(&[1, 2, 1, 4, 1]), [2, 4]);
}
