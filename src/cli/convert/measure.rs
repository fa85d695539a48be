//! What a conversion costs: the same pictures and sentences through both models.

use std::path::{Path, PathBuf};
use std::time::Instant;

use crate::cli::checkpoint::{photo, words};
use crate::cli::embed::{dot, picture_files};
use crate::cli::model::{choose_device, open_folder};
use crate::cli::{CliError, Common};
use crate::infer::checkpoint::Checkpoint;
use crate::infer::{Decoding, Model as Loadable};
use crate::model::blip::Task;
use crate::pixels::Pixels;
use crate::tensor::HostTensor;
use crate::world::language::caption;
use crate::world::render::PIXELS;
use crate::world::{Rng, Split, Stream, Style, render, splits};

/// Scenes of our own world that stand for pictures and sentences.
const SCENES: u64 = 16;
/// Longest text in tokens that a BLIP writes.
const MAX_NEW: usize = 20;
const QUESTION: &str = "what is in the picture?";

/// How far a converted model is from its original.
#[derive(serde::Serialize)]
pub struct Effect {
    pub pictures: usize,
    #[serde(flatten)]
    pub agreement: Agreement,
    /// Milliseconds per picture, original and converted.
    pub ms_before: f64,
    pub ms_after: f64,
}

#[derive(serde::Serialize)]
#[serde(untagged)]
pub enum Agreement {
    Embeddings {
        mean_cosine: f32,
        worst_cosine: f32,
        /// Share of pictures for which the same sentence is nearest; none where the model has no tokenizer.
        same_top_1: Option<f32>,
    },
    /// Share of greedily written tokens that are the same at the same place.
    Tokens { same_tokens: f32 },
}

/// What a model made of the pictures and sentences: embeddings, or texts as ids.
struct Made {
    images: Vec<Vec<f32>>,
    texts: Vec<Vec<f32>>,
    written: Vec<Vec<u32>>,
    ms: f64,
}

/// Compares the models of two folders on the pictures of `folder`, or else on scenes of our world.
pub fn measure(
    [before, after]: [&Path; 2],
    folder: Option<&PathBuf>,
    common: &Common,
) -> Result<Effect, CliError> {
    let (mut pictures, texts): (Vec<Pixels>, Vec<String>) = (0..SCENES).map(scene).unzip();
    if let Some(folder) = folder {
        let files = picture_files(folder)?;
        pictures = files.iter().map(|file| photo(file)).collect::<Result<_, _>>()?;
    }
    let made = |folder: &Path| -> Result<Made, CliError> {
        let mut opened = open_folder(folder, choose_device(common.backend)?)?;
        match &mut opened.0 {
            Loadable::Checkpoint(checkpoint) if checkpoint.embeds() => embed(checkpoint, &pictures, &texts),
            Loadable::Checkpoint(checkpoint) => write(checkpoint, &pictures),
            Loadable::Playroom(_) => unreachable!("only published checkpoints are converted"),
        }
    };
    let (before, after) = (made(before)?, made(after)?);
    let agreement = match before.written.is_empty() {
        true => embeddings(&before, &after),
        false => Agreement::Tokens { same_tokens: same_tokens(&before.written, &after.written) },
    };
    Ok(Effect { pictures: pictures.len(), agreement, ms_before: before.ms, ms_after: after.ms })
}

fn scene(index: u64) -> (Pixels, String) {
    let scene = splits::scene(Split::Test, 1, index);
    let mut rng = Rng::new(Split::Test, 1, index, Stream::Captions);
    let text = caption(&scene, Style::Full, &mut rng).map_or_else(String::new, |caption| caption.text);
    (Pixels::new(PIXELS as u32, PIXELS as u32, render(&scene).rgb), text)
}

fn embed(checkpoint: &mut Checkpoint, pictures: &[Pixels], texts: &[String]) -> Result<Made, CliError> {
    // Plans are made and kernels chosen before the clock starts.
    pollster::block_on(checkpoint.encode_images(pictures)).map_err(CliError::failure)?;
    let start = Instant::now();
    let images = pollster::block_on(checkpoint.encode_images(pictures)).map_err(CliError::failure)?;
    let ms = start.elapsed().as_secs_f64() * 1e3 / pictures.len() as f64;
    let rows = match &checkpoint.words {
        None => None,
        Some(words) => {
            let ids = texts.iter().map(|text| words.row(text)).collect::<Result<Vec<_>, _>>();
            Some((ids.map_err(CliError::input)?, words.pad))
        }
    };
    let texts = match rows {
        None => Vec::new(),
        Some((ids, pad)) => {
            let texts = pollster::block_on(checkpoint.encode_texts(&ids, pad));
            vectors(&texts.map_err(CliError::failure)?)
        }
    };
    Ok(Made { images: vectors(&images), texts, written: Vec::new(), ms })
}

