//! Late interaction: single words compared with the cells of a picture (see [`crate::model::playroom::late_scores`]).

use super::{Job, VisionLanguageModel};
use crate::device::DeviceError;
use crate::dot::dot;
use crate::pixels::Pixels;
use crate::tensor::HostTensor;

/// A text's tokens against a picture's cells.
#[derive(Clone, Debug, PartialEq)]
pub struct WordMaps {
    /// Cosines `[T, P]`.
    pub cosines: HostTensor,
}

impl WordMaps {
    /// `words` `[T, L]` and `cells` `[P, L]`, unit vectors.
    pub fn new(words: &HostTensor, cells: &[f32]) -> Self {
        let width = words.shape.last();
        let pairs = words.as_f32().chunks(width).flat_map(|word| {
            let cosine = move |cell| dot(word, cell);
            cells.chunks(width).map(cosine)
        });
        WordMaps { cosines: HostTensor::f32([words.shape[0], cells.len() / width], pairs.collect()) }
    }

    /// The cosines of one token with the cells, in row-major order.
    pub fn map(&self, token: usize) -> &[f32] {
        let cells = self.cosines.shape.last();
        &self.cosines.as_f32()[token * cells..(token + 1) * cells]
    }
}

impl VisionLanguageModel {
    /// Whether single words can be compared with cells.
    pub fn compares_words(&self) -> bool {
        self.playroom().is_some_and(|(config, _)| config.late_width > 0)
    }

    /// Unit vectors of the cells of pictures, `[B, P, L]`, as [`VisionLanguageModel::fit`] returns those.
    pub async fn embed_cells(&mut self, pictures: &[Pixels]) -> Result<HostTensor, DeviceError> {
        let cells = self.encode_images(pictures, "cell_embeds").await?;
        let (places, count) = (self.architecture.grid().pow(2), pictures.len());
        Ok(HostTensor::f32([count, places, cells.len() / (count * places).max(1)], cells))
    }

    /// Unit vectors of the tokens of each row, `[T, L]`, rows as [`VisionLanguageModel::sentence`] returns them.
    pub async fn embed_words(&mut self, rows: &[Vec<u32>]) -> Result<Vec<HostTensor>, DeviceError> {
        let mut words = Vec::with_capacity(rows.len());
        for chunk in rows.chunks(self.batch()) {
            let (ids, lengths) = self.padded(chunk, false);
            let job = Job::EncodeText { rows: ids.shape[0], tokens: ids.shape[1], masked: true };
            let compiled = self.run(job, false, &[("ids", &ids), ("lengths", &lengths)]).await?;
            let all = self.read(&compiled, "word_embeds").await?;
            let (tokens, width) = (all.shape[1], all.shape[2]);
            for (values, &length) in
                all.as_f32().chunks(tokens * width).zip(lengths.as_u32()).take(chunk.len())
            {
                let length = length as usize;
                words.push(HostTensor::f32([length, width], values[..length * width].to_vec()));
            }
        }
        Ok(words)
    }

    /// How late scores become logits: `exp(late_scale)`.
    pub async fn late_temperature(&self) -> Result<f32, DeviceError> {
        self.exponential("late_scale").await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_has_a_cosine_with_each_cell() {
        let words = HostTensor::f32([2, 2], vec![1.0, 0.0, 0.0, 1.0]);
        let maps = WordMaps::new(&words, &[0.6, 0.8, 0.8, 0.6, -1.0, 0.0]);
        assert_eq!((maps.map(0), maps.map(1)), (&[0.6, 0.8, -1.0][..], &[0.8, 0.6, 0.0][..]));
    }
}
