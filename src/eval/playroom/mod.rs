//! The figures of a Playroom model: everything that its model card states, measured on scenes of a split.

mod captions;
mod card;
mod pointing;
mod prior;
mod questions;
mod report;
mod retrieval;
mod swap;

pub use card::with_figures;
pub use prior::QuestionPrior;
pub use report::EvalReport;

use crate::device::DeviceError;
use crate::infer::{ImageTokens, Runner};
use crate::pixels::Pixels;
use crate::tensor::HostTensor;
use crate::world::language::full_caption;
use crate::world::render::PIXELS;
use crate::world::{Scene, Split, render, splits};

/// Which scenes are measured.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    pub split: Split,
    pub seed: u64,
    pub count: usize,
}

/// Told what is being measured, how far it is and how far it goes.
pub type Progress<'a> = &'a mut dyn FnMut(&str, usize, usize);

/// Scenes with what the model makes of their pictures and full captions.
struct Gallery {
    scenes: Vec<Scene>,
    captions: Vec<String>,
    /// `[N, G*G, D]`
    tokens: ImageTokens,
    /// `[N, E]`, unit vectors.
    images: HostTensor,
    /// `[N, E]`, unit vectors.
    texts: HostTensor,
}

/// Measures everything. Equal options and weights give equal figures on one device.
pub async fn evaluate(
    runner: &mut Runner,
    options: Options,
    progress: Progress<'_>,
) -> Result<EvalReport, DeviceError> {
    let scenes = (0..options.count as u64).map(|i| splits::scene(options.split, options.seed, i)).collect();
    progress("encoding", 0, options.count);
    let gallery = Gallery::encode(runner, scenes).await?;
    let (text_to_image, image_to_text) = retrieval::retrieve(runner, &gallery, progress).await?;
    let hard = retrieval::hard(runner, &gallery, options.seed, progress).await?;
    let caption = captions::measure(runner, &gallery, progress).await?;
    let question = questions::measure(runner, &gallery, options.seed, progress).await?;
    let pointing = pointing::measure(runner, &gallery, progress).await?;
    let swap = swap::measure(runner, options, progress).await?;
    Ok(EvalReport {
        split: options.split,
        seed: options.seed,
        count: options.count,
        text_to_image,
        hard,
        image_to_text,
        caption,
        question,
        pointing,
        swap,
    })
}

impl Gallery {
    async fn encode(runner: &mut Runner, scenes: Vec<Scene>) -> Result<Gallery, DeviceError> {
        let captions: Vec<String> = scenes.iter().map(|scene| full_caption(scene).text).collect();
        let (tokens, images) = runner.encode_images(&pictures(&scenes)).await?;
        let texts = runner.encode_texts(&sentences(runner, &captions)).await?;
        Ok(Gallery { scenes, captions, tokens, images, texts })
    }
}

fn pictures(scenes: &[Scene]) -> Vec<Pixels> {
    scenes.iter().map(|scene| Pixels::new(PIXELS as u32, PIXELS as u32, render(scene).rgb)).collect()
}

fn sentences(runner: &Runner, texts: &[String]) -> Vec<Vec<u32>> {
    texts.iter().map(|text| runner.words.sentence(text)).collect()
}

/// `numerator / denominator`, 0 where there was nothing to count.
fn share(numerator: usize, denominator: usize) -> f64 {
    if denominator == 0 { 0.0 } else { numerator as f64 / denominator as f64 }
}
