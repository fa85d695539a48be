//! The figures of a Playroom model: everything that its model card states, measured on scenes of a split.

mod captions;
mod card;
mod pointing;
mod prior;
mod questions;
mod report;
mod retrieval;
mod swap;

pub(super) use card::between;
pub use card::{REPORTS, with_figures};
pub use prior::QuestionPrior;
pub use report::{EvalReport, TowersReport};

use crate::device::DeviceError;
use crate::infer::{PlayroomTokenizer, VisionLanguageModel, pixels};
use crate::model::playroom::Config;
use crate::pixels::Pixels;
use crate::tensor::HostTensor;
use crate::world::language::full_caption;
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

/// Scenes with what the model makes of their pictures and full captions, `[N, E]` each.
struct Gallery {
    scenes: Vec<Scene>,
    captions: Vec<String>,
    pictures: Vec<Pixels>,
    images: HostTensor,
    texts: HostTensor,
}

/// Measures everything of a Playroom model. Equal options and weights give equal figures on one device.
pub async fn evaluate(
    model: &mut VisionLanguageModel,
    options: Options,
    progress: Progress<'_>,
) -> Result<EvalReport, DeviceError> {
    let scenes = (0..options.count as u64).map(|i| splits::scene(options.split, options.seed, i)).collect();
    progress("encoding", 0, options.count);
    let gallery = Gallery::encode(model, scenes).await?;
    let (text_to_image, image_to_text) = retrieval::retrieve(model, &gallery, progress).await?;
    let hard = retrieval::hard(model, &gallery, options.seed, progress).await?;
    let caption = captions::measure(model, &gallery, progress).await?;
    let question = questions::measure(model, &gallery, options.seed, progress).await?;
    let pointing = pointing::measure(model, &gallery, progress).await?;
    let swap = swap::measure(model, options, progress).await?;
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

/// Measures what the towers find without the reader, which is soon done.
pub async fn evaluate_towers(
    model: &mut VisionLanguageModel,
    options: Options,
) -> Result<TowersReport, DeviceError> {
    let scenes = (0..options.count as u64).map(|i| splits::scene(options.split, options.seed, i)).collect();
    let gallery = Gallery::encode(model, scenes).await?;
    retrieval::towers(model, &gallery, options.seed).await
}

impl Gallery {
    async fn encode(model: &mut VisionLanguageModel, scenes: Vec<Scene>) -> Result<Gallery, DeviceError> {
        let captions: Vec<String> = scenes.iter().map(|scene| full_caption(scene).text).collect();
        let pictures = pictures(&scenes);
        let images = model.embed_images(&pictures).await?;
        let texts = model.embed_texts(&sentences(model, &captions)).await?;
        Ok(Gallery { scenes, captions, pictures, images, texts })
    }
}

fn pictures(scenes: &[Scene]) -> Vec<Pixels> {
    scenes.iter().map(|scene| pixels(render(scene))).collect()
}

fn sentences(model: &VisionLanguageModel, texts: &[String]) -> Vec<Vec<u32>> {
    let (_, words) = playroom_parts(model);
    texts.iter().map(|text| words.sentence(text)).collect()
}

fn playroom_parts(model: &VisionLanguageModel) -> (&Config, &PlayroomTokenizer) {
    model.playroom().expect("the figures are those of a Playroom model")
}

/// `numerator / denominator`, 0 where there was nothing to count.
fn share(numerator: usize, denominator: usize) -> f64 {
    if denominator == 0 { 0.0 } else { numerator as f64 / denominator as f64 }
}
