//! Whether sentences belong to pictures, one picture at a time.

use super::emit::Emit;
use super::input::fitted;
use super::loaded::Loaded;
use crate::infer::VisionLanguageModel;
use crate::model::blip::Task;
use crate::session::protocol::{Event, Failure, Pixels};

/// Sentences that are matched at a time.
const ROWS: usize = 8;

/// Judgements that are being made.
pub(super) struct MatchTask {
    pictures: Vec<Pixels>,
    rows: Vec<Vec<u32>>,
    /// Of the pictures that are done.
    probabilities: Vec<f32>,
}

impl MatchTask {
    pub(super) fn begin(
        model: &VisionLanguageModel,
        pictures: &[Pixels],
        texts: &[String],
    ) -> Result<Self, Failure> {
        model.expect(Task::Match)?;
        let pictures = pictures.iter().map(|picture| fitted(model, picture)).collect::<Result<_, _>>()?;
        let rows = texts.iter().map(|text| model.sentence(text)).collect::<Result<_, _>>()?;
        Ok(MatchTask { pictures, rows, probabilities: Vec::new() })
    }

    /// Judges the next picture with every text; whether it was the last.
    pub(super) async fn advance(&mut self, loaded: &mut Loaded, emit: Emit<'_>) -> Result<bool, Failure> {
        let next = self.probabilities.len().checked_div(self.rows.len());
        if let Some(picture) = next.and_then(|done| self.pictures.get(done)) {
            for rows in self.rows.chunks(ROWS) {
                let logits = loaded.model.match_sentences(picture, rows).await?;
                self.probabilities.extend(logits.iter().map(|[no, yes]| 1.0 / (1.0 + (no - yes).exp())));
            }
        }
        let is_last = self.probabilities.len() == self.pictures.len() * self.rows.len();
        if is_last {
            emit(Event::Matched(std::mem::take(&mut self.probabilities)));
        }
        Ok(is_last)
    }
}
