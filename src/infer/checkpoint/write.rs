//! BLIP's words about a picture: captions, answers and matches.

use std::rc::Rc;

use super::plans::{Reader, own_names, own_shape};
use super::{Checkpoint, Job};
use crate::device::{DeviceError, Prepared};
use crate::infer::encode::padded_rows;
use crate::infer::read::log_softmax;
use crate::infer::{Decoding, Hypothesis, rounded, rounded_tokens};
use crate::model::architecture::Architecture;
use crate::model::blip::{Config, Task};
use crate::tensor::{HostTensor, Shape};

/// What the device keeps for texts to read.
#[derive(Default)]
pub(super) struct Kept {
    picture: Option<Picture>,
    /// Ids `[1, T]` of a question about that picture, and how many of them count.
    question: Option<(HostTensor, u32)>,
    /// The text whose keys and values the decoder keeps.
    written: Vec<u32>,
}

struct Picture {
    pixels: HostTensor,
    states: usize,
}

impl Checkpoint {
    /// What the model was tuned for, if it is a BLIP.
    pub fn task(&self) -> Option<Task> {
        match self.architecture {
            Architecture::Blip(task, _) => Some(task),
            _ => None,
        }
    }

    pub(super) fn blip(&self) -> &Config {
        match &self.architecture {
            Architecture::Blip(_, config) => config,
            _ => panic!("words about a picture from a model that is no BLIP"),
        }
    }

    /// Keeps one picture `[1, 3, S, S]` for texts that read it, unless it is what was kept last; returns the number of its
    /// states.
    pub async fn look(&mut self, pixels: &HostTensor) -> Result<usize, DeviceError> {
        if let Some(picture) = self.kept.picture.as_ref().filter(|picture| picture.pixels == *pixels) {
            return Ok(picture.states);
        }
        self.kept = Kept::default();
        let prepared = self.run(Job::Image { batch: 1 }, false, &[("pixels", pixels)]).await?;
        let reader = if self.task() == Some(Task::Caption) { Reader::Decoder } else { Reader::Encoder };
        let states = self.keep(&prepared, reader).await?;
        self.kept.picture = Some(Picture { pixels: pixels.clone(), states });
        Ok(states)
    }

    /// Keeps a question (ids `[1, T]` of `length`) about the picture of `source` states for its answer, unless it is what was
    /// kept last; returns the number of its states.
    pub async fn ask(
        &mut self,
        source: usize,
        question: &HostTensor,
        length: u32,
    ) -> Result<usize, DeviceError> {
        let asked = (question.clone(), length);
        if self.kept.question.as_ref() != Some(&asked) {
            (self.kept.question, self.kept.written) = (None, Vec::new());
            let prepared = self.question(source, question, length, false).await?;
            self.keep(&prepared, Reader::Decoder).await?;
            self.kept.question = Some(asked);
        }
        Ok(question.shape[1])
    }

    pub(super) async fn question(
        &mut self,
        source: usize,
        question: &HostTensor,
        length: u32,
        traced: bool,
    ) -> Result<Rc<Prepared>, DeviceError> {
        let lengths = HostTensor::u32([1], vec![length]);
        let job = Job::Question { tokens: question.shape[1], source };
        self.run(job, traced, &[("ids", question), ("lengths", &lengths)]).await
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
        let mut writer = self.writer(prompt, decoding, max_new);
        while !writer.done() {
            writer.advance(&self.logprobs(source, &writer.open_rows()).await?);
        }
        Ok(writer.hypotheses()[0].clone())
    }

    /// Natural logarithms `[N][V]` of the probabilities of the token that follows each row.
    pub async fn logprobs(&mut self, source: usize, rows: &[Vec<u32>]) -> Result<Vec<Vec<f32>>, DeviceError> {
        Ok(distributions(&self.next(source, rows).await?))
    }

    /// Logits `[N, V]` of the token that follows each row.
    pub async fn next(&mut self, source: usize, rows: &[Vec<u32>]) -> Result<HostTensor, DeviceError> {
        match rows {
            [row] => Ok(self.go_on(source, row, false).await?.0),
            _ => Ok(self.decode(source, rows, false).await?.0),
        }
    }

