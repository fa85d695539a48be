//! Tokens and answers as the page shows them.

use crate::infer::{Runner, Trace};
use crate::session::protocol::{Alternative, Candidate, Token};

/// Alternatives beside the chosen token.
const ALTERNATIVES: usize = 5;

/// The token `id`, chosen where the distribution was `logprobs` `[V]`; `looked` is the trace with the query that
/// chose it.
pub(super) fn described(
    runner: &Runner,
    id: u32,
    logprobs: &[f32],
    looked: Option<(&Trace, usize)>,
    forced: bool,
) -> Token {
    let mut order: Vec<u32> = (0..logprobs.len() as u32).collect();
    order.sort_by(|&a, &b| logprobs[b as usize].total_cmp(&logprobs[a as usize]).then(a.cmp(&b)));
    let alternative = |&id: &u32| Alternative {
        id,
        text: runner.words.piece(id),
        probability: logprobs[id as usize].exp(),
    };
    let mut attention = Vec::new();
    if let Some((trace, query)) = looked {
        for layer in 0..trace.layers() {
            (0..trace.heads).for_each(|head| attention.extend_from_slice(trace.row(layer, head, query)));
        }
    }
    Token {
        id,
        text: runner.words.piece(id),
        logprob: logprobs[id as usize],
        forced,
        alternatives: order.iter().take(ALTERNATIVES).map(alternative).collect(),
        attention,
    }
}

/// Answers as candidates; equal texts are one.
pub(super) fn candidates(answers: impl Iterator<Item = (String, f32)>) -> Vec<Candidate> {
    let mut all: Vec<Candidate> = Vec::new();
    for (text, probability) in answers {
        match all.iter_mut().find(|candidate| candidate.text == text) {
            Some(candidate) => candidate.probability += probability,
            None => all.push(Candidate { text, probability }),
        }
    }
    all.sort_by(|a, b| b.probability.total_cmp(&a.probability));
    all
}
