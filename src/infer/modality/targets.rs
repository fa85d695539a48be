//! What the encoders of modalities are held against.

use crate::device::DeviceError;
use crate::infer::{VisionLanguageModel, pixels};
use crate::pixels::Pixels;
use crate::tensor::HostTensor;
use crate::world::Clip;
use crate::world::language::full_caption;

/// Unit vectors `[N, E]` of the pictures of clips, and of their full captions.
pub async fn targets(
    model: &mut VisionLanguageModel,
    clips: &[Clip],
) -> Result<[HostTensor; 2], DeviceError> {
    let pictures: Vec<Pixels> = clips.iter().map(|clip| pixels(clip.picture())).collect();
    let captions: Vec<_> = clips.iter().map(|clip| full_caption(&clip.scene).text).collect();
    let rows = captions
        .iter()
        .map(|text| model.sentence(text).expect("the world's captions are read"))
        .collect::<Vec<_>>();
    Ok([model.embed_images(&pictures).await?, model.embed_texts(&rows).await?])
}
