//! A caption of BLIP, one token at a time.

use super::input::{pixel_values, row, tuned, words};
use crate::infer::Generator;
use crate::infer::checkpoint::Checkpoint;
use crate::model::blip::Task;
use crate::session::engine::describe::{Stream, described};
use crate::session::engine::task::Emit;
use crate::session::engine::writing::searched;
use crate::session::protocol::{Decoding, Event, Failure, Hypothesis, Pixels};
use crate::tensor::HostTensor;

/// A caption under way.
pub(in crate::session::engine) struct Captioning {
    pixels: HostTensor,
    prompt: Vec<u32>,
    /// Tokens of the prompt that are shown.
    told: usize,
    generator: Generator,
    stream: Stream,
}

impl Captioning {
    pub(super) fn begin(
        checkpoint: &Checkpoint,
        picture: &Pixels,
        prefix: &str,
        decoding: Decoding,
        max_new: usize,
    ) -> Result<Self, Failure> {
        tuned(
            checkpoint,
            Task::Caption,
            "This model writes no captions: of the published models BLIP for captioning does.",
        )?;
        let row = row(words(checkpoint)?, prefix)?;
        let prompt = checkpoint.caption_prompt((!prefix.trim().is_empty()).then_some(&row));
        let max_new = checkpoint.max_new(prompt.len(), None, max_new);
        let generator =
            checkpoint.generator(prompt.clone(), searched(decoding, checkpoint.decoding(None)), max_new);
        let pixels = pixel_values(checkpoint, picture)?;
        // The start token is no word.
        Ok(Captioning { pixels, told: 1, generator, stream: Stream::new(1, prompt.clone()), prompt })
    }

    /// One token of the prefix, or one token of the caption, of every hypothesis of a beam; whether the caption is done.
    pub(super) async fn advance(
        &mut self,
        checkpoint: &mut Checkpoint,
        emit: Emit<'_>,
    ) -> Result<bool, Failure> {
        if self.told < self.prompt.len() {
            self.tell(checkpoint, emit).await?;
            return Ok(false);
        }
        if !self.generator.done() {
            self.write(checkpoint, emit).await?;
        }
        if self.generator.done() {
            let words = words(checkpoint)?;
            let found = self.generator.hypotheses().into_iter();
            let hypotheses = found.map(|h| Hypothesis { text: words.text(&h.ids), logprob: h.total() });
            emit(Event::Captioned { hypotheses: hypotheses.collect() });
        }
        Ok(self.generator.done())
    }

    /// What the model thought of the next token of the prefix.
    async fn tell(&mut self, checkpoint: &mut Checkpoint, emit: Emit<'_>) -> Result<(), Failure> {
        let source = checkpoint.look(&self.pixels).await?;
        let (before, id) = (&self.prompt[..self.told], self.prompt[self.told]);
        let (logprobs, trace) = checkpoint.logprobs_traced(source, &[before.to_vec()]).await?;
        let words = words(checkpoint)?;
        let token = described(&|id| words.piece(id), id, &logprobs[0], trace.of_query(0), true);
        emit(Event::TokenWritten { position: (self.told - 1) as u32, token });
        self.told += 1;
        Ok(())
    }

    async fn write(&mut self, checkpoint: &mut Checkpoint, emit: Emit<'_>) -> Result<(), Failure> {
        // Another request may have looked at another picture since.
        let source = checkpoint.look(&self.pixels).await?;
        let rows = self.generator.open_rows();
        let (logprobs, trace) = checkpoint.logprobs_traced(source, &rows).await?;
        self.generator.advance(&logprobs);
        let words = words(checkpoint)?;
        let hypotheses = self.generator.hypotheses();
        for hypothesis in &hypotheses {
            let (&id, row) = hypothesis.ids.split_last().expect("a prompt is not empty");
            if let Some(parent) = rows.iter().position(|other| other == row) {
                let attention = trace.of_query(parent);
                let token = described(&|id| words.piece(id), id, &logprobs[parent], attention, false);
                self.stream.add(hypothesis.ids.clone(), token);
            }
        }
        self.stream.keep(&hypotheses.iter().map(|hypothesis| &hypothesis.ids[..]).collect::<Vec<_>>());
        self.stream.show(&hypotheses[0].ids, emit);
        Ok(())
    }
}
