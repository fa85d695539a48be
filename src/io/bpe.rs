//! Training of a byte-pair-encoding tokenizer (Sennrich, Haddow, Birch 2016).

use tokenizers::models::TrainerWrapper;
use tokenizers::models::bpe::{BPE, BpeTrainer};
use tokenizers::normalizers::replace::ReplacePattern;
use tokenizers::normalizers::{self, Lowercase, NormalizerWrapper, Replace, Strip};
use tokenizers::pre_tokenizers::PreTokenizerWrapper;
use tokenizers::pre_tokenizers::metaspace::Metaspace;
use tokenizers::pre_tokenizers::punctuation::Punctuation;
use tokenizers::pre_tokenizers::sequence::Sequence;
use tokenizers::{AddedToken, SplitDelimiterBehavior, Tokenizer};

/// The `tokenizer.json` of a BPE trained on `sentences`: lower case, split before white space (kept as `▁` at the front
/// of a word) and around punctuation. `specials` take the ids from 0; the second stands for unknown characters.
/// Merging goes on until there are `vocab_size` tokens or every word is one. Equal sentences, in any order, give equal
/// bytes.
pub fn train<S: AsRef<str> + Send>(
    sentences: impl Iterator<Item = S> + Send,
    specials: &[&str],
    vocab_size: usize,
) -> Vec<u8> {
    let model = BPE::builder().unk_token(specials[1].to_string()).fuse_unk(true).build();
    let mut tokenizer = Tokenizer::new(model.expect("an empty vocabulary is a valid one"));
    let spaces = Replace::new(ReplacePattern::Regex(r"\s+".into()), " ").expect("the expression is valid");
    let normalizer: Vec<NormalizerWrapper> =
        vec![spaces.into(), Strip::new(true, true).into(), Lowercase.into()];
    let splitters: Vec<PreTokenizerWrapper> =
        vec![Metaspace::default().into(), Punctuation::new(SplitDelimiterBehavior::Isolated).into()];
    tokenizer
        .with_normalizer(Some(normalizers::Sequence::new(normalizer)))
        .expect("no token is there to be normalised")
        .with_pre_tokenizer(Some(Sequence::new(splitters)))
        .with_decoder(Some(Metaspace::default()));

    let specials = specials.iter().map(|token| AddedToken::from(*token, true)).collect();
    let trainer =
        BpeTrainer::builder().vocab_size(vocab_size).special_tokens(specials).show_progress(false).build();
    tokenizer
        .train(&mut TrainerWrapper::from(trainer), sentences)
        .and_then(|trained| trained.to_string(false))
        .expect("a BPE model trains with a BPE trainer and serialises")
        .into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::io::tokenizer::PlayroomBpe;

    const SPECIALS: [&str; 2] = ["[pad]", "[unk]"];

    fn sentences() -> Vec<String> {
        let nouns = ["circle", "square", "triangle", "hexagon"];
        let colours = ["red", "blue", "purple", "orange"];
        let pairs =
            nouns.iter().flat_map(|noun| colours.map(|colour| format!("A {colour} {noun}, isn't it?")));
        pairs.collect()
    }

    #[test]
    fn every_word_is_one_token_and_specials_come_first() {
        let trained = PlayroomBpe::new("t", &train(sentences().iter(), &SPECIALS, 500)).unwrap();
        assert_eq!((trained.id("[pad]").unwrap(), trained.id("[unk]").unwrap()), (0, 1));
        for sentence in sentences() {
            // a, colour, noun, comma, isn, ', t, it, ?
            assert_eq!(trained.encode(&sentence).ids.len(), 9, "{sentence}");
        }
    }

    #[test]
    fn the_size_of_the_vocabulary_is_kept() {
        let trained = PlayroomBpe::new("t", &train(sentences().iter(), &SPECIALS, 40)).unwrap();
        assert_eq!(trained.vocab_size(), 40);
    }

    #[test]
    fn the_order_of_the_sentences_does_not_matter() {
        let first = train(sentences().iter(), &SPECIALS, 100);
        for _ in 0..4 {
            assert_eq!(first, train(sentences().iter().rev(), &SPECIALS, 100));
        }
    }
}
