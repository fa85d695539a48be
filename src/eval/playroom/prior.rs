//! The question-only baseline: what training scenes most often answer to the same words.

use crate::order;
use std::collections::HashMap;

use crate::world::questions::{QuestionKind, ask};
use crate::world::{Rng, Split, splits};

/// Counts of answers by the question's words, by its first words, and over all questions.
pub struct QuestionPrior {
    counts: HashMap<String, HashMap<String, u32>>,
}

impl QuestionPrior {
    /// Counts the answers to the questions of `scenes` training scenes, one of each kind where the scene allows it.
    pub fn new(scenes: u64, seed: u64) -> Self {
        let mut counts: HashMap<String, HashMap<String, u32>> = HashMap::new();
        for index in 0..scenes {
            let scene = splits::scene(Split::Train, seed, index);
            let mut rng = Rng::from_seed(seed ^ index << 20);
            for kind in QuestionKind::ALL {
                if let Some(question) = ask(&scene, kind, &mut rng) {
                    for key in keys(&question.text) {
                        *counts.entry(key).or_default().entry(question.answer.to_string()).or_default() += 1;
                    }
                }
            }
        }
        QuestionPrior { counts }
    }

    /// Answers with their shares among training questions with the same words (or, where there were none, the same
    /// beginning), the likeliest first; ties by the alphabet.
    pub fn answers(&self, question: &str) -> Vec<(String, f32)> {
        let Some(found) = keys(question).find_map(|key| self.counts.get(&key)) else { return Vec::new() };
        let total: u32 = found.values().sum();
        let mut answers: Vec<_> =
            found.iter().map(|(word, &n)| (word.clone(), n as f32 / total as f32)).collect();
        order::sort_by(&mut answers, |a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        answers
    }
}

/// The question's words, then its first three, two, one, none.
fn keys(question: &str) -> impl Iterator<Item = String> {
    let words: Vec<&str> = question.split_whitespace().collect();
    let whole = words.join(" ");
    let starts: Vec<String> =
        (0..=3.min(words.len())).rev().map(|n| format!("{} ..", words[..n].join(" "))).collect();
    std::iter::once(whole).chain(starts)
}
