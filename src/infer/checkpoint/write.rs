//! BLIP's words about a picture: captions, answers and matches.

use super::beams::Beams;
use super::plans::Reader;
use super::{Checkpoint, Job};
use crate::device::{DeviceError, Prepared};
use crate::infer::encode::padded_rows;
use crate::infer::read::log_softmax;
use crate::infer::{Decoding, Hypothesis, Search, rounded, rounded_tokens};
use crate::model::architecture::Architecture;
use crate::model::blip::{Config, Task};
use crate::tensor::HostTensor;

/// A search under way.
enum Writer {
    /// Greedy, or drawn.
    Line(Search),
    Beams(Beams),
}

impl Checkpoint {
    /// What the model was tuned for, if it is a BLIP.
    pub fn task(&self) -> Option<Task> {
        match self.architecture {
            Architecture::Blip(task, _) => Some(task),
            _ => None,
        }
    }

    fn blip(&self) -> &Config {
        match &self.architecture {
            Architecture::Blip(_, config) => config,
            _ => panic!("words about a picture from a model that is no BLIP"),
        }
    }

    /// Keeps one picture `[1, 3, S, S]` for texts that read it; returns the number of its states.
    pub async fn look(&mut self, pixels: &HostTensor) -> Result<usize, DeviceError> {
        let prepared = self.run(Job::Image { batch: 1 }, false, &[("pixels", pixels)]).await?;
        let reader = if self.task() == Some(Task::Caption) { Reader::Decoder } else { Reader::Encoder };
        self.keep(&prepared, reader).await
    }

    /// Keeps a question about the picture of `source` states for its answer; returns the number of its states.
    pub async fn ask(
        &mut self,
        source: usize,
        question: &HostTensor,
        length: u32,
    ) -> Result<usize, DeviceError> {
        let lengths = HostTensor::u32([1], vec![length]);
        let job = Job::Question { tokens: question.shape[1], source };
        let prepared = self.run(job, false, &[("ids", question), ("lengths", &lengths)]).await?;
        self.keep(&prepared, Reader::Decoder).await
    }

    /// Stores the keys and values that a plan has made under the names by which others read them.
    async fn keep(&mut self, prepared: &Prepared, reader: Reader) -> Result<usize, DeviceError> {
        let mut source = 0;
        for layer in 0..self.blip().text.num_hidden_layers {
            for name in ["keys", "values"] {
                let tensor = self.read(prepared, &format!("{}.{name}", reader.path(layer))).await?;
                source = tensor.shape[1];
                self.device.store(&mut self.bank, &reader.kept(layer, source, name), &tensor)?;
            }
        }
        Ok(source)
    }

    /// The start of a caption: the ids of a text with its special tokens, of which the first becomes the decoder's start
    /// and the last is left out, as `generate` of transformers does it; the start alone without a text.
    pub fn caption_prompt(&self, row: Option<&[u32]>) -> Vec<u32> {
        let inner = row.map_or(&[][..], |row| &row[1..row.len().saturating_sub(1).max(1)]);
        [&[self.blip().writing.bos_token_id], inner].concat()
    }

    /// The best text that follows `prompt` and reads what is kept of `source` states.
    pub async fn write(
        &mut self,
        source: usize,
        prompt: Vec<u32>,
        decoding: Decoding,
        max_new: usize,
    ) -> Result<Hypothesis, DeviceError> {
        let config = self.blip();
        let max_new = max_new.min(config.text.max_position_embeddings.saturating_sub(prompt.len()));
        let mut writer = Writer::new(decoding, prompt, config.writing.sep_token_id, max_new);
        while !writer.done() {
            let rows = writer.open_rows();
            let logits = self.next(source, &rows).await?;
            writer.advance(&logits.as_f32().chunks(logits.shape.last()).map(log_softmax).collect::<Vec<_>>());
        }
        Ok(writer.into_best())
    }

    /// Logits `[N, V]` of the token that follows each row.
    pub async fn next(&mut self, source: usize, rows: &[Vec<u32>]) -> Result<HostTensor, DeviceError> {
        let most = rows.iter().map(Vec::len).max().unwrap_or(1);
        let (count, tokens) =
            (rounded(rows.len()), rounded_tokens(most, self.blip().text.max_position_embeddings));
        let (ids, lengths) = padded_rows(rows, count, tokens, self.blip().text.pad_token_id);
        let last = lengths.as_u32().iter().enumerate().map(|(i, length)| (i * tokens) as u32 + length - 1);
        let last = HostTensor::u32([count], last.collect());
        let job = Job::Decode { rows: count, tokens, source };
        let prepared = self.run(job, false, &[("ids", &ids), ("last", &last)]).await?;
        let logits = self.read(&prepared, "logits").await?;
        let width = logits.shape.last();
        Ok(HostTensor::f32([rows.len(), width], logits.as_f32()[..rows.len() * width].to_vec()))
    }

    /// Logits, no match and match, of every row with the picture of `source` states.
    pub async fn match_rows(
        &mut self,
        source: usize,
        rows: &[Vec<u32>],
    ) -> Result<Vec<[f32; 2]>, DeviceError> {
        let most = rows.iter().map(Vec::len).max().unwrap_or(1);
        let (count, tokens) =
            (rounded(rows.len()), rounded_tokens(most, self.blip().text.max_position_embeddings));
        let (ids, lengths) = padded_rows(rows, count, tokens, self.blip().text.pad_token_id);
        let job = Job::Match { rows: count, tokens, source };
        let prepared = self.run(job, false, &[("ids", &ids), ("lengths", &lengths)]).await?;
        let logits = self.read(&prepared, "match_logits").await?;
        Ok(logits.as_f32().chunks(2).take(rows.len()).map(|pair| [pair[0], pair[1]]).collect())
    }
}

impl Writer {
    fn new(decoding: Decoding, prompt: Vec<u32>, end: u32, max_new: usize) -> Self {
        match decoding {
            Decoding::Beam { width } if width > 1 => Writer::Beams(Beams::new(width, prompt, end, max_new)),
            Decoding::Beam { .. } => Writer::new(Decoding::Greedy, prompt, end, max_new),
            _ => Writer::Line(Search::new(decoding, prompt, end, Vec::new(), max_new)),
        }
    }

    fn done(&self) -> bool {
        match self {
            Writer::Line(search) => search.done(),
            Writer::Beams(beams) => beams.done(),
        }
    }

    fn open_rows(&self) -> Vec<Vec<u32>> {
        match self {
            Writer::Line(search) => search.open_rows(),
            Writer::Beams(beams) => beams.open_rows(),
        }
    }

    fn advance(&mut self, logprobs: &[Vec<f32>]) {
        match self {
            Writer::Line(search) => search.advance(logprobs),
            Writer::Beams(beams) => beams.advance(logprobs),
        }
    }

    fn into_best(self) -> Hypothesis {
        match self {
            Writer::Line(search) => search.best().clone(),
            Writer::Beams(beams) => beams.finished()[0].clone(),
        }
    }
}
