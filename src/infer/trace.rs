//! Attention probabilities of a run, by layer and head.

use super::encode::{image_plan, pixel_values};
use super::{Job, Rows, Runner};
use crate::device::{Device, DeviceError, Prepared};
use crate::pixels::Pixels;

/// Attention of a stack of layers: `[layers, heads, queries, keys]`, each row summing to one.
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
}

/// Reads the cross-attention of the reader's layers in its `role`, matcher or decoder, under which the paths name
/// them; queries are the tokens of row 0, row 1, ... of picture 0, then of picture 1, ...
pub(super) async fn cross_traces(
    device: &Device,
    prepared: &Prepared,
    role: &str,
    depth: usize,
    shape: Rows,
) -> Result<Trace, DeviceError> {
    let paths = (0..depth).map(|i| format!("reader.blocks.{i}.cross_attn")).collect();
    let mut trace = stack(device, prepared, paths, shape.pictures).await?;
    trace.paths.iter_mut().for_each(|path| *path = path.replacen("reader", role, 1));
    Ok(trace)
}

/// Stacks `[B, H, Tq, Tk]` probabilities of layers as `[layers, heads, B * Tq, Tk]`.
async fn stack(
    device: &Device,
    prepared: &Prepared,
    paths: Vec<String>,
    pictures: usize,
) -> Result<Trace, DeviceError> {
    let mut trace = Trace { paths, heads: 0, queries: 0, keys: 0, values: Vec::new() };
    for path in &trace.paths {
        let probs = device.read(prepared, &format!("{path}.attention_probs")).await?;
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
        self.device.write(&prepared, "pixels", &pixel_values([&picture.rgb[..]], self.config.image_size));
        self.device.run(&prepared, prepared.plan().all())?;
        let paths = (0..self.config.vision_depth).map(|i| format!("vision.blocks.{i}.self_attn")).collect();
        stack(&self.device, &prepared, paths, 1).await
    }
}
