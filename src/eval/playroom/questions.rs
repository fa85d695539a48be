//! Answers to questions, beside the answers of a baseline that sees no picture.

use std::collections::BTreeMap;

use super::report::{KindAccuracy, Questions};
use super::{Gallery, Progress, QuestionPrior, playroom_parts, share};
use crate::device::DeviceError;
use crate::infer::{Decoding, GenerationContext, VisionLanguageModel};
use crate::world::Rng;
use crate::world::questions::{Question, QuestionKind, ask};

/// Longest answer in tokens, the end token included.
const ANSWER: usize = 4;
/// Training scenes behind the baseline.
const PRIOR_SCENES: u64 = 20_000;

pub(super) async fn measure(
    model: &mut VisionLanguageModel,
    gallery: &Gallery,
    seed: u64,
    progress: Progress<'_>,
) -> Result<Questions, DeviceError> {
    let mut asked: Vec<(usize, QuestionKind, Question)> = Vec::new();
    for (i, scene) in gallery.scenes.iter().enumerate() {
        let mut rng = Rng::from_seed(seed ^ (i as u64) << 24);
        for kind in QuestionKind::ALL {
            asked.extend(ask(scene, kind, &mut rng).map(|question| (i, kind, question)));
        }
    }
    let prior = QuestionPrior::new(PRIOR_SCENES, 0);
    let mut tally: BTreeMap<String, [usize; 3]> = BTreeMap::new();
    for (n, (i, kind, question)) in asked.iter().enumerate() {
        progress("questions", n, asked.len());
        let source = GenerationContext { picture: gallery.pictures[*i].clone(), question: None };
        let prompt = playroom_parts(model).1.question(&question.text);
        let given = prompt.len();
        let answer = model.generate(&source, prompt, Decoding::Greedy, ANSWER).await?;
        let said = model.text(&answer.ids[given..]);
        let truth = question.answer.to_string();
        let blind = prior.answers(&question.text).into_iter().next().map(|(word, _)| word);
        let [count, right, guessed] = tally.entry(kind.to_string()).or_default();
        *count += 1;
        *right += usize::from(said == truth);
        *guessed += usize::from(blind == Some(truth));
    }
    let sum = |slot: usize| tally.values().map(|t| t[slot]).sum::<usize>();
    let kind = |[count, right, guessed]: [usize; 3]| KindAccuracy {
        count,
        accuracy: share(right, count),
        question_only_accuracy: share(guessed, count),
    };
    Ok(Questions {
        accuracy: share(sum(1), sum(0)),
        question_only_accuracy: share(sum(2), sum(0)),
        by_kind: tally.iter().map(|(name, &counts)| (name.clone(), kind(counts))).collect(),
    })
}
