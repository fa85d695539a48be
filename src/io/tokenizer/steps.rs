//! The steps by which a `tokenizer.json` changes a text and spells its tokens, each held to what a text may become: the
//! `tokenizers` library runs them whatever comes of it.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};

use serde::{Deserialize, Deserializer};
use tokenizers::normalizers::{Lowercase, Sequence};
use tokenizers::tokenizer::pre_tokenizer::OffsetType;
use tokenizers::{
    Decoder, DecoderWrapper, NormalizedString, Normalizer, NormalizerWrapper, OffsetReferential,
    PreTokenizedString, PreTokenizer, PreTokenizerWrapper, Result,
};

use super::charsmap::MAX_REPLACEMENT;
use crate::limits::{MAX_STEP, MAX_TEXT, grown};

/// Whether a step may run that makes up to `growth` bytes of each of `bytes`.
fn may_run(bytes: usize, growth: usize) -> Result<()> {
    let most = bytes.saturating_mul(growth);
    match most <= MAX_STEP {
        true => Ok(()),
        false => {
            Err(format!("a step may make {most} bytes of the text; at most {MAX_STEP} are allowed").into())
        }
    }
}

/// Whether the steps so far have made no more than is allowed.
fn bounded(made: usize, allowed: usize) -> Result<()> {
    match made <= allowed {
        true => Ok(()),
        false => {
            Err(format!("its steps make {made} bytes of the text; at most {allowed} are allowed").into())
        }
    }
}

/// A file's normalizer.
pub(super) struct Normal {
    steps: NormalizerWrapper,
    /// Bytes that may be made of a text.
    allowed: AtomicUsize,
    /// Bytes made of its parts so far.
    made: AtomicUsize,
    /// Whether one was refused: the library drops the error.
    is_refused: AtomicBool,
}

impl From<NormalizerWrapper> for Normal {
    fn from(steps: NormalizerWrapper) -> Self {
        // Before the first text the tokens of the file are its texts.
        let allowed = AtomicUsize::new(grown(MAX_TEXT));
        Normal { steps, allowed, made: AtomicUsize::new(0), is_refused: AtomicBool::new(false) }
    }
}

impl<'de> Deserialize<'de> for Normal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        NormalizerWrapper::deserialize(deserializer).map(Normal::from)
    }
}

impl Normal {
    /// Before a text.
    pub(super) fn begin(&self, text: &str) {
        self.allowed.store(grown(text.len()), Relaxed);
        self.made.store(0, Relaxed);
        self.is_refused.store(false, Relaxed);
    }

    /// After a text: whether all its parts went through.
    pub(super) fn end(&self) -> Result<()> {
        match self.is_refused.load(Relaxed) {
            false => Ok(()),
            true => {
                let allowed = self.allowed.load(Relaxed);
                Err(format!("its normalizer makes more than {allowed} bytes of the text").into())
            }
        }
    }

    /// With `do_lower_case` as the classes of transformers apply it beside a `tokenizer.json`: BERT's sets its normalizer, SigLIP 2's
    /// lowers the text before all else. None where that changes nothing.
    pub(super) fn lowered(normal: Option<&Normal>, lowercase: bool) -> Option<Normal> {
        let steps = normal.map(|normal| &normal.steps);
        if let Some(NormalizerWrapper::BertNormalizer(bert)) = steps {
            let mut bert = *bert;
            let is_other = std::mem::replace(&mut bert.lowercase, lowercase) != lowercase;
            return is_other.then(|| NormalizerWrapper::BertNormalizer(bert).into());
        }
        if !lowercase || steps.is_some_and(lowers) {
            return None;
        }
        let first = NormalizerWrapper::Lowercase(Lowercase);
        let all = [first].into_iter().chain(steps.cloned()).collect();
        Some(NormalizerWrapper::Sequence(Sequence::new(all)).into())
    }

    fn run(&self, step: &NormalizerWrapper, text: &mut NormalizedString) -> Result<()> {
        if let NormalizerWrapper::Sequence(all) = step {
            return all.as_ref().iter().try_for_each(|step| self.run(step, text));
        }
        let result = may_run(text.get().len(), normal_growth(step)).and_then(|()| step.normalize(text));
        let made = self.made.load(Relaxed) + text.get().len();
        let result = result.and_then(|()| bounded(made, self.allowed.load(Relaxed)));
        if result.is_err() {
            self.is_refused.store(true, Relaxed);
            text.clear();
        }
        result
    }
}

