//! Winoground scores (Thrush et al. 2022): two scenes, two captions of the same words bound the other way round.

use super::report::WinogroundScores;
use super::{Options, Progress, pictures, sentences, share};
use crate::device::DeviceError;
use crate::infer::VisionLanguageModel;
use crate::world::swap::pair;

pub(super) async fn measure(
    model: &mut VisionLanguageModel,
    options: Options,
    progress: Progress<'_>,
) -> Result<WinogroundScores, DeviceError> {
    let (mut text, mut image, mut group) = (0, 0, 0);
    for i in 0..options.count {
        progress("swapped pairs", i, options.count);
        let pair = pair(options.seed, i as u64);
        let ids = sentences(model, &pair.captions.each_ref().map(|caption| caption.text.clone()));
        let mut logits = Vec::new();
        for picture in pictures(&pair.scenes) {
            logits.push(model.match_sentences(&picture, &ids).await?);
        }
        let score =
            |picture: usize, caption: usize| logits[picture][caption][1] - logits[picture][caption][0];
        let by_text = score(0, 0) > score(0, 1) && score(1, 1) > score(1, 0);
        let by_image = score(0, 0) > score(1, 0) && score(1, 1) > score(0, 1);
        text += usize::from(by_text);
        image += usize::from(by_image);
        group += usize::from(by_text && by_image);
    }
    let [text, image, group] = [text, image, group].map(|hits| share(hits, options.count));
    Ok(WinogroundScores { text, image, group })
}
