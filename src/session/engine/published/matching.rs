//! Whether sentences belong to pictures, one picture at a time.

use super::input::{pixel_values, row, tuned, words};
use crate::infer::checkpoint::Checkpoint;
use crate::model::blip::Task;
use crate::session::engine::task::{Emit, Progress};
use crate::session::protocol::{Event, Failure, Pixels};

/// Sentences that are judged at a time.
const ROWS: usize = 8;

/// Judges the next picture with every text; whether it was the last.
pub(super) async fn advance(
    checkpoint: &mut Checkpoint,
    pictures: &[Pixels],
    texts: &[String],
    progress: &mut Progress,
    emit: Emit<'_>,
) -> Result<bool, Failure> {
    tuned(
        checkpoint,
        Task::Match,
        "This model has no matching head: of the published models BLIP for retrieval has one.",
    )?;
    let mut all = match progress {
        Progress::Matched(probabilities) => std::mem::take(probabilities),
        _ => Vec::new(),
    };
    let next = all.len().checked_div(texts.len()).and_then(|done| pictures.get(done));
    if let Some(picture) = next {
        let words = words(checkpoint)?;
        let rows = texts.iter().map(|text| row(words, text)).collect::<Result<Vec<_>, _>>()?;
        let source = checkpoint.look(&pixel_values(checkpoint, picture)?).await?;
        for rows in rows.chunks(ROWS) {
            let logits = checkpoint.match_rows(source, rows).await?;
            all.extend(logits.iter().map(|[no, yes]| 1.0 / (1.0 + (no - yes).exp())));
        }
    }
    let is_last = all.len() == pictures.len() * texts.len();
    match is_last {
        true => emit(Event::Matched(all)),
        false => *progress = Progress::Matched(all),
    }
    Ok(is_last)
}
