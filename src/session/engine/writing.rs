//! A caption, one token at a time.

use super::describe::{Stream, described};
use super::input::{begun, sized};
use super::task::Emit;
use crate::infer::{self, Generator, ImageTokens, Runner};
use crate::session::protocol::{Decoding, Event, Failure, Hypothesis, Pixels};
use crate::world::Style;

/// A caption under way.
pub(super) struct Writing {
    image: ImageTokens,
    generator: Generator,
    stream: Stream,
}

/// The picture and the prefix read; the words of the prefix are emitted with what the model thought of them.
pub(super) async fn begin(
    runner: &mut Runner,
    picture: &Pixels,
    prefix: &str,
    decoding: Decoding,
    max_new: usize,
    emit: Emit<'_>,
) -> Result<Writing, Failure> {
    let (image, _) = runner.encode_images(&sized(runner, std::slice::from_ref(picture))?).await?;
    let prompt = begun(runner, runner.words.caption(Style::Full, prefix))?;
    let given = runner.words.caption(Style::Full, "").len();
    for at in given..prompt.len() {
        let next = runner.next(&image, &[prompt[..at].to_vec()], true).await?;
        let trace = next.trace.expect("the run was traced");
        let piece = |id| runner.words.piece(id);
        let token = described(&piece, prompt[at], &next.logprobs[0], trace.of_query(0), true);
        emit(Event::TokenWritten { position: (at - given) as u32, token });
    }
    let decoding = searched(decoding, infer::Decoding::Greedy);
    let generator = runner.generator(prompt.clone(), decoding, max_new);
    Ok(Writing { image, generator, stream: Stream::new(given, prompt) })
}

/// A decoding within what a session takes; `own` is the model's.
pub(super) fn searched(decoding: Decoding, own: infer::Decoding) -> infer::Decoding {
    match decoding {
        Decoding::Own => own,
        Decoding::Greedy => infer::Decoding::Greedy,
        Decoding::Beam { width } => infer::Decoding::Beam { width: width.clamp(1, 8) as usize },
        Decoding::Sample { temperature, seed } => {
            infer::Decoding::Sample { temperature: temperature.max(0.0), seed: u64::from(seed) }
        }
    }
}

/// One token, or one for every hypothesis of a beam; whether the caption is done.
pub(super) async fn write(
    runner: &mut Runner,
    writing: &mut Writing,
    emit: Emit<'_>,
) -> Result<bool, Failure> {
    if !writing.generator.done() {
        let rows = writing.generator.open_rows();
        let next = runner.next(&writing.image, &rows, true).await?;
        writing.generator.advance(&next.logprobs);
        let trace = next.trace.expect("the run was traced");
        for hypothesis in writing.generator.hypotheses() {
            let (&id, row) = hypothesis.ids.split_last().expect("a prompt is not empty");
            if let Some(parent) = rows.iter().position(|other| other == row) {
                let piece = |id| runner.words.piece(id);
                let token = described(&piece, id, &next.logprobs[parent], trace.of_query(parent), false);
                writing.stream.add(hypothesis.ids.clone(), token);
            }
        }
        writing.stream.show(&writing.generator.best().ids, emit);
        if !writing.generator.done() {
            return Ok(false);
        }
    }
    let found = writing.generator.hypotheses().into_iter();
    let hypotheses = found
        .map(|hypothesis| Hypothesis { text: runner.written(hypothesis).text, logprob: hypothesis.total() });
    emit(Event::Captioned { hypotheses: hypotheses.collect() });
    Ok(true)
}
