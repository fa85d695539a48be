//! A text about a picture by BLIP's decoder, a token at a time; what came before is kept as keys and values.

use triptych::infer::VisionLanguageModel;
use triptych::io::read_at::Files;
use triptych::tensor::HostTensor;

/// A captioning model that has seen its picture, and the tokens of a text.
pub(crate) struct Writing {
    model: VisionLanguageModel,
    /// States by which the picture is read.
    source: usize,
    ids: Vec<u32>,
}

impl Writing {
    /// From the files of a BLIP and the values of `pixels` `[1, 3, S, S]`; the error is a message.
    pub(crate) async fn open(
        gpu: bool,
        files: &dyn Files,
        pixels: Vec<f32>,
        ids: Vec<u32>,
    ) -> Result<Self, String> {
        let mut model = crate::load(gpu, files).await?;
        let side = model.architecture.vision().image_size;
        let pixels = HostTensor::f32([1, 3, side, side], pixels);
        let source = model.encode_image(&pixels).await.map_err(|error| error.to_string())?;
        Ok(Writing { model, source, ids })
    }

    /// Logits `[1, V]` of what follows the token at this place; the text goes on from the place before, or from the start.
    pub(crate) async fn after(&mut self, at: usize) -> Result<HostTensor, String> {
        let row = self.ids[..=at].to_vec();
        let logits = self.model.decode_step(self.source, &[row], false).await;
        logits.map(|(logits, _)| logits).map_err(|error| error.to_string())
    }
}
