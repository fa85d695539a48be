//! Tokens and answers as the page shows them.

use crate::order;
use std::collections::HashMap;

use super::emit::Emit;
use crate::infer::{Trace, likeliest};
use crate::session::protocol::{Alternative, AttentionWeights, Candidate, Event, StepTime, Token};

/// Alternatives beside the chosen token.
const ALTERNATIVES: usize = 5;

/// The token `id`, spelt by `piece`, where the distribution was `logprobs` `[V]` and the query that chose it had this
/// attention, `[layers, heads, grid, grid]`.
pub(super) fn described(
    piece: &dyn Fn(u32) -> String,
    id: u32,
    logprobs: &[f32],
    attention: Vec<f32>,
    forced: bool,
) -> Token {
    let alternative = |id: u32| Alternative { id, text: piece(id), probability: logprobs[id as usize].exp() };
    Token {
        id,
        text: piece(id),
        logprob: logprobs[id as usize],
        forced,
        alternatives: likeliest(logprobs, ALTERNATIVES).into_iter().map(alternative).collect(),
        attention,
    }
}

/// A text under way as the page shows it.
pub(super) struct Stream {
    /// Tokens of the prompt that are no words.
    given: usize,
    /// The last token of every row that was a hypothesis.
    tokens: HashMap<Vec<u32>, Token>,
    /// The row that the page shows.
    shown: Vec<u32>,
}

impl Stream {
    pub(super) fn new(given: usize, prompt: Vec<u32>) -> Self {
        Stream { given, tokens: HashMap::new(), shown: prompt }
    }

    /// The last token of `row`.
    pub(super) fn add(&mut self, row: Vec<u32>, token: Token) {
        self.tokens.insert(row, token);
    }

    /// Forgets the tokens that none of these rows has.
    pub(super) fn keep(&mut self, rows: &[&[u32]]) {
        self.tokens.retain(|known, _| rows.iter().any(|row| row.starts_with(known)));
    }

    /// Emits the tokens of `row` from where it departs from what is shown.
    pub(super) fn show(&mut self, row: &[u32], emit: Emit<'_>) {
        let same = self.shown.iter().zip(row).take_while(|(a, b)| a == b).count();
        for at in same..row.len() {
            if let Some(token) = self.tokens.get(&row[..=at]) {
                emit(Event::TokenWritten { position: (at - self.given) as u32, token: token.clone() });
            }
        }
        self.shown = row.to_vec();
    }
}

/// Answers as candidates; equal texts are one.
pub(super) fn candidates(answers: Vec<(String, f32)>) -> Vec<Candidate> {
    let mut all: Vec<Candidate> = Vec::new();
    for (text, probability) in answers {
        match all.iter_mut().find(|candidate| candidate.text == text) {
            Some(candidate) => candidate.probability += probability,
            None => all.push(Candidate { text, probability }),
        }
    }
    order::sort_by(&mut all, |a, b| b.probability.total_cmp(&a.probability));
    all
}

/// Milliseconds for which a step is timed: browsers' clocks tell tenths of one.
pub(super) const LEAST_MS: f64 = 2.0;

/// Kernels and milliseconds.
pub(super) fn steps(timed: Vec<(&'static str, f64)>) -> Event {
    let step = |(kernel, ms): (&str, f64)| StepTime { kernel: kernel.to_string(), milliseconds: ms as f32 };
    Event::StepsTimed(timed.into_iter().map(step).collect())
}

/// A trace over the cells of the picture; `tokens` are its queries, none where the queries are the cells.
pub(super) fn attention(trace: Trace, tokens: Vec<String>) -> AttentionWeights {
    let (layers, heads) = (trace.layers() as u32, trace.heads as u32);
    AttentionWeights { layers, heads, grid: trace.keys.isqrt() as u32, tokens, values: trace.values }
}
