//! What fewer bits cost: the same pictures and sentences through a model in two precisions.

use web_time::Instant;

use crate::device::DeviceError;
use crate::dot::dot;
use crate::infer::{Decoding, GenerationContext, TextError, VisionLanguageModel};
use crate::model::blip::Task;
use crate::pixels::Pixels;
use crate::tensor::HostTensor;
use crate::world::language::caption;
use crate::world::render::PIXELS;
use crate::world::{Rng, Split, Stream, Style, render, splits};

/// Longest text in tokens that a BLIP writes.
const MAX_NEW: usize = 20;
const QUESTION: &str = "what is in the picture?";

/// What a model makes of pictures and sentences: embeddings, or texts as ids.
#[derive(Clone, Debug, Default)]
pub struct ModelOutputs {
    images: Vec<Vec<f32>>,
    texts: Vec<Vec<f32>>,
    written: Vec<Vec<u32>>,
    /// Milliseconds per picture.
    pub ms: f64,
}

/// How near one model is to another.
#[derive(Clone, Copy, PartialEq, Debug, serde::Serialize, serde::Deserialize)]
pub struct PrecisionMetrics {
    /// Of embeddings of pictures and sentences; none where the model writes.
    pub mean_cosine: Option<f32>,
    pub worst_cosine: Option<f32>,
    /// Share of pictures for which the same sentence is nearest; none without a tokenizer.
    pub same_top_1: Option<f32>,
    /// Share of greedily written tokens that are the same at the same place; none where the model embeds.
    pub same_tokens: Option<f32>,
}

