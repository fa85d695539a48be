//! A caption, one token at a time.

use super::describe::{Stream, described};
use super::emit::Emit;
use super::input::fitted;
use super::loaded::Loaded;
use crate::infer::{self, GenerationContext, Generator, VisionLanguageModel};
use crate::session::protocol::{CaptionHypothesis, DecodingChoice, Event, Failure, Pixels};

/// A caption that is being written.
pub(super) struct CaptionTask {
    source: GenerationContext,
    prompt: Vec<u32>,
    /// Tokens of the prompt that are no words.
    given: usize,
    /// Tokens of the prompt that are shown, or are no words.
    told: usize,
    generator: Generator,
    stream: Stream,
}

/// A decoding within what a session takes; `own` is the model's.
fn searched(decoding: DecodingChoice, own: infer::Decoding) -> infer::Decoding {
    match decoding {
        DecodingChoice::Own => own,
        DecodingChoice::Greedy => infer::Decoding::Greedy,
        DecodingChoice::Beam { width } => infer::Decoding::Beam { width: width.clamp(1, 8) as usize },
        DecodingChoice::Sample { temperature, seed } => {
            infer::Decoding::Sample { temperature: temperature.max(0.0), seed: u64::from(seed) }
        }
    }
}

impl CaptionTask {
    pub(super) fn begin(
        model: &VisionLanguageModel,
        picture: &Pixels,
        prefix: &str,
        decoding: DecodingChoice,
        max_new: usize,
    ) -> Result<Self, Failure> {
        let (prompt, given) = model.caption_prompt(prefix)?;
        model.expect_room(&prompt)?;
        let own = &model.generation;
        let max_new = own.max_new(prompt.len()).unwrap_or(max_new);
        let generator = model.generator(prompt.clone(), searched(decoding, own.decoding()), max_new);
        let source = GenerationContext { picture: fitted(model, picture)?, question: None };
        let stream = Stream::new(given, prompt.clone());
        Ok(CaptionTask { source, prompt, given, told: given, generator, stream })
    }

    /// One token of the prefix, or one token of the caption, of every hypothesis of a beam; whether the caption is done.
    pub(super) async fn advance(&mut self, loaded: &mut Loaded, emit: Emit<'_>) -> Result<bool, Failure> {
        let model = &mut loaded.model;
        if self.told < self.prompt.len() {
            self.tell(model, emit).await?;
            return Ok(false);
        }
        if !self.generator.done() {
            self.write(model, emit).await?;
        }
        if self.generator.done() {
            let found = self.generator.hypotheses().into_iter();
            let hypotheses =
                found.map(|h| CaptionHypothesis { text: model.text(&h.ids), logprob: h.total() });
            emit(Event::Captioned { hypotheses: hypotheses.collect() });
        }
        Ok(self.generator.done())
    }

    /// What the model thought of the next token of the prefix.
    async fn tell(&mut self, model: &mut VisionLanguageModel, emit: Emit<'_>) -> Result<(), Failure> {
        let (before, id) = (self.prompt[..self.told].to_vec(), self.prompt[self.told]);
        let next = model.next(&self.source, &[before], true).await?;
        let attention = next.attention(0);
        let token = described(&|id| model.piece(id), id, &next.logprobs[0], attention, true);
        emit(Event::TokenWritten { position: (self.told - self.given) as u32, token });
        self.told += 1;
        Ok(())
    }

    async fn write(&mut self, model: &mut VisionLanguageModel, emit: Emit<'_>) -> Result<(), Failure> {
        let rows = self.generator.open_rows();
        let next = model.next(&self.source, &rows, true).await?;
        self.generator.advance(&next.logprobs);
        let hypotheses = self.generator.hypotheses();
        for hypothesis in &hypotheses {
            let (&id, row) = hypothesis.ids.split_last().expect("a prompt is not empty");
            if let Some(parent) = rows.iter().position(|other| other == row) {
                let (logprobs, attention) = (&next.logprobs[parent], next.attention(parent));
                let token = described(&|id| model.piece(id), id, logprobs, attention, false);
                self.stream.add(hypothesis.ids.clone(), token);
            }
        }
        self.stream.keep(&hypotheses.iter().map(|hypothesis| &hypothesis.ids[..]).collect::<Vec<_>>());
        self.stream.show(&hypotheses[0].ids, emit);
        Ok(())
    }
}
