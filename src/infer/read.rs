//! Words that read pictures, all their tokens at once: matching probabilities and next-token distributions.

use std::rc::Rc;

use super::encode::padded_rows;
use super::trace::{Trace, cross_traces};
use super::{ImageTokens, Job, Runner, rounded, rounded_tokens};
use crate::device::{DeviceError, Prepared};
use crate::model::playroom::{self, Config};
use crate::ops::embedding::embedding;
use crate::plan::{Plan, PlanBuilder, SlotId};
use crate::softmax::log_softmax;
use crate::tensor::DType::{F32, U32};
use crate::tensor::HostTensor;

/// Shape of a reading: `rows` token rows of `tokens` for each of `pictures` pictures.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Rows {
    pub pictures: usize,
    pub rows: usize,
    pub tokens: usize,
    /// Whether attention probabilities are kept.
    pub traced: bool,
}

impl Runner {
    /// Logits `[no match, match]` of every sentence with its picture: `texts[i]` are the sentences for picture `i`
    /// of `image`, equally many for each; also the cross-attention where `traced`.
    pub async fn match_texts(
        &mut self,
        image: &ImageTokens,
        texts: &[Vec<Vec<u32>>],
        traced: bool,
    ) -> Result<(Vec<Vec<[f32; 2]>>, Option<Trace>), DeviceError> {
        let (shape, flat) = self.layout(image, texts, traced);
        let prepared = self.prepared(Job::Match(shape), |config| match_plan(config, shape)).await?;
        self.feed(&prepared, image, shape, &flat);
        prepared.run(prepared.plan().all())?;
        let logits = prepared.read_finite("logits").await?;
        let pairs: Vec<[f32; 2]> = logits.as_f32().chunks(2).map(|p| [p[0], p[1]]).collect();
        let depth = self.config.reader_depth;
        let trace = match traced {
            true => Some(cross_traces(&prepared, "matcher", depth, shape.pictures).await?),
            false => None,
        };
        let matched = texts.iter().enumerate().map(|(i, row)| pairs[i * shape.rows..][..row.len()].to_vec());
        Ok((matched.collect(), trace))
    }

    /// Log-probabilities `[V]` of the token that follows each row, natural logarithms, picture by picture; `rows[i]` are the rows
    /// that read picture `i` of `image`, equally many for each.
    pub async fn next_of_each(
        &mut self,
        image: &ImageTokens,
        rows: &[Vec<Vec<u32>>],
    ) -> Result<Vec<Vec<f32>>, DeviceError> {
        let (prepared, shape) = self.decode(image, rows, false).await?;
        let logits = prepared.read_finite("logits").await?;
        let all: Vec<Vec<f32>> = logits.as_f32().chunks(self.config.vocab_size).map(log_softmax).collect();
        let real = rows.iter().enumerate().flat_map(|(i, r)| (0..r.len()).map(move |j| i * shape.rows + j));
        Ok(real.map(|i| all[i].clone()).collect())
    }

    /// Cross-attention of the decoder for every token of a row that reads one picture.
    pub async fn decoder_attention(
        &mut self,
        image: &ImageTokens,
        row: &[u32],
    ) -> Result<Trace, DeviceError> {
        let (prepared, shape) = self.decode(image, &[vec![row.to_vec()]], true).await?;
        let trace = cross_traces(&prepared, "decoder", self.config.reader_depth, shape.pictures).await?;
        Ok(trace.part(0..row.len(), 0..trace.keys))
    }

    async fn decode(
        &mut self,
        image: &ImageTokens,
        rows: &[Vec<Vec<u32>>],
        traced: bool,
    ) -> Result<(Rc<Prepared>, Rows), DeviceError> {
        let (shape, flat) = self.layout(image, rows, traced);
        let prepared = self.prepared(Job::Decode(shape), |config| decode_plan(config, shape)).await?;
        self.feed(&prepared, image, shape, &flat);
        let last = flat.iter().enumerate().map(|(i, row)| (i * shape.tokens + row.len() - 1) as u32);
        prepared.write("last", &HostTensor::u32([flat.len()], last.collect()));
        prepared.run(prepared.plan().all())?;
        Ok((prepared, shape))
    }

    /// The shape for these rows and the rows in its order, missing ones repeated.
    fn layout(&self, image: &ImageTokens, rows: &[Vec<Vec<u32>>], traced: bool) -> (Rows, Vec<Vec<u32>>) {
        assert_eq!(image.shape[0], rows.len(), "rows for every picture");
        let count = rows[0].len();
        assert!(count > 0 && rows.iter().all(|r| r.len() == count), "equally many rows for each picture");
        let longest = rows.iter().flatten().map(Vec::len).max().unwrap_or(1);
        let shape = Rows {
            pictures: rounded(rows.len()),
            rows: rounded(count),
            tokens: rounded_tokens(longest, self.config.max_tokens),
            traced,
        };
        let pick =
            |i: usize| rows[(i / shape.rows).min(rows.len() - 1)][(i % shape.rows).min(count - 1)].clone();
        (shape, (0..shape.pictures * shape.rows).map(pick).collect())
    }

    fn feed(&self, prepared: &Prepared, image: &ImageTokens, shape: Rows, rows: &[Vec<u32>]) {
        let size = image.shape[1] * image.shape[2];
        let mut values = image.as_f32().to_vec();
        let first = values[..size].to_vec();
        while values.len() < shape.pictures * size {
            values.extend_from_slice(&first);
        }
        let image = HostTensor::f32([shape.pictures, image.shape[1], image.shape[2]], values);
        prepared.write("image_tokens", &image);
        let (ids, lengths) = padded_rows(rows, rows.len(), shape.tokens, self.words.pad);
        prepared.write("ids", &ids);
        if prepared.plan().find("lengths").is_some() {
            prepared.write("lengths", &lengths);
        }
    }
}

fn builder(config: &Config, shape: Rows) -> (PlanBuilder, SlotId, SlotId) {
    let mut b = if shape.traced { PlanBuilder::new().traced() } else { PlanBuilder::new() };
    let cells = config.grid().pow(2);
    let image = b.input("image_tokens", [shape.pictures, cells, config.width()], F32);
    let ids = b.input("ids", [shape.pictures * shape.rows, shape.tokens], U32);
    (b, image, ids)
}

fn match_plan(config: &Config, shape: Rows) -> Plan {
    let (mut b, image, ids) = builder(config, shape);
    let lengths = b.input("lengths", [shape.pictures * shape.rows], U32);
    let memory = playroom::memory(&mut b, config, image);
    let matching = playroom::match_words(&mut b, config, ids, lengths, &memory);
    b.name(matching.text, "logits");
    b.finish()
}

fn decode_plan(config: &Config, shape: Rows) -> Plan {
    let (mut b, image, ids) = builder(config, shape);
    let rows = shape.pictures * shape.rows;
    let last = b.input("last", [rows], U32);
    let memory = playroom::memory(&mut b, config, image);
    let hidden = playroom::decode(&mut b, config, ids, &memory);
    let hidden = b.reshape(hidden, [rows * shape.tokens, config.width()]);
    let hidden = embedding(&mut b, hidden, last);
    let logits = playroom::decoder_logits(&mut b, config, hidden);
    b.name(logits, "logits");
    b.finish()
}