fn vectors(tensor: &HostTensor) -> Vec<Vec<f32>> {
    tensor.as_f32().chunks(tensor.shape.last()).map(<[f32]>::to_vec).collect()
}

fn write(checkpoint: &mut Checkpoint, pictures: &[Pixels]) -> Result<Made, CliError> {
    let question = words(checkpoint)?.row(QUESTION).map_err(CliError::input)?;
    let question = HostTensor::u32([1, question.len()], question);
    let mut written = Vec::new();
    let mut start = Instant::now();
    for (i, picture) in [&pictures[0]].into_iter().chain(pictures).enumerate() {
        if i == 1 {
            // The first text was written so that plans are made and kernels chosen before the clock starts.
            written.clear();
            start = Instant::now();
        }
        let pixels = checkpoint.images.pixel_values(&[checkpoint.images.fit(picture)]);
        let ids = pollster::block_on(async {
            let mut source = checkpoint.look(&pixels).await?;
            if checkpoint.task() == Some(Task::Answer) {
                source = checkpoint.ask(source, &question, question.shape[1] as u32).await?;
            }
            let prompt = checkpoint.caption_prompt(None);
            checkpoint.write(source, prompt, Decoding::Greedy, MAX_NEW).await
        });
        written.push(ids.map_err(CliError::failure)?.ids);
    }
    let ms = start.elapsed().as_secs_f64() * 1e3 / pictures.len() as f64;
    Ok(Made { images: Vec::new(), texts: Vec::new(), written, ms })
}

fn embeddings(before: &Made, after: &Made) -> Agreement {
    let pairs = before.images.iter().zip(&after.images).chain(before.texts.iter().zip(&after.texts));
    let cosines: Vec<f32> = pairs.map(|(a, b)| dot(a, b)).collect();
    let nearest = |made: &Made| -> Vec<Option<usize>> {
        let best = |image: &Vec<f32>| {
            let cosines = made.texts.iter().map(|text| dot(image, text)).enumerate();
            cosines.max_by(|a, b| a.1.total_cmp(&b.1)).map(|(i, _)| i)
        };
        made.images.iter().map(best).collect()
    };
    let same = nearest(before).iter().zip(nearest(after)).filter(|(a, b)| *a == b).count();
    Agreement::Embeddings {
        mean_cosine: cosines.iter().sum::<f32>() / cosines.len() as f32,
        worst_cosine: cosines.iter().copied().fold(1.0, f32::min),
        same_top_1: (!before.texts.is_empty()).then(|| same as f32 / before.images.len() as f32),
    }
}

/// Positions with equal tokens, as a share of the longer of the two texts, over all texts.
fn same_tokens(before: &[Vec<u32>], after: &[Vec<u32>]) -> f32 {
    let same = |(a, b): (&Vec<u32>, &Vec<u32>)| a.iter().zip(b).filter(|(a, b)| a == b).count();
    let longer = |(a, b): (&Vec<u32>, &Vec<u32>)| a.len().max(b.len());
    let (same, all): (usize, usize) =
        (before.iter().zip(after).map(same).sum(), before.iter().zip(after).map(longer).sum());
    same as f32 / all as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_that_one_text_lacks_differ() {
        assert_eq!(same_tokens(&[vec![1, 2, 3, 4]], &[vec![1, 2]]), 0.5);
        assert_eq!(same_tokens(&[vec![1, 2], vec![3, 4]], &[vec![1, 5], vec![3, 4]]), 0.75);
    }

    #[test]
    fn embeddings_agree_by_cosine_and_by_the_nearest_sentence() {
        let made = |images: [[f32; 2]; 2]| Made {
            images: images.map(Vec::from).to_vec(),
            texts: vec![vec![1.0, 0.0], vec![0.0, 1.0]],
            written: Vec::new(),
            ms: 1.0,
        };
        let before = made([[1.0, 0.0], [0.0, 1.0]]);
        let Agreement::Embeddings { mean_cosine, worst_cosine, same_top_1 } =
            embeddings(&before, &made([[1.0, 0.0], [0.8, 0.6]]))
        else {
            panic!("both have embeddings")
        };
        assert_eq!((mean_cosine, worst_cosine, same_top_1), (0.9, 0.6, Some(0.5)));
    }
}
