//! Texts that read a picture: as a whole, to tell whether they belong to it, or token by token, to write captions and answers.

use std::rc::Rc;

use super::job::cross_name;
use super::kv_cache::{self, CachedRows, KvCache};
use super::{Decoding, Generator, Hypothesis, Job, Trace, VisionLanguageModel};
use crate::device::{CompiledPlan, DeviceError};
use crate::model::emit::TextTower;
use crate::pixels::Pixels;
use crate::softmax::log_softmax;
use crate::tensor::HostTensor;

/// What is written about: a picture as the model sees it, and a question that the decoder reads in its place.
#[derive(Clone, PartialEq, Debug)]
pub struct GenerationContext {
    pub picture: Pixels,
    /// Ids with their special tokens.
    pub question: Option<Vec<u32>>,
}

/// Next-token log-probabilities of some rows.
pub struct NextTokenLogprobs {
    /// `[rows][V]`, natural logarithms.
    pub logprobs: Vec<Vec<f32>>,
    /// Cross-attention of the last token of each row, where it was asked for: queries are the rows, keys the cells of the
    /// picture or the tokens of the question.
    pub trace: Option<Trace>,
}

impl NextTokenLogprobs {
    /// What every layer and head has of row `row`, `[layers, heads, keys]`, of a traced run.
    pub fn attention(&self, row: usize) -> Vec<f32> {
        self.trace.as_ref().expect("the run was traced").of_query(row)
    }
}

impl VisionLanguageModel {
    /// Keeps the keys and values by which texts read a picture, `[1, 3, S, S]`, unless it is what was kept last; returns the
    /// number of its states.
    pub async fn encode_image(&mut self, pixels: &HostTensor) -> Result<usize, DeviceError> {
        if let Some((_, states)) = self.cache.image.as_ref().filter(|(known, _)| known == pixels) {
            return Ok(*states);
        }
        self.cache = KvCache::default();
        let compiled = self.run(Job::ImageCrossKv, false, &[("pixels", pixels)]).await?;
        let states = self.store_cross_kv(&compiled, self.architecture.image_reader()).await?;
        self.cache.image = Some((pixels.clone(), states));
        Ok(states)
    }

    /// As [`VisionLanguageModel::encode_image`], of a picture as [`VisionLanguageModel::fit`] returns it.
    pub(super) async fn encode_picture(&mut self, picture: &Pixels) -> Result<usize, DeviceError> {
        let pixels = self.image_processor.pixel_values(std::slice::from_ref(picture));
        self.encode_image(&pixels).await
    }

    /// Keeps a question (ids `[1, T]` of `length`) about the picture of `source` states for its answer, unless it is what was
    /// kept last; returns the number of its states.
    pub async fn encode_question(
        &mut self,
        source: usize,
        question: &HostTensor,
        length: u32,
    ) -> Result<usize, DeviceError> {
        let asked = (question.clone(), length);
        if self.cache.question.as_ref() != Some(&asked) {
            (self.cache.question, self.cache.rows) = (None, None);
            let compiled = self.run_question(source, question, length, false).await?;
            self.store_cross_kv(&compiled, TextTower::Decoder).await?;
            self.cache.question = Some(asked);
        }
        Ok(question.shape[1])
    }

    pub(super) async fn run_question(
        &mut self,
        source: usize,
        question: &HostTensor,
        length: u32,
        traced: bool,
    ) -> Result<Rc<CompiledPlan>, DeviceError> {
        let lengths = HostTensor::u32([1], vec![length]);
        let job = Job::EncodeQuestion { tokens: question.shape[1], source };
        self.run(job, traced, &[("ids", question), ("lengths", &lengths)]).await
    }

    /// Stores the keys and values that a plan has made under the names by which others read them; returns of how many states.
    async fn store_cross_kv(
        &mut self,
        compiled: &CompiledPlan,
        tower: TextTower,
    ) -> Result<usize, DeviceError> {
        let mut source = 0;
        for path in self.architecture.cross_attention(tower) {
            for kind in kv_cache::KINDS {
                let tensor = self.read(compiled, &format!("{path}.{kind}")).await?;
                source = tensor.shape[1];
                self.params.store(&cross_name(&path, kind, source), &tensor)?;
            }
        }
        Ok(source)
    }

    async fn encode_source(&mut self, source: &GenerationContext) -> Result<usize, DeviceError> {
        let states = self.encode_picture(&source.picture).await?;
        let Some(question) = &source.question else { return Ok(states) };
        let ids = HostTensor::u32([1, question.len()], question.clone());
        self.encode_question(states, &ids, question.len() as u32).await
    }