fn lowers(step: &NormalizerWrapper) -> bool {
    match step {
        NormalizerWrapper::Lowercase(_) => true,
        NormalizerWrapper::BertNormalizer(bert) => bert.lowercase,
        NormalizerWrapper::Sequence(all) => all.as_ref().iter().any(lowers),
        _ => false,
    }
}

impl Normalizer for Normal {
    fn normalize(&self, text: &mut NormalizedString) -> Result<()> {
        self.run(&self.steps, text)?;
        self.made.fetch_add(text.get().len(), Relaxed);
        Ok(())
    }
}

/// Bytes that a step makes of one at most.
fn normal_growth(step: &NormalizerWrapper) -> usize {
    match step {
        NormalizerWrapper::Replace(replace) => 1 + replace.content.len(),
        NormalizerWrapper::Prepend(prepend) => 1 + prepend.prepend.len(),
        NormalizerWrapper::Precompiled(_) => MAX_REPLACEMENT,
        // U+FDFA, 3 bytes, becomes 33.
        NormalizerWrapper::NFKC(_) | NormalizerWrapper::NFKD(_) => 11,
        NormalizerWrapper::NFC(_) | NormalizerWrapper::NFD(_) => 3,
        NormalizerWrapper::Lowercase(_) => 2,
        // Spaces around a character of 3 bytes, and both of the above.
        NormalizerWrapper::BertNormalizer(_) => 12,
        NormalizerWrapper::ByteLevel(_) => 3,
        NormalizerWrapper::StripNormalizer(_)
        | NormalizerWrapper::StripAccents(_)
        | NormalizerWrapper::Nmt(_)
        | NormalizerWrapper::Sequence(_) => 1,
    }
}

/// A file's pre-tokenizer.
pub(super) struct Parts(PreTokenizerWrapper);

impl<'de> Deserialize<'de> for Parts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        PreTokenizerWrapper::deserialize(deserializer).map(Parts)
    }
}

impl PreTokenizer for Parts {
    fn pre_tokenize(&self, text: &mut PreTokenizedString) -> Result<()> {
        // A part of a letter has the whole letter as its original: what the text was is to be told before the first step.
        let original = text.get_splits(OffsetReferential::Original, OffsetType::Byte);
        let allowed = grown(original.iter().map(|(part, ..)| part.len()).sum());
        split(&self.0, text, allowed)
    }
}

fn split(step: &PreTokenizerWrapper, text: &mut PreTokenizedString, allowed: usize) -> Result<()> {
    if let PreTokenizerWrapper::Sequence(all) = step {
        return all.as_ref().iter().try_for_each(|step| split(step, text, allowed));
    }
    let growth = match step {
        // A letter for each byte, and a space before the part.
        PreTokenizerWrapper::ByteLevel(_) => 3,
        // A letter of up to 4 bytes for a space, and one before the part.
        PreTokenizerWrapper::Metaspace(_) => 8,
        _ => 1,
    };
    let length = |text: &PreTokenizedString| {
        let parts = text.get_splits(OffsetReferential::Normalized, OffsetType::Byte);
        parts.len() + parts.iter().map(|(part, ..)| part.len()).sum::<usize>()
    };
    may_run(length(text), growth)?;
    step.pre_tokenize(text)?;
    bounded(length(text), allowed)
}

/// A file's decoder.
pub(super) struct Spelling(DecoderWrapper);

impl<'de> Deserialize<'de> for Spelling {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        DecoderWrapper::deserialize(deserializer).map(Spelling)
    }
}

impl Decoder for Spelling {
    fn decode_chain(&self, tokens: Vec<String>) -> Result<Vec<String>> {
        // Of no tokens the library's decoders know nothing.
        if tokens.is_empty() {
            return Ok(tokens);
        }
        let allowed = grown(length(&tokens));
        spell(&self.0, tokens, allowed)
    }
}

fn length(tokens: &[String]) -> usize {
    tokens.iter().map(|token| token.len() + 1).sum()
}

fn spell(step: &DecoderWrapper, tokens: Vec<String>, allowed: usize) -> Result<Vec<String>> {
    if let DecoderWrapper::Sequence(all) = step {
        return all.get_decoders().iter().try_fold(tokens, |tokens, step| spell(step, tokens, allowed));
    }
    let growth = match step {
        DecoderWrapper::Replace(replace) => 1 + replace.content.len(),
        // A byte that is no text becomes U+FFFD.
        DecoderWrapper::ByteLevel(_) => 3,
        _ => 2,
    };
    may_run(length(&tokens), growth)?;
    let tokens = step.decode_chain(tokens)?;
    bounded(length(&tokens), allowed)?;
    Ok(tokens)
}
