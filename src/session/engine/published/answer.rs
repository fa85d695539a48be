//! An answer of BLIP, one token at a time: the likeliest at every step, then the best by beam search.

use super::input::{pixel_values, row, tuned, words};
use crate::infer::checkpoint::Checkpoint;
use crate::infer::{Decoding, Generator, Trace};
use crate::model::blip::Task;
use crate::session::engine::describe::{candidates, described};
use crate::session::engine::input::unusable;
use crate::session::engine::task::Emit;
use crate::session::protocol::{Answer, Event, Failure, Pixels, Token};
use crate::tensor::HostTensor;

/// Longest answer in tokens, the end token included.
const ANSWER: usize = 10;
/// Answers that are compared.
const CANDIDATES: usize = 5;

/// An answer under way.
pub(in crate::session::engine) struct Answering {
    pixels: HostTensor,
    /// Ids `[1, T]`.
    question: HostTensor,
    /// Where the question's tokens look in the picture.
    reading: Trace,
    line: Generator,
    tokens: Vec<Token>,
    beams: Generator,
}

impl Answering {
    pub(super) async fn begin(
        checkpoint: &mut Checkpoint,
        picture: &Pixels,
        question: &str,
    ) -> Result<Self, Failure> {
        tuned(
            checkpoint,
            Task::Answer,
            "This model answers no questions: of the published models BLIP for question answering does.",
        )?;
        if question.trim().is_empty() {
            return Err(unusable("The question has no words.", String::new()));
        }
        let row = row(words(checkpoint)?, question)?;
        let pixels = pixel_values(checkpoint, picture)?;
        let source = checkpoint.look(&pixels).await?;
        let reading = checkpoint.encoder_attention(source, &row).await?;
        let prompt = checkpoint.caption_prompt(None);
        let most = checkpoint.max_new(prompt.len(), None, ANSWER);
        let line = checkpoint.generator(prompt.clone(), Decoding::Greedy, most);
        let beams = checkpoint.generator(prompt, Decoding::Beam { width: CANDIDATES }, most);
        let question = HostTensor::u32([1, row.len()], row);
        Ok(Answering { pixels, question, reading, line, tokens: Vec::new(), beams })
    }

    /// One token; whether the answer is done.
    pub(super) async fn advance(
        &mut self,
        checkpoint: &mut Checkpoint,
        emit: Emit<'_>,
    ) -> Result<bool, Failure> {
        // Another request may have looked at another picture since.
        let picture = checkpoint.look(&self.pixels).await?;
        let source = checkpoint.ask(picture, &self.question, self.question.shape[1] as u32).await?;
        if !self.line.done() {
            let (logprobs, trace) = checkpoint.logprobs_traced(source, &self.line.open_rows()).await?;
            self.line.advance(&logprobs);
            let id = *self.line.best().ids.last().expect("a token was written");
            let attention = trace.through(&self.reading).of_query(0);
            let words = words(checkpoint)?;
            self.tokens.push(described(&|id| words.piece(id), id, &logprobs[0], attention, false));
            return Ok(false);
        }
        if !self.beams.done() {
            let logprobs = checkpoint.logprobs(source, &self.beams.open_rows()).await?;
            self.beams.advance(&logprobs);
            return Ok(false);
        }
        let words = words(checkpoint)?;
        let found = self.beams.hypotheses().into_iter();
        let candidates = candidates(found.map(|h| (words.text(&h.ids), h.total().exp())).collect());
        let tokens = std::mem::take(&mut self.tokens);
        emit(Event::Answered(Answer { tokens, candidates, question_only: Vec::new() }));
        Ok(true)
    }
}
