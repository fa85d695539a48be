//! Pictures and sentences to unit vectors, and what their products mean.

use super::{Job, VisionLanguageModel, rounded, rounded_tokens};
use crate::device::DeviceError;
use crate::model::architecture::Architecture;
use crate::pixels::Pixels;
use crate::softmax::softmax;
use crate::tensor::HostTensor;
use crate::world::render::{PIXELS, Picture};

/// Most pictures or rows of one replay.
pub const BATCH: usize = 8;

/// The same of pictures of at most [`SMALL`] pixels on a side, which fill a device less.
const SMALL_BATCH: usize = 32;
const SMALL: usize = 64;

/// What is made of a cosine between a picture and a text.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct LogitScale {
    /// Logit = `factor` cosine + `bias`.
    pub factor: f32,
    pub bias: f32,
    /// Whether a logit's sigmoid is the probability of the pair; otherwise the softmax over the texts is that of each.
    pub sigmoid: bool,
}

impl LogitScale {
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

/// A picture of the world as models see it.
pub fn pixels(picture: Picture) -> Pixels {
    Pixels::new(PIXELS as u32, PIXELS as u32, picture.rgb)
}

/// A picture of the world's size that shows nothing, half way between black and white.
pub fn grey_pixels() -> Pixels {
    const HALF: u8 = 128;
    Pixels::new(PIXELS as u32, PIXELS as u32, vec![HALF; PIXELS * PIXELS * 3])
}

/// RGB bytes of pictures of the model's size to `[B, 3, H, W]` in `[-1, 1]`.
pub fn pixel_values<'a>(pictures: impl IntoIterator<Item = &'a [u8]>, side: usize) -> HostTensor {
    let mut values = Vec::new();
    let mut batch = 0;
    for rgb in pictures {
        assert_eq!(rgb.len(), side * side * 3, "a picture of {side}x{side} RGB bytes");
        batch += 1;
        for channel in 0..3 {
            values.extend(rgb.iter().skip(channel).step_by(3).map(|&byte| f32::from(byte) / 127.5 - 1.0));
        }
    }
    HostTensor::f32([batch, 3, side, side], values)
}

impl VisionLanguageModel {
    /// Pixels on a side of the picture that the model sees.
    pub fn image_size(&self) -> usize {
        self.architecture.vision().image_size
    }

    /// The picture at the model's size, still in bytes.
    pub fn fit(&self, picture: &Pixels) -> Pixels {
        self.image_processor.fit(picture)
    }

    /// Unit vectors `[B, E]` of pictures as [`VisionLanguageModel::fit`] returns them.
    pub async fn embed_images(&mut self, pictures: &[Pixels]) -> Result<HostTensor, DeviceError> {
        let embeds = self.encode_images(pictures, "image_embeds").await?;
        Ok(matrix(pictures.len(), embeds))
    }

    /// The last states `[B, P, D]` of such pictures, row after row.
    pub async fn image_states(&mut self, pictures: &[Pixels]) -> Result<Vec<f32>, DeviceError> {
        self.encode_images(pictures, "image_states").await
    }