    /// Logits `[N, V]` of the token that follows each row, and the run of the rows' last tokens. The rows are of one length and
    /// read what is kept of `source` states; what a row has in common with one that is cached is not computed again.
    pub async fn decode_step(
        &mut self,
        source: usize,
        rows: &[Vec<u32>],
        traced: bool,
    ) -> Result<(HostTensor, Rc<CompiledPlan>), DeviceError> {
        let text = self.architecture.text();
        let cache = kv_cache::shape_of(rows, text.max_position_embeddings);
        let paths = self.architecture.decoder_attention();
        kv_cache::reserve(&mut self.params, &paths, cache, text.hidden_size)?;
        let mut done = 0;
        if let Some(cached) = self.cache.rows.take() {
            let resumed = cached.resume(rows, cache);
            if let Some([source_slots, target_slots]) = &resumed.moves {
                let job = Job::MoveRows { from: cached.shape, to: cache };
                self.run(job, false, &[("source_slots", source_slots), ("target_slots", target_slots)])
                    .await?;
            }
            done = resumed.common;
        }
        let mut last = None;
        for at in done..rows[0].len() {
            let inputs = kv_cache::inputs(rows, cache, at);
            let inputs = inputs.each_ref().map(|(name, tensor)| (*name, tensor));
            last = Some(self.run(Job::DecodeStep { cache, source }, traced, &inputs).await?);
        }
        let compiled = last.expect("a row has its start");
        let logits = self.read(&compiled, "logits").await?;
        self.cache.rows = Some(CachedRows { rows: rows.to_vec(), shape: cache });
        Ok((first_rows(&logits, rows.len()), compiled))
    }

    /// Logits `[N, 2]`, no match and match, of every row with the picture of `source` states, and the run.
    pub async fn match_batch(
        &mut self,
        source: usize,
        rows: &[Vec<u32>],
        traced: bool,
    ) -> Result<(HostTensor, Rc<CompiledPlan>), DeviceError> {
        let (ids, lengths) = self.padded(rows, false);
        let job = Job::Match { rows: ids.shape[0], tokens: ids.shape[1], source };
        let compiled = self.run(job, traced, &[("ids", &ids), ("lengths", &lengths)]).await?;
        let logits = self.read(&compiled, "match_logits").await?;
        Ok((first_rows(&logits, rows.len()), compiled))
    }

    /// Logits `[no match, match]` of sentences with one picture as [`VisionLanguageModel::fit`] returns it.
    pub async fn match_sentences(
        &mut self,
        picture: &Pixels,
        rows: &[Vec<u32>],
    ) -> Result<Vec<[f32; 2]>, DeviceError> {
        let source = self.encode_picture(picture).await?;
        let (logits, _) = self.match_batch(source, rows, false).await?;
        Ok(logits.as_f32().chunks(2).map(|pair| [pair[0], pair[1]]).collect())
    }

    /// The distribution of the token that follows each row, as [`VisionLanguageModel::decode_step`]; where `traced` also what
    /// the rows' last tokens attend to.
    pub async fn next(
        &mut self,
        source: &GenerationContext,
        rows: &[Vec<u32>],
        traced: bool,
    ) -> Result<NextTokenLogprobs, DeviceError> {
        let states = self.encode_source(source).await?;
        let (logits, compiled) = self.decode_step(states, rows, traced).await?;
        let logprobs = distributions(&logits);
        if !traced {
            return Ok(NextTokenLogprobs { logprobs, trace: None });
        }
        let trace = self.cross_attention(&compiled, TextTower::Decoder).await?;
        Ok(NextTokenLogprobs { logprobs, trace: Some(trace.part(0..rows.len(), 0..trace.keys)) })
    }

    /// The best text that follows `prompt`, at most `max_new` tokens.
    pub async fn generate(
        &mut self,
        source: &GenerationContext,
        prompt: Vec<u32>,
        decoding: Decoding,
        max_new: usize,
    ) -> Result<Hypothesis, DeviceError> {
        let states = self.encode_source(source).await?;
        self.write(states, prompt, decoding, max_new).await
    }

    /// As [`VisionLanguageModel::generate`], of what is kept of `source` states.
    pub async fn write(
        &mut self,
        source: usize,
        prompt: Vec<u32>,
        decoding: Decoding,
        max_new: usize,
    ) -> Result<Hypothesis, DeviceError> {
        let generator = self.generator(prompt, decoding, max_new);
        let next =
            async |rows: &[Vec<u32>]| Ok(distributions(&self.decode_step(source, rows, false).await?.0));
        generator.run(next).await
    }

    /// A search for what follows `prompt`; it ends where the model's longest row does.
    pub fn generator(&self, prompt: Vec<u32>, decoding: Decoding, max_new: usize) -> Generator {
        let room = self.longest().saturating_sub(prompt.len());
        Generator::new(&self.generation, decoding, prompt, max_new.min(room))
    }
}

/// The first rows of `[N, V]`.
fn first_rows(tensor: &HostTensor, count: usize) -> HostTensor {
    let width = tensor.shape.last();
    HostTensor::f32([count, width], tensor.as_f32()[..count * width].to_vec())
}

/// Log-probabilities of every row of logits `[N, V]`.
fn distributions(logits: &HostTensor) -> Vec<Vec<f32>> {
    logits.as_f32().chunks(logits.shape.last()).map(log_softmax).collect()
}