    /// As [`Checkpoint::next`] for one row, with the run of its last token. What the row has in common with the text whose
    /// keys and values are kept is not computed again.
    pub(super) async fn go_on(
        &mut self,
        source: usize,
        row: &[u32],
        traced: bool,
    ) -> Result<(HostTensor, Rc<Prepared>), DeviceError> {
        let shape = Shape::from(own_shape(self.blip()));
        for name in own_names(self.blip()).as_flattened() {
            self.device.reserve(&mut self.bank, name, &shape)?;
        }
        let written = std::mem::take(&mut self.kept.written);
        let same = written.iter().zip(row).take_while(|(written, id)| written == id).count();
        let one = |value: usize| HostTensor::u32([1], vec![value as u32]);
        let mut last = None;
        for (at, &id) in row.iter().enumerate().skip(same.min(row.len() - 1)) {
            let ids = HostTensor::u32([1, 1], vec![id]);
            let inputs = [("ids", &ids), ("at", &one(at)), ("lengths", &one(at + 1))];
            last = Some(self.run(Job::Next { source }, traced, &inputs).await?);
        }
        let prepared = last.expect("a row has its start");
        self.kept.written = row.to_vec();
        Ok((self.read(&prepared, "logits").await?, prepared))
    }

    /// As [`Checkpoint::next`], with the run and the tokens that it has in a row.
    pub(super) async fn decode(
        &mut self,
        source: usize,
        rows: &[Vec<u32>],
        traced: bool,
    ) -> Result<(HostTensor, Rc<Prepared>, usize), DeviceError> {
        let (ids, lengths) = self.rows(rows);
        let [count, tokens] = [ids.shape[0], ids.shape[1]];
        let last = lengths.as_u32().iter().enumerate().map(|(i, length)| (i * tokens) as u32 + length - 1);
        let last = HostTensor::u32([count], last.collect());
        let job = Job::Decode { rows: count, tokens, source };
        let prepared = self.run(job, traced, &[("ids", &ids), ("last", &last)]).await?;
        let logits = self.read(&prepared, "logits").await?;
        let width = logits.shape.last();
        let logits = HostTensor::f32([rows.len(), width], logits.as_f32()[..rows.len() * width].to_vec());
        Ok((logits, prepared, tokens))
    }

    /// Logits, no match and match, of every row with the picture of `source` states.
    pub async fn match_rows(
        &mut self,
        source: usize,
        rows: &[Vec<u32>],
    ) -> Result<Vec<[f32; 2]>, DeviceError> {
        let prepared = self.judge(source, rows, false).await?;
        let logits = self.read(&prepared, "match_logits").await?;
        Ok(logits.as_f32().chunks(2).take(rows.len()).map(|pair| [pair[0], pair[1]]).collect())
    }

    pub(super) async fn judge(
        &mut self,
        source: usize,
        rows: &[Vec<u32>],
        traced: bool,
    ) -> Result<Rc<Prepared>, DeviceError> {
        let (ids, lengths) = self.rows(rows);
        let job = Job::Match { rows: ids.shape[0], tokens: ids.shape[1], source };
        self.run(job, traced, &[("ids", &ids), ("lengths", &lengths)]).await
    }

    /// Rows at a size for which there are plans, and their lengths.
    fn rows(&self, rows: &[Vec<u32>]) -> (HostTensor, HostTensor) {
        let text = &self.blip().text;
        let most = rows.iter().map(Vec::len).max().unwrap_or(1);
        let (count, tokens) = (rounded(rows.len()), rounded_tokens(most, text.max_position_embeddings));
        padded_rows(rows, count, tokens, text.pad_token_id)
    }
}

/// Log-probabilities of every row of logits `[N, V]`.
pub(super) fn distributions(logits: &HostTensor) -> Vec<Vec<f32>> {
    logits.as_f32().chunks(logits.shape.last()).map(log_softmax).collect()
}
