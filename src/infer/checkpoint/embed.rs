//! Pictures and sentences to unit vectors, and what their products mean.

use super::{Checkpoint, Job};
use crate::device::DeviceError;
use crate::infer::encode::padded_rows;
use crate::infer::{rounded, rounded_tokens, temperature};
use crate::model::architecture::Architecture;
use crate::model::blip::Task;
use crate::pixels::Pixels;
use crate::softmax::softmax;
use crate::tensor::HostTensor;

/// Most pictures or rows of one replay.
pub const BATCH: usize = 8;

/// What is made of a cosine between a picture and a text.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Scale {
    /// Logit = `factor` cosine + `bias`.
    pub factor: f32,
    pub bias: f32,
    /// Whether a logit's sigmoid is the probability of the pair; otherwise the softmax over the texts is that of each.
    pub sigmoid: bool,
}

impl Scale {
    pub fn logit(&self, cosine: f32) -> f32 {
        self.factor * cosine + self.bias
    }

    /// Probabilities of the texts of one picture, from their logits.
    pub fn probabilities(&self, logits: &[f32]) -> Vec<f32> {
        if self.sigmoid {
            return logits.iter().map(|logit| 1.0 / (1.0 + (-logit).exp())).collect();
        }
        let shares = softmax(logits.iter().copied().map(f64::from));
        shares.into_iter().map(|share| share as f32).collect()
    }
}

impl Checkpoint {
    /// Whether the model has a space that pictures and texts share.
    pub fn embeds(&self) -> bool {
        !matches!(self.architecture, Architecture::Blip(Task::Caption | Task::Answer, _))
    }

    /// Width of that space; 0 without one.
    pub fn embed_dim(&self) -> usize {
        match &self.architecture {
            Architecture::Clip(config) => config.projection_dim,
            Architecture::Siglip(config) => config.vision.hidden_size,
            Architecture::Blip(Task::Match, config) => config.image_text_hidden_size,
            Architecture::Blip(Task::Caption | Task::Answer, _) => 0,
        }
    }

    /// How cosines become logits: by the learned temperature, in SigLIP with a bias; BLIP's ranks by the cosine itself.
    pub async fn scale(&self) -> Result<Scale, DeviceError> {
        Ok(match self.architecture {
            Architecture::Clip(_) => Scale { factor: self.temperature().await?, bias: 0.0, sigmoid: false },
            Architecture::Siglip(_) => Scale {
                factor: self.temperature().await?,
                bias: self.scalar("logit_bias").await?,
                sigmoid: true,
            },
            Architecture::Blip(..) => Scale { factor: 1.0, bias: 0.0, sigmoid: false },
        })
    }

    async fn temperature(&self) -> Result<f32, DeviceError> {
        temperature(self.scalar("logit_scale").await?)
    }

    /// Unit vectors `[B, E]` of pictures of any size.
    pub async fn encode_images(&mut self, pictures: &[Pixels]) -> Result<HostTensor, DeviceError> {
        let fitted: Vec<Pixels> = pictures.iter().map(|picture| self.images.fit(picture)).collect();
        self.encode_fitted(&fitted).await
    }

    /// As [`Checkpoint::encode_images`], of pictures as [`ImageProcessor::fit`] returns them.
    ///
    /// [`ImageProcessor::fit`]: crate::io::preprocess::ImageProcessor::fit
    pub async fn encode_fitted(&mut self, pictures: &[Pixels]) -> Result<HostTensor, DeviceError> {
        let (mut embeds, mut done, mut most) = (Vec::new(), 0, BATCH);
        while done < pictures.len() {
            let chunk = &pictures[done..pictures.len().min(done + most)];
            match self.encode_batch(chunk).await {
                Ok(values) => {
                    embeds.extend(values);
                    done += chunk.len();
                }
                // Fewer at a time take less.
                Err(
                    DeviceError::Memory(_) | DeviceError::Exhausted { .. } | DeviceError::TooLarge { .. },
                ) if chunk.len() > 1 => {
                    most = chunk.len().div_ceil(2);
                }
                Err(error) => return Err(error),
            }
        }
        Ok(matrix(pictures.len(), embeds))
    }

    async fn encode_batch(&mut self, pictures: &[Pixels]) -> Result<Vec<f32>, DeviceError> {
        let batch = rounded(pictures.len());
        let mut fitted = pictures.to_vec();
        fitted.resize(batch, pictures[0].clone());
        let pixels = self.images.pixel_values(&fitted);
        let prepared = self.run(Job::Image { batch }, false, &[("pixels", &pixels)]).await?;
        let all = self.read(&prepared, "image_embeds").await?;
        Ok(all.as_f32()[..pictures.len() * all.shape.last()].to_vec())
    }

    /// How long each step takes that encodes one picture as [`ImageProcessor::fit`] returns it, by [`Device::time_steps`].
    ///
    /// [`ImageProcessor::fit`]: crate::io::preprocess::ImageProcessor::fit
    /// [`Device::time_steps`]: crate::device::Device::time_steps
    pub async fn time_image_steps(
        &mut self,
        picture: &Pixels,
        least_ms: f64,
    ) -> Result<Vec<(&'static str, f64)>, DeviceError> {
        let pixels = self.images.pixel_values(std::slice::from_ref(picture));
        let prepared = self.run(Job::Image { batch: 1 }, false, &[("pixels", &pixels)]).await?;
        prepared.time_steps(least_ms).await
    }

    /// Unit vectors `[N, E]` of sentences given as ids (see [`super::Words::row`]).
    pub async fn encode_texts(
        &mut self,
        sentences: &[Vec<u32>],
        pad: u32,
    ) -> Result<HostTensor, DeviceError> {
        let mut embeds = Vec::new();
        for chunk in sentences.chunks(BATCH) {
            let (rows, longest) = (rounded(chunk.len()), self.architecture.text().max_position_embeddings);
            let most = chunk.iter().map(Vec::len).max().unwrap_or(1);
            let tokens = match self.architecture {
                // SigLIP has only seen rows that were filled up.
                Architecture::Siglip(_) => longest,
                _ => rounded_tokens(most, longest),
            };
            let masked = !matches!(self.architecture, Architecture::Siglip(_));
            let (ids, lengths) = padded_rows(chunk, rows, tokens, pad);
            let mut inputs = vec![("ids", &ids)];
            if masked {
                inputs.push(("lengths", &lengths));
            }
            let pooled = self.pooled(&ids);
            if let Some(pooled) = &pooled {
                inputs.push(("pooled", pooled));
            }
            let prepared = self.run(Job::Text { rows, tokens, masked }, false, &inputs).await?;
            let all = self.read(&prepared, "text_embeds").await?;
            embeds.extend_from_slice(&all.as_f32()[..chunk.len() * all.shape.last()]);
        }
        Ok(matrix(sentences.len(), embeds))
    }

    /// CLIP's rows that stand for the texts, as indices into `[N * T, D]`; other models find them without ids.
    pub fn pooled(&self, ids: &HostTensor) -> Option<HostTensor> {
        let Architecture::Clip(config) = &self.architecture else { return None };
        let (rows, tokens) = (ids.shape[0], ids.shape[1]);
        let position = |(i, row): (usize, &[u32])| (i * tokens + config.pooled_position(row)) as u32;
        let positions = ids.as_u32().chunks(tokens).enumerate().map(position).collect();
        Some(HostTensor::u32([rows], positions))
    }
}

fn matrix(rows: usize, values: Vec<f32>) -> HostTensor {
    HostTensor::f32([rows, values.len() / rows.max(1)], values)
}
