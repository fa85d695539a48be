//! An answer, one token at a time: the likeliest at every step, then the best by beam search.

use super::describe::{candidates, described};
use super::emit::Emit;
use super::failure::unusable;
use super::input::fitted;
use super::loaded::Loaded;
use crate::eval::playroom::QuestionPrior;
use crate::infer::{Decoding, GenerationContext, Generator, Trace, VisionLanguageModel};
use crate::session::protocol::{Answer, Event, Failure, Pixels, Token};

/// Longest answer in tokens, the end token included: of Playroom and of a published model whose files say nothing of it.
const PLAYROOM: usize = 4;
const PUBLISHED: usize = 10;
/// Answers that are compared.
const CANDIDATES: usize = 5;
/// Training scenes behind the blind baseline.
const PRIOR_SCENES: u64 = 4_000;

/// An answer that is being written.
pub(super) struct AnswerTask {
    question: String,
    source: GenerationContext,
    /// Where the question's tokens look in the picture, where the answer's look at them.
    reading: Option<Trace>,
    /// Tokens before the answer.
    given: usize,
    line: Generator,
    tokens: Vec<Token>,
    beams: Generator,
}

impl AnswerTask {
    pub(super) async fn begin(
        model: &mut VisionLanguageModel,
        picture: &Pixels,
        question: &str,
    ) -> Result<Self, Failure> {
        let (source, prompt) = model.question(fitted(model, picture)?, question)?;
        if question.trim().is_empty() {
            return Err(unusable("The question has no words.", String::new()));
        }
        let reading = match &source.question {
            Some(row) => Some(model.matcher_attention(&source.picture, row).await?),
            None => None,
        };
        let (given, usual) = match model.playroom() {
            Some(_) => (prompt.len(), PLAYROOM),
            None => (0, PUBLISHED),
        };
        let most = model.generation.max_new(prompt.len()).unwrap_or(usual);
        let line = model.generator(prompt.clone(), Decoding::Greedy, most);
        let beams = model.generator(prompt, Decoding::Beam { width: CANDIDATES }, most);
        let question = model.read_question(question);
        Ok(AnswerTask { question, source, reading, given, line, tokens: Vec::new(), beams })
    }

    /// One token; whether the answer is done.
    pub(super) async fn advance(&mut self, loaded: &mut Loaded, emit: Emit<'_>) -> Result<bool, Failure> {
        let model = &mut loaded.model;
        if !self.line.done() {
            let next = model.next(&self.source, &self.line.open_rows(), true).await?;
            self.line.advance(&next.logprobs);
            let id = *self.line.best().ids.last().expect("a token was written");
            let trace = next.trace.as_ref().expect("the run was traced");
            let attention = match &self.reading {
                Some(reading) => trace.through(reading).of_query(0),
                None => trace.of_query(0),
            };
            self.tokens.push(described(&|id| model.piece(id), id, &next.logprobs[0], attention, false));
            return Ok(false);
        }
        if !self.beams.done() {
            let next = model.next(&self.source, &self.beams.open_rows(), false).await?;
            self.beams.advance(&next.logprobs);
            return Ok(false);
        }
        let answers = self.beams.hypotheses().into_iter();
        let answers = answers.map(|h| (model.text(&h.ids[self.given..]), h.total().exp())).collect();
        let question_only = match model.playroom() {
            Some(_) => {
                let prior = loaded.prior.get_or_insert_with(|| QuestionPrior::new(PRIOR_SCENES, 0));
                candidates(prior.answers(&self.question).into_iter().take(CANDIDATES).collect())
            }
            None => Vec::new(),
        };
        let tokens = std::mem::take(&mut self.tokens);
        emit(Event::Answered(Answer { tokens, candidates: candidates(answers), question_only }));
        Ok(true)
    }
}
