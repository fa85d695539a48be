//! Pictures and sentences to embeddings.

use super::{ImageTokens, Job, Runner, rounded, rounded_tokens};
use crate::device::DeviceError;
use crate::model::playroom;
use crate::pixels::Pixels;
use crate::plan::{Plan, PlanBuilder};
use crate::tensor::DType::{F32, U32};
use crate::tensor::HostTensor;

/// Most pictures or rows of one replay.
const BATCH: usize = 32;

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

impl Runner {
    /// Tokens `[B, G*G, D]` and unit vectors `[B, E]` of pictures of the model's size.
    pub async fn encode_images(
        &mut self,
        pictures: &[Pixels],
    ) -> Result<(ImageTokens, HostTensor), DeviceError> {
        let (cells, width) = (self.config.grid().pow(2), self.config.width());
        let (mut tokens, mut embeds) = (Vec::new(), Vec::new());
        for chunk in pictures.chunks(BATCH) {
            let batch = rounded(chunk.len());
            let job = Job::EncodeImages { batch, traced: false };
            let prepared = self.prepared(job, |config| image_plan(config, batch, false)).await?;
            let padded = (0..batch).map(|i| chunk[i.min(chunk.len() - 1)].rgb.as_slice());
            prepared.write("pixels", &pixel_values(padded, self.config.image_size));
            prepared.run(prepared.plan().all())?;
            let all = prepared.read_finite("image_tokens").await?;
            tokens.extend_from_slice(&all.as_f32()[..chunk.len() * cells * width]);
            let all = prepared.read_finite("image_embeds").await?;
            embeds.extend_from_slice(&all.as_f32()[..chunk.len() * self.config.embed_width]);
        }
        let embeds = HostTensor::f32([pictures.len(), self.config.embed_width], embeds);
        Ok((HostTensor::f32([pictures.len(), cells, width], tokens), embeds))
    }

    /// Tokens `[1, G*G, D]` of a picture of the model's size, which are not computed again for the picture of the last call.
    pub(super) async fn image_tokens(&mut self, picture: &Pixels) -> Result<ImageTokens, DeviceError> {
        if let Some((known, tokens)) = &self.kept.seen
            && known == picture
        {
            return Ok(tokens.clone());
        }
        let (tokens, _) = self.encode_images(std::slice::from_ref(picture)).await?;
        self.kept.seen = Some((picture.clone(), tokens.clone()));
        Ok(tokens)
    }

    /// How long each step takes that encodes one picture of the model's size, by [`Device::time_steps`].
    ///
    /// [`Device::time_steps`]: crate::device::Device::time_steps
    pub async fn time_image_steps(
        &mut self,
        picture: &Pixels,
        least_ms: f64,
    ) -> Result<Vec<(&'static str, f64)>, DeviceError> {
        let job = Job::EncodeImages { batch: 1, traced: false };
        let prepared = self.prepared(job, |config| image_plan(config, 1, false)).await?;
        prepared.write("pixels", &pixel_values([&picture.rgb[..]], self.config.image_size));
        prepared.time_steps(least_ms).await
    }

    /// Unit vectors `[N, E]` of sentences given as token ids (see [`super::Words::sentence`]).
    pub async fn encode_texts(&mut self, sentences: &[Vec<u32>]) -> Result<HostTensor, DeviceError> {
        let mut embeds = Vec::new();
        for chunk in sentences.chunks(BATCH) {
            let longest = chunk.iter().map(Vec::len).max().unwrap_or(1);
            let tokens = rounded_tokens(longest, self.config.max_tokens);
            let rows = rounded(chunk.len());
            let job = Job::EncodeTexts { rows, tokens };
            let prepared = self.prepared(job, |config| text_plan(config, rows, tokens)).await?;
            let (ids, lengths) = padded_rows(chunk, rows, tokens, self.words.pad);
            prepared.write("ids", &ids);
            prepared.write("lengths", &lengths);
            prepared.run(prepared.plan().all())?;
            let all = prepared.read_finite("text_embeds").await?;
            embeds.extend_from_slice(&all.as_f32()[..chunk.len() * self.config.embed_width]);
        }
        Ok(HostTensor::f32([sentences.len(), self.config.embed_width], embeds))
    }
}

pub(super) fn image_plan(config: &playroom::Config, batch: usize, traced: bool) -> Plan {
    let mut b = if traced { PlanBuilder::new().traced() } else { PlanBuilder::new() };
    let pixels = b.input("pixels", [batch, 3, config.image_size, config.image_size], F32);
    let tokens = playroom::encode_image(&mut b, config, pixels);
    b.name(tokens, "image_tokens");
    let embeds = playroom::image_embeds(&mut b, config, tokens);
    b.name(embeds, "image_embeds");
    b.finish()
}

/// A plan like those of a model in use, for measuring devices: four pictures encoded.
pub fn probe_plan(config: &playroom::Config) -> Plan {
    image_plan(config, 4, false)
}

fn text_plan(config: &playroom::Config, rows: usize, tokens: usize) -> Plan {
    let mut b = PlanBuilder::new();
    let ids = b.input("ids", [rows, tokens], U32);
    let lengths = b.input("lengths", [rows], U32);
    let hidden = playroom::encode_text(&mut b, config, ids, lengths);
    let embeds = playroom::text_embeds(&mut b, config, hidden, lengths);
    b.name(embeds, "text_embeds");
    b.finish()
}

/// Rows of ids cut and padded to `[rows, tokens]`, with their lengths; missing rows repeat the first.
pub(super) fn padded_rows(
    ids: &[Vec<u32>],
    rows: usize,
    tokens: usize,
    pad: u32,
) -> (HostTensor, HostTensor) {
    let mut values = vec![pad; rows * tokens];
    let mut lengths = vec![0; rows];
    for (i, out) in values.chunks_mut(tokens).enumerate() {
        let row = ids.get(i).unwrap_or(&ids[0]);
        let length = row.len().min(tokens);
        out[..length].copy_from_slice(&row[..length]);
        lengths[i] = length as u32;
    }
    (HostTensor::u32([rows, tokens], values), HostTensor::u32([rows], lengths))
}
