//! Attention probabilities of a run, by layer and head. A class token, which CLIP and BLIP put before the cells of a picture,
//! is neither a key nor a query here.

use std::ops::Range;

use super::{Job, VisionLanguageModel};
use crate::device::{CompiledPlan, DeviceError};
use crate::model::emit::TextTower;
use crate::pixels::Pixels;
use crate::tensor::HostTensor;

/// Attention of a stack of layers: `[layers, heads, queries, keys]`. A row sums to one, or to less where some keys were left
/// out, such as a picture's class token.
#[derive(Clone, PartialEq, Debug)]
pub struct Trace {
    /// Parameter paths of the layers, for example `vision.blocks.0.self_attn`; those of the reader with its role in
    /// front, `decoder.blocks.0.cross_attn`.
    pub paths: Vec<String>,
    pub heads: usize,
    pub queries: usize,
    pub keys: usize,
    pub values: Vec<f32>,
}

impl Trace {
    /// Probabilities `[keys]` of one query in one head.
    pub fn row(&self, layer: usize, head: usize, query: usize) -> &[f32] {
        let row = (layer * self.heads + head) * self.queries + query;
        &self.values[row * self.keys..(row + 1) * self.keys]
    }

    /// Mean over the heads of one layer, `[keys]`.
    pub fn mean(&self, layer: usize, query: usize) -> Vec<f32> {
        let mut mean = vec![0.0; self.keys];
        for head in 0..self.heads {
            for (sum, p) in mean.iter_mut().zip(self.row(layer, head, query)) {
                *sum += p / self.heads as f32;
            }
        }
        mean
    }

    pub fn layers(&self) -> usize {
        self.paths.len()
    }

    /// What every layer and head has of one query, `[layers, heads, keys]`.
    pub fn of_query(&self, query: usize) -> Vec<f32> {
        self.part(query..query + 1, 0..self.keys).values
    }

    /// Some of the queries, in this order, and some of the keys.
    pub fn part(&self, queries: impl Iterator<Item = usize> + Clone, keys: Range<usize>) -> Trace {
        let mut values = Vec::new();
        for layer in 0..self.layers() {
            for head in 0..self.heads {
                let row = |query| &self.row(layer, head, query)[keys.clone()];
                queries.clone().for_each(|query| values.extend_from_slice(row(query)));
            }
        }
        let (paths, heads) = (self.paths.clone(), self.heads);
        Trace { paths, heads, queries: queries.count(), keys: keys.len(), values }
    }

    /// Where queries look through what they read: `p[l,h,q,k] = sum_t self[l,h,q,t] seen[l,h,t,k]`, the keys of `self` being
    /// the queries of `seen`.
    pub fn through(&self, seen: &Trace) -> Trace {
        assert_eq!((self.layers(), self.heads, self.keys), (seen.layers(), seen.heads, seen.queries));
        let mut values = vec![0.0; self.layers() * self.heads * self.queries * seen.keys];
        for (at, out) in values.chunks_mut(seen.keys).enumerate() {
            let (stack, query) = (at / self.queries, at % self.queries);
            let (layer, head) = (stack / self.heads, stack % self.heads);
            for (t, weight) in self.row(layer, head, query).iter().enumerate() {
                let row = seen.row(layer, head, t);
                out.iter_mut().zip(row).for_each(|(sum, p)| *sum += weight * p);
            }
        }
        Trace { paths: self.paths.clone(), heads: self.heads, queries: self.queries, keys: seen.keys, values }
    }
}

impl VisionLanguageModel {
    /// Layers and heads of the image encoder, and the cells of its picture.
    pub fn image_attention(&self) -> (usize, usize, usize) {
        let vision = self.architecture.vision();
        (vision.num_hidden_layers, vision.num_attention_heads, self.architecture.grid().pow(2))
    }

    /// Self-attention of the image encoder for a picture as [`VisionLanguageModel::fit`] returns it: queries and keys are its
    /// cells.
    pub async fn self_attention(&mut self, picture: &Pixels) -> Result<Trace, DeviceError> {
        let pixels = self.image_processor.pixel_values(std::slice::from_ref(picture));
        let compiled = self.run(Job::EncodeImage { batch: 1 }, true, &[("pixels", &pixels)]).await?;
        let trace = self.stack(&compiled, self.architecture.image_attention()).await?;
        let class = trace.keys - self.architecture.grid().pow(2);
        Ok(trace.part(class..trace.queries, class..trace.keys))
    }

