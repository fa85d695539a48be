//! A run that begins with the weights of a model whose heads or vocabulary were others.

use super::checkpoint::Named;
use crate::infer::PlayroomTokenizer;
use crate::model::init;
use crate::model::playroom::Config;
use crate::tensor::{HostTensor, Shape};
use crate::world::language::spoken;

/// The sizes in which the model that a run begins with may differ from the run's: those of its heads and of its vocabulary.
pub fn with_heads_of(theirs: &Config, ours: &Config) -> Config {
    let Config { image_slots, text_pool, late_width, vocab_size, .. } = *ours;
    Config { image_slots, text_pool, late_width, vocab_size, ..theirs.clone() }
}

/// Of a model's weights those that the weights `all` of a new run have room for. Tables of tokens are taken row by row: a token
/// that the model did not have begins at random, in the text encoder as the word that it stands for.
pub fn adopted(
    weights: Named,
    all: &[(String, Shape)],
    [theirs, ours]: [&PlayroomTokenizer; 2],
    seed: u64,
) -> Named {
    let shape = |name: &str| all.iter().find(|(other, _)| other == name).map(|(_, shape)| shape);
    let adopt = |(name, tensor): (String, HostTensor)| {
        let shape = shape(&name)?;
        let fitting = match name.ends_with("token_embedding") {
            true => rows(&name, &tensor, shape, [theirs, ours], seed),
            false => tensor,
        };
        (fitting.shape == *shape).then_some((name, fitting))
    };
    weights.into_iter().filter_map(adopt).collect()
}

fn rows(
    name: &str,
    table: &HostTensor,
    shape: &Shape,
    [theirs, ours]: [&PlayroomTokenizer; 2],
    seed: u64,
) -> HostTensor {
    let width = shape.last();
    let mut values = init::initial(name, shape, seed).as_f32().to_vec();
    for (id, row) in values.chunks_mut(width).enumerate() {
        let Some(token) = ours.tokenizer.token(id as u32) else { continue };
        let word = token.trim_start_matches(SPACE);
        // The reader writes by the same table, and never writes another word for the one it knows.
        let stands_for = spoken(word).filter(|_| name.starts_with("text.")).map(|word| format!("{SPACE}{word}"));
        let found = [Some(token.to_string()), stands_for].into_iter().flatten();
        if let Some(old) = found.filter_map(|token| theirs.tokenizer.id(&token).ok()).next() {
            row.copy_from_slice(&table.as_f32()[old as usize * width..][..width]);
        }
    }
    HostTensor::f32(shape, values)
}

/// How a token writes the space before its word.
const SPACE: char = '\u{2581}';

#[cfg(test)]
mod tests {
    use super::*;
    use crate::infer::SPECIALS;
    use crate::io::bpe;
    use crate::world::language::{reading_vocabulary, vocabulary};

    #[test]
    fn rows_follow_their_words_and_synonyms_what_they_stand_for() {
        let tokenizer = |words: Vec<String>| {
            PlayroomTokenizer::new(&bpe::train(words.into_iter(), &SPECIALS, 1024)).expect("it trains")
        };
        let (theirs, ours) = (tokenizer(vocabulary()), tokenizer(reading_vocabulary()));
        let [old, new] = [&theirs, &ours].map(|words| words.tokenizer.vocab_size());
        let table = HostTensor::f32([old, 1], (0..old).map(|id| id as f32).collect());
        let all = ["text.token_embedding", "reader.token_embedding"]
            .map(|name| (name.to_string(), Shape::from([new, 1])));
        let weights: Named = all.iter().map(|(name, _)| (name.clone(), table.clone())).collect();
        let adopted = adopted(weights, &all, [&theirs, &ours], 1);
        let row = |table: usize, word: &str| {
            let id = ours.tokenizer.encode(&format!("a {word}")).ids[1];
            adopted[table].1.as_f32()[id as usize]
        };
        let id = |word: &str| theirs.tokenizer.encode(&format!("a {word}")).ids[1] as f32;
        assert_eq!([row(0, "large"), row(0, "huge"), row(1, "large")], ["large"; 3].map(id));
        assert!(row(1, "huge").abs() < 1.0, "{}", row(1, "huge"));
    }
}
