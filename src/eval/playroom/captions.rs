//! Greedy captions, judged by the world and compared with the reference.

use super::report::Captions;
use super::{Gallery, Progress, share};
use crate::device::DeviceError;
use crate::eval::Candidate;
use crate::eval::text::scores;
use crate::infer::{Decoding, Runner, pick};
use crate::world::Style;
use crate::world::language::{mentioned, parse};

const BATCH: usize = 32;

pub(super) async fn measure(
    runner: &mut Runner,
    gallery: &Gallery,
    progress: Progress<'_>,
) -> Result<Captions, DeviceError> {
    let count = gallery.scenes.len();
    let prompt = runner.words.caption(Style::Full, "");
    let mut written = Vec::new();
    let indices: Vec<usize> = (0..count).collect();
    for chunk in indices.chunks(BATCH) {
        progress("captions", chunk[0], count);
        let (image, prompts) = (pick(&gallery.tokens, chunk), vec![prompt.clone(); chunk.len()]);
        written
            .extend(runner.write_texts(&image, &prompts, Decoding::Greedy, runner.config.max_tokens).await?);
    }
    let (mut said, mut right, mut objects, mut found) = (0, 0, 0, 0);
    for (scene, caption) in gallery.scenes.iter().zip(&written) {
        objects += scene.objects.len();
        match parse(&caption.text) {
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
        pairs.map(|(caption, truth)| Candidate::new(&caption.text, [truth.as_str()])).collect();
    let scores = scores(&candidates);
    Ok(Captions {
        statement_precision: share(right, said),
        object_recall: share(found, objects),
        bleu_4: scores.bleu[3],
        rouge_l: scores.rouge_l,
        cider: scores.cider_d,
    })
}