    /// The slot `name` of [`Job::EncodeImage`], of all pictures.
    pub(super) async fn encode_images(
        &mut self,
        pictures: &[Pixels],
        name: &str,
    ) -> Result<Vec<f32>, DeviceError> {
        let (mut embeds, mut done, mut most) = (Vec::new(), 0, self.batch());
        while done < pictures.len() {
            let chunk = &pictures[done..pictures.len().min(done + most)];
            match self.encode_batch(chunk, name).await {
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
        Ok(embeds)
    }

    async fn encode_batch(&mut self, pictures: &[Pixels], name: &str) -> Result<Vec<f32>, DeviceError> {
        let batch = rounded(pictures.len());
        let mut fitted = pictures.to_vec();
        fitted.resize(batch, pictures[0].clone());
        let pixels = self.image_processor.pixel_values(&fitted);
        let compiled = self.run(Job::EncodeImage { batch }, false, &[("pixels", &pixels)]).await?;
        let all = self.read(&compiled, name).await?;
        Ok(all.as_f32()[..pictures.len() * all.shape.numel() / batch].to_vec())
    }

    /// How long each step takes that encodes one picture as [`VisionLanguageModel::fit`] returns it, by
    /// [`CompiledPlan::time_steps`].
    ///
    /// [`CompiledPlan::time_steps`]: crate::device::CompiledPlan::time_steps
    pub async fn time_image_steps(
        &mut self,
        picture: &Pixels,
        least_ms: f64,
    ) -> Result<Vec<(&'static str, f64)>, DeviceError> {
        let pixels = self.image_processor.pixel_values(std::slice::from_ref(picture));
        // A model without embeddings encodes pictures for its texts only.
        let job = if self.architecture.embeds() { Job::EncodeImage { batch: 1 } } else { Job::ImageCrossKv };
        let compiled = self.run(job, false, &[("pixels", &pixels)]).await?;
        compiled.time_steps(least_ms).await
    }

    /// Unit vectors `[N, E]` of ids as [`VisionLanguageModel::sentence`] returns them.
    pub async fn embed_texts(&mut self, rows: &[Vec<u32>]) -> Result<HostTensor, DeviceError> {
        // SigLIP has only seen rows that were filled up, and has seen what fills them.
        let masked = !matches!(self.architecture, Architecture::Siglip(_));
        let mut embeds = Vec::new();
        for chunk in rows.chunks(self.batch()) {
            let (ids, lengths) = self.padded(chunk, !masked);
            let mut inputs = vec![("ids", &ids)];
            if masked {
                inputs.push(("lengths", &lengths));
            }
            let pooled = self.pooled(&ids);
            inputs.extend(pooled.as_ref().map(|pooled| ("pooled", pooled)));
            let job = Job::EncodeText { rows: ids.shape[0], tokens: ids.shape[1], masked };
            let compiled = self.run(job, false, &inputs).await?;
            let all = self.read(&compiled, "text_embeds").await?;
            embeds.extend_from_slice(&all.as_f32()[..chunk.len() * all.shape.last()]);
        }
        Ok(matrix(rows.len(), embeds))
    }

    /// CLIP's rows that stand for the texts, as indices into `[N * T, D]`; other models find them without ids.
    pub fn pooled(&self, ids: &HostTensor) -> Option<HostTensor> {
        let config = self.architecture.pooled_by_ids()?;
        let (rows, tokens) = (ids.shape[0], ids.shape[1]);
        let position = |(i, row): (usize, &[u32])| (i * tokens + config.pooled_position(row)) as u32;
        let positions = ids.as_u32().chunks(tokens).enumerate().map(position).collect();
        Some(HostTensor::u32([rows], positions))
    }

    /// How cosines become logits: by the learned temperature, in SigLIP with a bias; BLIP's ranks by the cosine itself.
    pub async fn logit_scale(&self) -> Result<LogitScale, DeviceError> {
        let plain = LogitScale { factor: 1.0, bias: 0.0, sigmoid: false };
        Ok(match self.architecture {
            Architecture::Blip(..) => plain,
            Architecture::Playroom(_) | Architecture::Clip(_) => {
                LogitScale { factor: self.temperature().await?, ..plain }
            }
            Architecture::Siglip(_) => LogitScale {
                factor: self.temperature().await?,
                bias: self.scalar("logit_bias").await?,
                sigmoid: true,
            },
        })
    }

    async fn temperature(&self) -> Result<f32, DeviceError> {
        self.exponential("logit_scale").await
    }

    /// The exponential of a weight `[1]`, which must be finite.
    pub(super) async fn exponential(&self, name: &str) -> Result<f32, DeviceError> {
        match self.scalar(name).await?.exp() {
            found if found.is_finite() => Ok(found),
            found => Err(DeviceError::NotFinite {
                name: format!("exp({name})"),
                index: 0,
                found,
                first: name.to_string(),
                kernel: "the weights",
            }),
        }
    }

    pub(super) fn batch(&self) -> usize {
        if self.image_size() <= SMALL { SMALL_BATCH } else { BATCH }
    }

    /// Rows of ids cut and padded to a size for which there are plans (to the longest where `full`), `[N, T]`, with their
    /// lengths; missing rows repeat the first.
    pub(super) fn padded(&self, rows: &[Vec<u32>], full: bool) -> (HostTensor, HostTensor) {
        let most = rows.iter().map(Vec::len).max().unwrap_or(1);
        let tokens = if full { self.longest() } else { rounded_tokens(most, self.longest()) };
        let count = rounded(rows.len());
        let pad =
            self.tokenizer.as_ref().map_or(self.architecture.text().pad_token_id, |tokenizer| tokenizer.pad);
        let mut values = vec![pad; count * tokens];
        let mut lengths = vec![0; count];
        for (i, out) in values.chunks_mut(tokens).enumerate() {
            let row = rows.get(i).unwrap_or(&rows[0]);
            let length = row.len().min(tokens);
            out[..length].copy_from_slice(&row[..length]);
            lengths[i] = length as u32;
        }
        (HostTensor::u32([count, tokens], values), HostTensor::u32([count], lengths))
    }
}

fn matrix(rows: usize, values: Vec<f32>) -> HostTensor {
    HostTensor::f32([rows, values.len() / rows.max(1)], values)
}
