//! Attention probabilities of a run, by layer and head.

use std::ops::Range;

use super::encode::{image_plan, pixel_values};
use super::{Job, Runner};
use crate::device::{DeviceError, Prepared};
use crate::pixels::Pixels;

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

/// Reads the cross-attention of the reader's layers in its `role`, matcher or decoder, under which the paths name
/// them; queries are the tokens of row 0, row 1, ... of picture 0, then of picture 1, ...
pub(super) async fn cross_traces(
    prepared: &Prepared,
    role: &str,
    depth: usize,
    pictures: usize,
) -> Result<Trace, DeviceError> {
    let paths = (0..depth).map(|i| format!("reader.blocks.{i}.cross_attn")).collect();
    let mut trace = stack(prepared, paths, pictures).await?;
    trace.paths.iter_mut().for_each(|path| *path = path.replacen("reader", role, 1));
    Ok(trace)
}

/// Stacks `[B, H, Tq, Tk]` probabilities of layers as `[layers, heads, B * Tq, Tk]`.
pub(super) async fn stack(
    prepared: &Prepared,
    paths: Vec<String>,
    pictures: usize,
) -> Result<Trace, DeviceError> {
    let mut trace = Trace { paths, heads: 0, queries: 0, keys: 0, values: Vec::new() };
    for path in &trace.paths {
        let probs = prepared.read_finite(&format!("{path}.attention_probs")).await?;
        let (heads, queries, keys) = (probs.shape[1], probs.shape[2], probs.shape[3]);
        (trace.heads, trace.queries, trace.keys) = (heads, pictures * queries, keys);
        for head in 0..heads {
            for picture in 0..pictures {
                let start = (picture * heads + head) * queries * keys;
                trace.values.extend_from_slice(&probs.as_f32()[start..start + queries * keys]);
            }
        }
    }
    Ok(trace)
}

impl Runner {
    /// Self-attention of the image encoder for one picture of the model's size: queries and keys are its cells.
    pub async fn self_attention(&mut self, picture: &Pixels) -> Result<Trace, DeviceError> {
        let job = Job::EncodeImages { batch: 1, traced: true };
        let prepared = self.prepared(job, |config| image_plan(config, 1, true)).await?;
        prepared.write("pixels", &pixel_values([&picture.rgb[..]], self.config.image_size));
        prepared.run(prepared.plan().all())?;
        let paths = (0..self.config.vision_depth).map(|i| format!("vision.blocks.{i}.self_attn")).collect();
        stack(&prepared, paths, 1).await
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
