//! Where a checkpoint looks: attention over the cells of the picture. A class token, which CLIP and BLIP put before the
//! cells, is neither a key nor a query here.

use super::plans::Reader;
use super::write::distributions;
use super::{Checkpoint, Job};
use crate::device::{DeviceError, Prepared};
use crate::infer::Trace;
use crate::infer::trace::stack;
use crate::model::architecture::Architecture;
use crate::model::blip::Task;
use crate::tensor::HostTensor;

impl Checkpoint {
    /// Cells on a side of the picture.
    pub fn grid(&self) -> usize {
        let vision = self.architecture.vision();
        vision.image_size / vision.patch_size
    }

    /// States of the image encoder that stand before those of the cells.
    fn class_tokens(&self) -> usize {
        match self.architecture {
            Architecture::Siglip(_) => 0,
            Architecture::Clip(_) | Architecture::Blip(..) => 1,
        }
    }

    /// Self-attention of the image encoder for one picture `[1, 3, S, S]`: queries and keys are its cells.
    pub async fn self_attention(&mut self, pixels: &HostTensor) -> Result<Trace, DeviceError> {
        let prepared = self.run(Job::Image { batch: 1 }, true, &[("pixels", pixels)]).await?;
        let depth = self.architecture.vision().num_hidden_layers;
        let paths = (0..depth).map(|i| format!("vision_model.encoder.layers.{i}.self_attn")).collect();
        let trace = stack(&prepared, paths, 1).await?;
        let class = self.class_tokens();
        Ok(trace.part(class..trace.queries, class..trace.keys))
    }

    /// As [`Checkpoint::logprobs`], with the cross-attention of the last token of each row: queries are the rows, keys the
    /// cells of the picture, or in answering the tokens of the question.
    pub async fn logprobs_traced(
        &mut self,
        source: usize,
        rows: &[Vec<u32>],
    ) -> Result<(Vec<Vec<f32>>, Trace), DeviceError> {
        let (logits, prepared) = self.go_on(source, rows, true).await?;
        let trace = self.cross(&prepared, Reader::Decoder).await?;
        Ok((distributions(&logits), trace.part(0..rows.len(), 0..trace.keys)))
    }

    /// Cross-attention of the decoder for every token of one row, keys as in [`Checkpoint::logprobs_traced`].
    pub async fn decoder_attention(&mut self, source: usize, row: &[u32]) -> Result<Trace, DeviceError> {
        let (ids, _) = self.rows(&[row.to_vec()]);
        let job = Job::Decode { rows: 1, tokens: ids.shape[1], source };
        let last = HostTensor::u32([1], vec![row.len() as u32 - 1]);
        let prepared = self.run(job, true, &[("ids", &ids), ("last", &last)]).await?;
        let trace = self.cross(&prepared, Reader::Decoder).await?;
        Ok(trace.part(0..row.len(), 0..trace.keys))
    }

    /// Cross-attention of the encoder that reads a picture with a whole sentence, or with a question, for every token of one
    /// row: keys are the cells.
    pub async fn encoder_attention(&mut self, source: usize, row: &[u32]) -> Result<Trace, DeviceError> {
        let prepared = match self.task() {
            Some(Task::Answer) => {
                let ids = HostTensor::u32([1, row.len()], row.to_vec());
                self.question(source, &ids, row.len() as u32, true).await?
            }
            _ => self.judge(source, &[row.to_vec()], true).await?,
        };
        let trace = self.cross(&prepared, Reader::Encoder).await?;
        Ok(trace.part(0..row.len(), 0..trace.keys))
    }

    /// The cross-attention of a reader in a run, `[layers, heads, rows * tokens, keys]`.
    async fn cross(&self, prepared: &Prepared, reader: Reader) -> Result<Trace, DeviceError> {
        let paths = (0..self.blip().text.num_hidden_layers).map(|i| reader.path(i)).collect();
        let trace = stack(prepared, paths, 1).await?;
        let reads_cells = reader == Reader::Encoder || self.task() == Some(Task::Caption);
        let first = if reads_cells { self.class_tokens() } else { 0 };
        Ok(trace.part(0..trace.queries, first..trace.keys))
    }
}
