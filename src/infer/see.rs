//! Pictures and sentences as vectors, and pictures as their texts read them, by whichever model does it.

use super::checkpoint::Scale;
use super::{Model, Trace};
use crate::device::DeviceError;
use crate::pixels::Pixels;
use crate::pixels::resize::resize_square;
use crate::tensor::HostTensor;

impl Model {
    /// Pixels on a side of the picture that the model sees.
    pub fn image_size(&self) -> usize {
        match self {
            Model::Playroom(runner) => runner.config.image_size,
            Model::Checkpoint(checkpoint) => checkpoint.architecture.vision().image_size,
        }
    }

    /// The picture at the model's size, still in bytes.
    pub fn fit(&self, picture: &Pixels) -> Pixels {
        match self {
            Model::Playroom(_) => resize_square(picture, self.image_size() as u32),
            Model::Checkpoint(checkpoint) => checkpoint.images.fit(picture),
        }
    }

    /// Unit vectors `[B, E]` of pictures as [`Model::fit`] returns them.
    pub async fn encode_pictures(&mut self, pictures: &[Pixels]) -> Result<HostTensor, DeviceError> {
        match self {
            Model::Playroom(runner) => Ok(runner.encode_images(pictures).await?.1),
            Model::Checkpoint(checkpoint) => checkpoint.encode_fitted(pictures).await,
        }
    }

    /// Unit vectors `[N, E]` of ids as [`Model::sentence`] returns them.
    pub async fn encode_sentences(&mut self, rows: &[Vec<u32>]) -> Result<HostTensor, DeviceError> {
        match self {
            Model::Playroom(runner) => runner.encode_texts(rows).await,
            Model::Checkpoint(checkpoint) => {
                let pad = checkpoint.words.as_ref().map_or(0, |words| words.pad);
                checkpoint.encode_texts(rows, pad).await
            }
        }
    }

    /// Logits `[no match, match]` of sentences with one picture as [`Model::fit`] returns it.
    pub async fn match_sentences(
        &mut self,
        picture: &Pixels,
        rows: &[Vec<u32>],
    ) -> Result<Vec<[f32; 2]>, DeviceError> {
        match self {
            Model::Playroom(runner) => {
                let image = runner.image_tokens(picture).await?;
                Ok(runner.match_texts(&image, &[rows.to_vec()], false).await?.0.remove(0))
            }
            Model::Checkpoint(checkpoint) => {
                let source = checkpoint.look_at(picture).await?;
                checkpoint.match_rows(source, rows).await
            }
        }
    }

    /// How cosines become logits.
    pub async fn scale(&self) -> Result<Scale, DeviceError> {
        match self {
            Model::Playroom(runner) => {
                Ok(Scale { factor: runner.temperature().await?, bias: 0.0, sigmoid: false })
            }
            Model::Checkpoint(checkpoint) => checkpoint.scale().await,
        }
    }

    /// How long each step takes that encodes one picture, by [`Device::time_steps`].
    ///
    /// [`Device::time_steps`]: crate::device::Device::time_steps
    pub async fn time_image_steps(
        &mut self,
        picture: &Pixels,
        least_ms: f64,
    ) -> Result<Vec<(&'static str, f64)>, DeviceError> {
        match self {
            Model::Playroom(runner) => runner.time_image_steps(picture, least_ms).await,
            Model::Checkpoint(checkpoint) => checkpoint.time_image_steps(picture, least_ms).await,
        }
    }

    /// Layers and heads of the image encoder, and the cells of its picture.
    pub fn image_attention(&self) -> (usize, usize, usize) {
        match self {
            Model::Playroom(runner) => {
                let config = &runner.config;
                (config.vision_depth, config.heads, config.grid().pow(2))
            }
            Model::Checkpoint(checkpoint) => {
                let vision = checkpoint.architecture.vision();
                (vision.num_hidden_layers, vision.num_attention_heads, checkpoint.grid().pow(2))
            }
        }
    }

    /// Self-attention of the image encoder: queries and keys are the cells of the picture.
    pub async fn self_attention(&mut self, picture: &Pixels) -> Result<Trace, DeviceError> {
        match self {
            Model::Playroom(runner) => runner.self_attention(picture).await,
            Model::Checkpoint(checkpoint) => {
                let pixels = checkpoint.images.pixel_values(std::slice::from_ref(picture));
                checkpoint.self_attention(&pixels).await
            }
        }
    }

    /// Cross-attention of the decoder for every token of a row, keys being the cells of the picture.
    pub async fn decoder_attention(&mut self, picture: &Pixels, row: &[u32]) -> Result<Trace, DeviceError> {
        match self {
            Model::Playroom(runner) => {
                let image = runner.image_tokens(picture).await?;
                runner.decoder_attention(&image, row).await
            }
            Model::Checkpoint(checkpoint) => {
                let source = checkpoint.look_at(picture).await?;
                checkpoint.decoder_attention(source, row).await
            }
        }
    }

    /// The same of what reads whole sentences: the matcher, or BLIP's encoder of questions.
    pub async fn matcher_attention(&mut self, picture: &Pixels, row: &[u32]) -> Result<Trace, DeviceError> {
        match self {
            Model::Playroom(runner) => {
                let image = runner.image_tokens(picture).await?;
                let trace = runner.match_texts(&image, &[vec![row.to_vec()]], true).await?.1;
                let trace = trace.expect("the run was traced");
                // A row may have padding.
                Ok(trace.part(0..row.len(), 0..trace.keys))
            }
            Model::Checkpoint(checkpoint) => {
                let source = checkpoint.look_at(picture).await?;
                checkpoint.encoder_attention(source, row).await
            }
        }
    }
}
