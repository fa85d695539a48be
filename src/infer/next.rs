//! Texts about one picture, a token at a time: what is kept of picture and texts is not computed again.

use super::cache::{self, Extent, UnderWay};
use super::trace::{Trace, cross_traces};
use super::{ImageTokens, Job, Runner};
use crate::device::DeviceError;
use crate::model::playroom::{self, Config};
use crate::nn::Memory;
use crate::pixels::Pixels;
use crate::plan::{Plan, PlanBuilder};
use crate::softmax::log_softmax;
use crate::tensor::DType::F32;

/// What is kept of a picture and of the texts that read it.
#[derive(Default)]
pub(super) struct Kept {
    /// In host memory: a picture's tokens.
    pub seen: Option<(Pixels, ImageTokens)>,
    picture: Option<ImageTokens>,
    written: Option<UnderWay>,
}

/// Next-token log-probabilities of some rows.
pub struct Next {
    /// `[rows][V]`, natural logarithms.
    pub logprobs: Vec<Vec<f32>>,
    /// Cross-attention of the last token of each row, where it was asked for: queries are the rows.
    pub trace: Option<Trace>,
}

impl Next {
    /// What every layer and head has of row `row`, `[layers, heads, keys]`, of a traced run.
    pub fn attention(&self, row: usize) -> Vec<f32> {
        self.trace.as_ref().expect("the run was traced").of_query(row)
    }
}

impl Runner {
    /// Distribution of the token that follows each of `rows`, which are of one length and read one picture, `image`
    /// `[1, G*G, D]`.
    pub async fn next(
        &mut self,
        image: &ImageTokens,
        rows: &[Vec<u32>],
        traced: bool,
    ) -> Result<Next, DeviceError> {
        self.look(image).await?;
        let held = cache::extent(rows, self.config.max_tokens);
        let own = paths(&self.config, "causal_attn");
        cache::reserve(&mut self.bank, &own, held, self.config.width())?;
        let start = self.take_over(rows, held).await?;
        let prepared = self.prepared(Job::Next { held, traced }, |config| plan(config, held, traced)).await?;
        for at in start..rows[0].len() {
            for (name, tensor) in cache::inputs(rows, held, at) {
                prepared.write(name, &tensor);
            }
            prepared.run(prepared.plan().all())?;
        }
        let logits = prepared.read_finite("logits").await?;
        self.kept.written = Some(UnderWay { rows: rows.to_vec(), held });
        let all = logits.as_f32().chunks(self.config.vocab_size).take(rows.len());
        let logprobs = all.map(log_softmax).collect();
        if !traced {
            return Ok(Next { logprobs, trace: None });
        }
        let trace = cross_traces(&prepared, "decoder", self.config.reader_depth, 1).await?;
        Ok(Next { logprobs, trace: Some(trace.part(0..rows.len(), 0..trace.keys)) })
    }

    /// Keeps the keys and values by which texts read a picture, unless they are those that were kept last.
    async fn look(&mut self, image: &ImageTokens) -> Result<(), DeviceError> {
        assert_eq!(image.shape[0], 1, "one picture");
        if self.kept.picture.as_ref() == Some(image) {
            return Ok(());
        }
        (self.kept.picture, self.kept.written) = (None, None);
        let prepared = self.prepared(Job::Look, look_plan).await?;
        prepared.write("image_tokens", image);
        prepared.run(prepared.plan().all())?;
        for path in paths(&self.config, "cross_attn") {
            for kind in cache::KINDS {
                let tensor = prepared.read_finite(&format!("{path}.{kind}")).await?;
                self.bank.store(&seen(&path, kind), &tensor)?;
            }
        }
        self.kept.picture = Some(image.clone());
        Ok(())
    }

    /// Brings what is kept of the beginnings of `rows` to where these will be; returns how many tokens that are.
    async fn take_over(&mut self, rows: &[Vec<u32>], to: Extent) -> Result<usize, DeviceError> {
        let Some(written) = self.kept.written.take() else { return Ok(0) };
        let (start, from) = (written.start(rows, to), written.held);
        if let Some([taken, put]) = &start.moves {
            let prepared =
                self.prepared(Job::Move { from, to }, |config| move_plan(config, [from, to])).await?;
            prepared.write("taken", taken);
            prepared.write("put", put);
            prepared.run(prepared.plan().all())?;
        }
        Ok(start.common)
    }
}

/// The reader's attentions of one kind, by layer.
fn paths(config: &Config, kind: &str) -> Vec<String> {
    (0..config.reader_depth).map(|i| format!("reader.blocks.{i}.{kind}")).collect()
}

/// Under which name the device keeps the keys or values of a picture.
fn seen(path: &str, kind: &str) -> String {
    format!("{path}.{kind}.kept")
}

/// `image_tokens` `[1, G*G, D]` to the keys and values of every layer.
fn look_plan(config: &Config) -> Plan {
    let mut b = PlanBuilder::new();
    let image = b.input("image_tokens", [1, config.grid().pow(2), config.width()], F32);
    let memory = playroom::memory(&mut b, config, image);
    for (path, block) in paths(config, "cross_attn").iter().zip(&memory.blocks) {
        for (kind, slot) in cache::KINDS.iter().zip(block) {
            b.name(*slot, &format!("{path}.{kind}"));
        }
    }
    b.finish()
}

/// The inputs of [`cache::emit_inputs`] to `logits` `[N, V]`.
fn plan(config: &Config, held: Extent, traced: bool) -> Plan {
    let mut b = if traced { PlanBuilder::new().traced() } else { PlanBuilder::new() };
    let (ids, place) = cache::emit_inputs(&mut b, held[0]);
    let shape = [1, config.grid().pow(2), config.width()];
    let cross = paths(config, "cross_attn");
    let blocks = cross.iter().map(|path| cache::KINDS.map(|kind| b.stored(&seen(path, kind), shape)));
    let memory = Memory { blocks: blocks.collect() };
    let own = cache::own(&mut b, &paths(config, "causal_attn"), held, config.width());
    let hidden = playroom::decode_next(&mut b, config, ids, place, &own, &memory);
    let hidden = b.reshape(hidden, [held[0], config.width()]);
    let logits = playroom::decoder_logits(&mut b, config, hidden);
    b.name(logits, "logits");
    b.finish()
}

fn move_plan(config: &Config, between: [Extent; 2]) -> Plan {
    let mut b = PlanBuilder::new();
    cache::move_kept(&mut b, &paths(config, "causal_attn"), between, config.width());
    b.finish()
}
