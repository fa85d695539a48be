//! Captions and answers: the search fed by the decoder.

use super::{Decoding, Generator, Hypothesis, ImageTokens, Runner};
use crate::device::DeviceError;

/// A text that the decoder wrote.
#[derive(Clone, PartialEq, Debug)]
pub struct Written {
    /// The prompt and what was written, up to and including the first end token.
    pub ids: Vec<u32>,
    /// Natural logarithm of each written token's probability, the end token included.
    pub logprobs: Vec<f32>,
    /// Words without special tokens.
    pub text: String,
}

impl Runner {
    /// A search that begins with `prompt` (see [`super::Words`]).
    pub fn generator(&self, prompt: Vec<u32>, decoding: Decoding, max_new: usize) -> Generator {
        let room = self.config.max_tokens.saturating_sub(prompt.len());
        Generator::new(&self.generation, decoding, prompt, max_new.min(room))
    }

    /// Texts for pictures with a prompt each, `image` as from [`Runner::encode_images`]; pictures that are finished
    /// drop out of the batch.
    pub async fn write_texts(
        &mut self,
        image: &ImageTokens,
        prompts: &[Vec<u32>],
        decoding: Decoding,
        max_new: usize,
    ) -> Result<Vec<Written>, DeviceError> {
        let mut searches: Vec<Generator> =
            prompts.iter().map(|prompt| self.generator(prompt.clone(), decoding, max_new)).collect();
        loop {
            let open: Vec<usize> = (0..searches.len()).filter(|&i| !searches[i].done()).collect();
            if open.is_empty() {
                break;
            }
            let mut rows: Vec<Vec<Vec<u32>>> = open.iter().map(|&i| searches[i].open_rows()).collect();
            let counts: Vec<usize> = rows.iter().map(Vec::len).collect();
            let most = counts.iter().copied().max().unwrap_or(1);
            for row in &mut rows {
                row.resize(most, row[0].clone());
            }
            let image = pick(image, &open);
            let logprobs = match &rows[..] {
                [rows] => self.next(&image, rows, false).await?.logprobs,
                _ => self.next_of_each(&image, &rows).await?,
            };
            for ((&i, count), logprobs) in open.iter().zip(counts).zip(logprobs.chunks(most)) {
                searches[i].advance(&logprobs[..count]);
            }
        }
        Ok(searches.iter().map(|search| self.written(search.best())).collect())
    }

    /// The text of a hypothesis without its prompt's special tokens.
    pub fn written(&self, hypothesis: &Hypothesis) -> Written {
        let text = hypothesis.ids.iter().map(|&id| self.words.piece(id)).collect::<String>();
        Written {
            ids: hypothesis.ids.clone(),
            logprobs: hypothesis.logprobs.clone(),
            text: text.trim().to_string(),
        }
    }
}

/// The image tokens of some of the pictures.
pub fn pick(image: &ImageTokens, indices: &[usize]) -> ImageTokens {
    let size = image.shape[1] * image.shape[2];
    let values = indices.iter().flat_map(|&i| &image.as_f32()[i * size..(i + 1) * size]).copied().collect();
    ImageTokens::f32([indices.len(), image.shape[1], image.shape[2]], values)
}