#[derive(Debug, thiserror::Error)]
pub enum PrecisionError {
    #[error(transparent)]
    Device(#[from] DeviceError),
    #[error(transparent)]
    Text(#[from] TextError),
}

/// Scenes of our own world with a true sentence each, where no pictures are given.
pub fn scenes(count: u64) -> (Vec<Pixels>, Vec<String>) {
    let scene = |index| {
        let scene = splits::scene(Split::Test, 1, index);
        let mut rng = Rng::new(Split::Test, 1, index, Stream::Captions);
        let text = caption(&scene, Style::Full, &mut rng).map_or_else(String::new, |caption| caption.text);
        (Pixels::new(PIXELS as u32, PIXELS as u32, render(&scene).rgb), text)
    };
    (0..count).map(scene).unzip()
}

impl ModelOutputs {
    /// Embeds the pictures, at least one and as [`VisionLanguageModel::fit`] returns them, and the sentences, or writes about
    /// the pictures where the model has no such space. The clock starts once plans are made and kernels chosen.
    pub async fn of(
        model: &mut VisionLanguageModel,
        pictures: &[Pixels],
        texts: &[String],
    ) -> Result<Self, PrecisionError> {
        ModelOutputs::default().add(model, &pictures[0]).await?;
        let (mut outputs, start) = (ModelOutputs::default(), Instant::now());
        for picture in pictures {
            outputs.add(model, picture).await?;
        }
        outputs.ms = start.elapsed().as_secs_f64() * 1e3 / pictures.len() as f64;
        if let Some(tokenizer) = model.tokenizer.as_ref().filter(|_| model.architecture.embeds()) {
            let ids = texts.iter().map(|text| tokenizer.row(text)).collect::<Result<Vec<_>, _>>()?;
            outputs.texts = vectors(&model.embed_texts(&ids).await?);
        }
        Ok(outputs)
    }

    /// What the model makes of one more picture.
    async fn add(&mut self, model: &mut VisionLanguageModel, picture: &Pixels) -> Result<(), PrecisionError> {
        if model.architecture.embeds() {
            self.images.extend(vectors(&model.embed_images(std::slice::from_ref(picture)).await?));
            return Ok(());
        }
        let (source, prompt) = match model.architecture.supports(Task::Caption) {
            true => {
                (GenerationContext { picture: picture.clone(), question: None }, model.caption_prompt("")?.0)
            }
            false => model.question(picture.clone(), QUESTION)?,
        };
        self.written.push(model.generate(&source, prompt, Decoding::Greedy, MAX_NEW).await?.ids);
        Ok(())
    }

    /// How near this is to what `other` makes of the same.
    pub fn compare(&self, other: &ModelOutputs) -> PrecisionMetrics {
        let pairs = self.images.iter().zip(&other.images).chain(self.texts.iter().zip(&other.texts));
        let cosines: Vec<f32> = pairs.map(|(a, b)| dot(a, b)).collect();
        let embeds = !cosines.is_empty();
        let (mine, theirs) = (self.nearest(), other.nearest());
        let same = mine.iter().zip(theirs).filter(|(a, b)| *a == b).count();
        PrecisionMetrics {
            mean_cosine: embeds.then(|| cosines.iter().sum::<f32>() / cosines.len() as f32),
            worst_cosine: cosines.iter().copied().reduce(f32::min),
            same_top_1: (embeds && !self.texts.is_empty()).then(|| same as f32 / mine.len() as f32),
            same_tokens: (!embeds).then(|| same_tokens(&self.written, &other.written)),
        }
    }

    /// For each picture the nearest sentence.
    fn nearest(&self) -> Vec<Option<usize>> {
        let best = |image: &Vec<f32>| {
            let cosines = self.texts.iter().map(|text| dot(image, text)).enumerate();
            cosines.max_by(|a, b| a.1.total_cmp(&b.1)).map(|(i, _)| i)
        };
        self.images.iter().map(best).collect()
    }
}

fn vectors(tensor: &HostTensor) -> Vec<Vec<f32>> {
    tensor.as_f32().chunks(tensor.shape.last()).map(<[f32]>::to_vec).collect()
}

/// Positions with equal tokens, as a share of the longer of the two texts, over all texts.
fn same_tokens(before: &[Vec<u32>], after: &[Vec<u32>]) -> f32 {
    let same = |(a, b): (&Vec<u32>, &Vec<u32>)| a.iter().zip(b).filter(|(a, b)| a == b).count();
    let longer = |(a, b): (&Vec<u32>, &Vec<u32>)| a.len().max(b.len());
    let (same, all): (usize, usize) =
        (before.iter().zip(after).map(same).sum(), before.iter().zip(after).map(longer).sum());
    if all == 0 { 1.0 } else { same as f32 / all as f32 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_that_one_text_lacks_differ() {
        assert_eq!(same_tokens(&[vec![1, 2, 3, 4]], &[vec![1, 2]]), 0.5);
        assert_eq!(same_tokens(&[vec![1, 2], vec![3, 4]], &[vec![1, 5], vec![3, 4]]), 0.75);
        assert_eq!(same_tokens(&[vec![]], &[vec![]]), 1.0);
    }

    #[test]
    fn embeddings_agree_by_cosine_and_by_the_nearest_sentence() {
        let outputs = |images: [[f32; 2]; 2]| ModelOutputs {
            images: images.map(Vec::from).to_vec(),
            texts: vec![vec![1.0, 0.0], vec![0.0, 1.0]],
            ..ModelOutputs::default()
        };
        let metrics = outputs([[1.0, 0.0], [0.8, 0.6]]).compare(&outputs([[1.0, 0.0], [0.0, 1.0]]));
        let (mean_cosine, worst_cosine) = (Some(0.9), Some(0.6));
        assert_eq!(
            metrics,
            PrecisionMetrics { mean_cosine, worst_cosine, same_top_1: Some(0.5), same_tokens: None }
        );
    }

    #[test]
    fn texts_agree_by_their_tokens() {
        let outputs = |ids: &[u32]| ModelOutputs { written: vec![ids.to_vec()], ..ModelOutputs::default() };
        let metrics = outputs(&[1, 2]).compare(&outputs(&[1, 3]));
        assert_eq!((metrics.same_tokens, metrics.mean_cosine), (Some(0.5), None));
    }
}
