//! What the encoders of modalities are held against.

use crate::device::DeviceError;
use crate::infer::VisionLanguageModel;
use crate::pixels::Pixels;
use crate::tensor::HostTensor;
use crate::world::Clip;
use crate::world::language::full_caption;
use crate::world::render::PIXELS;

/// Unit vectors `[N, E]` of the pictures of clips, and of their full captions.
pub async fn targets(
    model: &mut VisionLanguageModel,
    clips: &[Clip],
) -> Result<[HostTensor; 2], DeviceError> {
    #[expect(clippy::cast_possible_truncation, reason = "64")]
    let side = PIXELS as u32;
    let pictures: Vec<Pixels> =
        clips.iter().map(|clip| Pixels::new(side, side, clip.picture().rgb)).collect();
    let captions: Vec<_> = clips.iter().map(|clip| full_caption(&clip.scene).text).collect();
    let rows = captions
        .iter()
        .map(|text| model.sentence(text).expect("the world's captions are read"))
        .collect::<Vec<_>>();
    Ok([model.embed_images(&pictures).await?, model.embed_texts(&rows).await?])
}