    /// Cross-attention of the decoder for every token of a row about a picture, whose cells the keys are.
    pub async fn decoder_attention(&mut self, picture: &Pixels, row: &[u32]) -> Result<Trace, DeviceError> {
        let source = self.encode_picture(picture).await?;
        let (ids, _) = self.padded(&[row.to_vec()], false);
        let job = Job::Decode { rows: 1, tokens: ids.shape[1], source };
        let last = HostTensor::u32([1], vec![row.len() as u32 - 1]);
        let compiled = self.run(job, true, &[("ids", &ids), ("last", &last)]).await?;
        let trace = self.cross_attention(&compiled, TextTower::Decoder).await?;
        Ok(trace.part(0..row.len(), 0..trace.keys))
    }

    /// The same of what reads whole sentences: the matcher, or BLIP's encoder of questions.
    pub async fn matcher_attention(&mut self, picture: &Pixels, row: &[u32]) -> Result<Trace, DeviceError> {
        let source = self.encode_picture(picture).await?;
        let compiled = match self.architecture.reads_question() {
            true => {
                let ids = HostTensor::u32([1, row.len()], row.to_vec());
                self.run_question(source, &ids, row.len() as u32, true).await?
            }
            false => self.match_batch(source, &[row.to_vec()], true).await?.1,
        };
        let trace = self.cross_attention(&compiled, TextTower::Encoder).await?;
        Ok(trace.part(0..row.len(), 0..trace.keys))
    }

    /// The cross-attention of a text tower in a run, `[layers, heads, rows * tokens, keys]`: keys are cells, or the tokens of a
    /// question.
    pub(super) async fn cross_attention(
        &self,
        compiled: &CompiledPlan,
        tower: TextTower,
    ) -> Result<Trace, DeviceError> {
        let mut trace = self.stack(compiled, self.architecture.cross_attention(tower)).await?;
        let role = match tower {
            TextTower::Encoder => "matcher.",
            TextTower::Decoder => "decoder.",
        };
        let named = trace.paths.iter_mut().filter(|path| path.starts_with("reader."));
        named.for_each(|path| path.replace_range(.."reader.".len(), role));
        let reads_words = tower == TextTower::Decoder && self.architecture.reads_question();
        let class = if reads_words { 0 } else { trace.keys - self.architecture.grid().pow(2) };
        Ok(trace.part(0..trace.queries, class..trace.keys))
    }

    /// Stacks `[1, H, Q, K]` probabilities of layers as `[layers, heads, Q, K]`.
    async fn stack(&self, compiled: &CompiledPlan, paths: Vec<String>) -> Result<Trace, DeviceError> {
        let mut trace = Trace { paths, heads: 0, queries: 0, keys: 0, values: Vec::new() };
        for path in &trace.paths {
            let probs = self.read(compiled, &format!("{path}.attention_probs")).await?;
            (trace.heads, trace.queries, trace.keys) = (probs.shape[1], probs.shape[2], probs.shape[3]);
            trace.values.extend_from_slice(probs.as_f32());
        }
        Ok(trace)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trace(queries: usize, keys: usize, values: &[f32]) -> Trace {
        Trace { paths: vec!["a".to_string()], heads: 2, queries, keys, values: values.to_vec() }
    }

    #[test]
    fn a_part_has_some_queries_and_keys_of_every_head() {
        let whole = trace(2, 3, &[0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 10.0, 11.0, 12.0, 13.0, 14.0, 15.0]);
        assert_eq!(whole.part([1].into_iter(), 1..3), trace(1, 2, &[4.0, 5.0, 14.0, 15.0]));
        assert_eq!(whole.of_query(0), [0.0, 1.0, 2.0, 10.0, 11.0, 12.0]);
    }

    #[test]
    fn what_is_read_through_others_is_their_weighted_sum() {
        let words = trace(1, 2, &[0.25, 0.75, 1.0, 0.0]);
        let cells = trace(2, 2, &[1.0, 0.0, 0.2, 0.8, 0.5, 0.5, 0.0, 1.0]);
        let through = words.through(&cells);
        let expected = [0.25 + 0.15, 0.6, 0.5, 0.5];
        assert!(through.values.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-6), "{through:?}");
        assert_eq!((through.queries, through.keys), (1, 2));
    }
}
