//! BLIP's words about a picture: captions, answers and matches.

use std::rc::Rc;

use super::plans::{Reader, own_paths};
use super::{Checkpoint, Job};
use crate::device::{DeviceError, Prepared};
use crate::infer::cache::{self, UnderWay};
use crate::infer::encode::padded_rows;
use crate::infer::{Decoding, Generator, Hypothesis, rounded, rounded_tokens};
use crate::model::architecture::Architecture;
use crate::model::blip::{Config, Task};
use crate::pixels::Pixels;
use crate::softmax::log_softmax;
use crate::tensor::HostTensor;

/// What the device keeps for texts to read.
#[derive(Default)]
pub(super) struct Kept {
    picture: Option<Picture>,
    /// Ids `[1, T]` of a question about that picture, and how many of them count.
    question: Option<(HostTensor, u32)>,
    /// The texts whose keys and values the decoder keeps.
    written: Option<UnderWay>,
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

    /// As [`Checkpoint::look`], of a picture as [`ImageProcessor::fit`] returns it.
    ///
    /// [`ImageProcessor::fit`]: crate::io::preprocess::ImageProcessor::fit
    pub async fn look_at(&mut self, picture: &Pixels) -> Result<usize, DeviceError> {
        let pixels = self.images.pixel_values(std::slice::from_ref(picture));
        self.look(&pixels).await
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
            (self.kept.question, self.kept.written) = (None, None);
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
            for name in cache::KINDS {
                let tensor = self.read(prepared, &format!("{}.{name}", reader.path(layer))).await?;
                source = tensor.shape[1];
                self.bank.store(&reader.kept(layer, source, name), &tensor)?;
            }
        }
        Ok(source)
    }

    /// The start of a caption: the ids of a text with its special tokens, of which the first becomes the decoder's start
    /// and the last is left out, as `generate` of transformers does it; the start alone without a text.
    pub fn caption_prompt(&self, row: Option<&[u32]>) -> Vec<u32> {
        let inner = row.and_then(|row| row.get(1..row.len().checked_sub(1)?)).unwrap_or_default();
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
        self.generator(prompt, decoding, max_new).run(async |rows| self.logprobs(source, rows).await).await
    }

    /// A search for what follows `prompt` (see [`Checkpoint::caption_prompt`]); it ends where the model's longest row does.
    pub fn generator(&self, prompt: Vec<u32>, decoding: Decoding, max_new: usize) -> Generator {
        let room = self.blip().text.max_position_embeddings.saturating_sub(prompt.len());
        Generator::new(&self.generation, decoding, prompt, max_new.min(room))
    }

    /// Natural logarithms `[N][V]` of the probabilities of the token that follows each row; the rows are of one length.
    pub async fn logprobs(&mut self, source: usize, rows: &[Vec<u32>]) -> Result<Vec<Vec<f32>>, DeviceError> {
        Ok(distributions(&self.next(source, rows).await?))
    }

    /// Logits `[N, V]` of the token that follows each row; the rows are of one length.
    pub async fn next(&mut self, source: usize, rows: &[Vec<u32>]) -> Result<HostTensor, DeviceError> {
        Ok(self.go_on(source, rows, false).await?.0)
    }

    /// As [`Checkpoint::next`], with the run of the rows' last tokens. What a row has in common with one that is kept is not
    /// computed again.
    pub(super) async fn go_on(
        &mut self,
        source: usize,
        rows: &[Vec<u32>],
        traced: bool,
    ) -> Result<(HostTensor, Rc<Prepared>), DeviceError> {
        let text = &self.blip().text;
        let (held, width) = (cache::extent(rows, text.max_position_embeddings), text.hidden_size);
        let own = own_paths(self.blip());
        cache::reserve(&mut self.bank, &own, held, width)?;
        let mut done = 0;
        if let Some(written) = self.kept.written.take() {
            let start = written.start(rows, held);
            if let Some([taken, put]) = &start.moves {
                let job = Job::Move { from: written.held, to: held };
                self.run(job, false, &[("taken", taken), ("put", put)]).await?;
            }
            done = start.common;
        }
        let mut last = None;
        for at in done..rows[0].len() {
            let inputs = cache::inputs(rows, held, at);
            let inputs = inputs.each_ref().map(|(name, tensor)| (*name, tensor));
            last = Some(self.run(Job::Next { held, source }, traced, &inputs).await?);
        }
        let prepared = last.expect("a row has its start");
        let logits = self.read(&prepared, "logits").await?;
        self.kept.written = Some(UnderWay { rows: rows.to_vec(), held });
        Ok((first_rows(&logits, rows.len()), prepared))
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
    pub(super) fn rows(&self, rows: &[Vec<u32>]) -> (HostTensor, HostTensor) {
        let text = &self.blip().text;
        let most = rows.iter().map(Vec::len).max().unwrap_or(1);
        let (count, tokens) = (rounded(rows.len()), rounded_tokens(most, text.max_position_embeddings));
        padded_rows(rows, count, tokens, text.pad_token_id)
    }
}

/// The first rows of `[N, V]`.
fn first_rows(tensor: &HostTensor, count: usize) -> HostTensor {
    let width = tensor.shape.last();
    HostTensor::f32([count, width], tensor.as_f32()[..count * width].to_vec())
}

/// Log-probabilities of every row of logits `[N, V]`.
pub(super) fn distributions(logits: &HostTensor) -> Vec<Vec<f32>> {
    logits.as_f32().chunks(logits.shape.last()).map(log_softmax).collect()
}
