//! Answers to questions, beside the answers of a baseline that sees no picture.

use std::collections::BTreeMap;

use super::report::{Kind, Questions};
use super::{Gallery, Progress, QuestionPrior, share};
use crate::device::DeviceError;
use crate::infer::{Decoding, Runner, pick};
use crate::world::Rng;
use crate::world::questions::{Question, QuestionKind, ask};

const BATCH: usize = 32;
/// Longest answer in tokens, the end token included.
const ANSWER: usize = 4;
/// Training scenes behind the baseline.
const PRIOR_SCENES: u64 = 20_000;

pub(super) async fn measure(
    runner: &mut Runner,
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
    for (n, chunk) in asked.chunks(BATCH).enumerate() {
        progress("questions", n * BATCH, asked.len());
        let image = pick(&gallery.tokens, &chunk.iter().map(|(i, ..)| *i).collect::<Vec<_>>());
        let prompts: Vec<_> = chunk.iter().map(|(.., q)| runner.words.question(&q.text)).collect();
        let answers = runner.write_texts(&image, &prompts, Decoding::Greedy, ANSWER).await?;
        for ((_, kind, question), (answer, prompt)) in chunk.iter().zip(answers.iter().zip(&prompts)) {
            let said: String = answer.ids[prompt.len()..].iter().map(|&id| runner.words.piece(id)).collect();
            let truth = question.answer.to_string();
            let blind = prior.answers(&question.text).into_iter().next().map(|(word, _)| word);
            let name = kind.to_string();
            let [count, right, guessed] = tally.entry(name).or_default();
            *count += 1;
            *right += usize::from(said.trim() == truth);
            *guessed += usize::from(blind == Some(truth));
        }
    }
    let sum = |slot: usize| tally.values().map(|t| t[slot]).sum::<usize>();
    let kind = |[count, right, guessed]: [usize; 3]| Kind {
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
