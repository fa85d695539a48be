//! A caption, one token at a time.

use std::collections::HashMap;

use super::describe::described;
use super::input::{fits, sized, unreadable};
use super::task::Emit;
use crate::infer::{self, ImageTokens, Runner, Search};
use crate::session::protocol::{Decoding, Event, Failure, Hypothesis, Pixels, Token};
use crate::world::Style;

/// A caption under way.
pub(super) struct Writing {
    image: ImageTokens,
    search: Search,
    /// Length of the prompt's special tokens.
    given: usize,
    /// The last token of every row that was a hypothesis.
    tokens: HashMap<Vec<u32>, Token>,
    /// The row that the page shows.
    shown: Vec<u32>,
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
    let prompt = fits(runner, runner.words.caption(Style::Full, prefix).map_err(unreadable)?)?;
    let given = runner.words.caption(Style::Full, "").map_err(unreadable)?.len();
    for at in given..prompt.len() {
        let next = runner.next(&image, &[vec![prompt[..at].to_vec()]], true).await?;
        let trace = next.trace.expect("the run was traced");
        let token = described(runner, prompt[at], &next.logprobs[0], Some((&trace, at - 1)), true);
        emit(Event::TokenWritten { position: (at - given) as u32, token });
    }
    let decoding = match decoding {
        Decoding::Greedy => infer::Decoding::Greedy,
        Decoding::Beam { width } => infer::Decoding::Beam { width: width.clamp(1, 8) as usize },
        Decoding::Sample { temperature, seed } => {
            infer::Decoding::Sample { temperature: temperature.max(0.0), seed: u64::from(seed) }
        }
    };
    let search = runner.search(decoding, prompt.clone(), max_new);
    Ok(Writing { image, search, given, tokens: HashMap::new(), shown: prompt })
}

/// One token, or one for every hypothesis of a beam; whether the caption is done.
pub(super) async fn write(
    runner: &mut Runner,
    writing: &mut Writing,
    emit: Emit<'_>,
) -> Result<bool, Failure> {
    if !writing.search.done() {
        let rows = writing.search.open_rows();
        let next = runner.next(&writing.image, std::slice::from_ref(&rows), true).await?;
        writing.search.advance(&next.logprobs);
        let trace = next.trace.expect("the run was traced");
        let tokens_of_row = trace.queries / rows.len().next_power_of_two();
        for hypothesis in writing.search.hypotheses() {
            let (&id, row) = hypothesis.ids.split_last().expect("a prompt is not empty");
            if let Some(parent) = rows.iter().position(|other| other == row) {
                let query = parent * tokens_of_row + row.len() - 1;
                let token = described(runner, id, &next.logprobs[parent], Some((&trace, query)), false);
                writing.tokens.insert(hypothesis.ids.clone(), token);
            }
        }
        writing.show(emit);
        if !writing.search.done() {
            return Ok(false);
        }
    }
    let hypotheses = writing
        .search
        .hypotheses()
        .iter()
        .map(|hypothesis| Hypothesis { text: runner.written(hypothesis).text, logprob: hypothesis.total() });
    emit(Event::Captioned { hypotheses: hypotheses.collect() });
    Ok(true)
}

impl Writing {
    /// Emits the tokens of the best hypothesis from where it departs from what is shown.
    fn show(&mut self, emit: Emit<'_>) {
        let best = &self.search.best().ids;
        let same = self.shown.iter().zip(best).take_while(|(a, b)| a == b).count();
        for at in same..best.len() {
            if let Some(token) = self.tokens.get(&best[..=at]) {
                emit(Event::TokenWritten { position: (at - self.given) as u32, token: token.clone() });
            }
        }
        self.shown = best.clone();
    }
}
