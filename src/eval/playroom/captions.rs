//! Greedy captions, judged by the world and compared with the reference.

use super::report::Captions;
use super::{Gallery, Progress, playroom_parts, share};
use crate::device::DeviceError;
use crate::eval::Candidate;
use crate::eval::text::scores;
use crate::infer::{Decoding, GenerationContext, VisionLanguageModel};
use crate::world::Style;
use crate::world::language::{mentioned, parse};

pub(super) async fn measure(
    model: &mut VisionLanguageModel,
    gallery: &Gallery,
    progress: Progress<'_>,
) -> Result<Captions, DeviceError> {
    let (count, most) = (gallery.scenes.len(), model.longest());
    let prompt = playroom_parts(model).1.caption(Style::Full, "");
    let mut written = Vec::new();
    for (i, picture) in gallery.pictures.iter().enumerate() {
        progress("captions", i, count);
        let source = GenerationContext { picture: picture.clone(), question: None };
        let best = model.generate(&source, prompt.clone(), Decoding::Greedy, most).await?;
        written.push(model.text(&best.ids));
    }
    let (mut said, mut right, mut objects, mut found) = (0, 0, 0, 0);
    for (scene, caption) in gallery.scenes.iter().zip(&written) {
        objects += scene.objects.len();
        match parse(caption) {
            Ok(statements) => {
                said += statements.len();
                right += statements.iter().filter(|s| s.claim.is_true_of(scene)).count();
                found += mentioned(&statements, scene).into_iter().filter(|&picked| picked).count();
            }
            Err(_) => said += 1,
        }
    }
    let pairs = written.iter().zip(&gallery.captions);
    let candidates: Vec<Candidate> =
        pairs.map(|(caption, truth)| Candidate::new(caption, [truth.as_str()])).collect();
    let scores = scores(&candidates);
    Ok(Captions {
        statement_precision: share(right, said),
        object_recall: share(found, objects),
        bleu_4: scores.bleu[3],
        rouge_l: scores.rouge_l,
        cider: scores.cider_d,
    })
}
