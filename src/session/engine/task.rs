//! What a request becomes: work in pieces, each short enough that a newer request never waits long.

use std::collections::HashMap;

use super::Loaded;
use super::describe::{candidates, described};
use super::load::Load;
use crate::eval::playroom::QuestionPrior;
use crate::infer::{self, ImageTokens, Runner, Search, Trace};
use crate::io::resize::resize_square;
use crate::pixels;
use crate::session::protocol::{
    Answer, Attention, Command, Decoding, Event, Failure, Hypothesis, Pixels, Reader, Token, WayOn,
};
use crate::world::Style;

/// Pairs of a gallery that are encoded at a time.
const GALLERY_PIECE: usize = 8;
/// Longest answer in tokens, the end token included.
const ANSWER: usize = 4;
/// Training scenes behind the blind baseline.
const PRIOR_SCENES: u64 = 4_000;

pub(super) enum Task {
    Load(Load),
    Gallery { pictures: Vec<Pixels>, texts: Vec<String>, from: usize },
    Caption { picture: Pixels, prefix: String, decoding: Decoding, max_new: usize, writing: Option<Writing> },
    Once(Command),
}

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

type Emit<'a> = &'a dyn Fn(Event);

impl Task {
    pub fn new(command: Command) -> Self {
        match command {
            Command::Load { backend, model } => Task::Load(Load { backend, model }),
            Command::EncodeGallery { pictures, texts } => Task::Gallery { pictures, texts, from: 0 },
            Command::Caption { picture, prefix, decoding, max_new_tokens } => {
                Task::Caption { picture, prefix, decoding, max_new: max_new_tokens as usize, writing: None }
            }
            command => Task::Once(command),
        }
    }

    /// One piece; whether the task is done.
    pub async fn advance(&mut self, loaded: &mut Loaded, emit: Emit<'_>) -> Result<bool, Failure> {
        let runner = &mut loaded.runner;
        match self {
            Task::Load(_) => unreachable!("loading is the session's own"),
            Task::Gallery { pictures, texts, from } => gallery(runner, pictures, texts, from, emit).await,
            Task::Caption { picture, prefix, decoding, max_new, writing } => match writing {
                None => {
                    *writing = Some(begin(runner, picture, prefix, *decoding, *max_new, emit).await?);
                    Ok(false)
                }
                Some(writing) => write(runner, writing, emit).await,
            },
            Task::Once(command) => {
                emit(once(loaded, command).await?);
                Ok(true)
            }
        }
    }
}

async fn gallery(
    runner: &mut Runner,
    pictures: &[Pixels],
    texts: &[String],
    from: &mut usize,
    emit: Emit<'_>,
) -> Result<bool, Failure> {
    let to = pictures.len().min(texts.len()).min(*from + GALLERY_PIECE);
    if *from < to {
        let sized = sized(runner, &pictures[*from..to])?;
        let (_, images) = runner.encode_images(&sized).await?;
        let ids =
            texts[*from..to].iter().map(|text| sentence(runner, text)).collect::<Result<Vec<_>, _>>()?;
        let words = runner.encode_texts(&ids).await?;
        let (pictures, texts) = (images.as_f32().to_vec(), words.as_f32().to_vec());
        emit(Event::GalleryEncoded { from: *from as u32, pictures, texts });
        *from = to;
    }
    Ok(to == pictures.len().min(texts.len()))
}

async fn begin(
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

async fn write(runner: &mut Runner, writing: &mut Writing, emit: Emit<'_>) -> Result<bool, Failure> {
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

async fn once(loaded: &mut Loaded, command: &Command) -> Result<Event, Failure> {
    let runner = &mut loaded.runner;
    match command {
        Command::Resize { picture } => {
            let side = runner.config.image_size as u32;
            Ok(Event::Resized(protocol_pixels(resize_square(&checked(picture)?, side))))
        }
        Command::EncodeText { text } => {
            let ids = sentence(runner, text)?;
            Ok(Event::TextEncoded(runner.encode_texts(&[ids]).await?.as_f32().to_vec()))
        }
        Command::EncodePicture { picture } => {
            let sized = sized(runner, std::slice::from_ref(picture))?;
            Ok(Event::PictureEncoded(runner.encode_images(&sized).await?.1.as_f32().to_vec()))
        }
        Command::Match { pictures, texts } => {
            let (image, _) = runner.encode_images(&sized(runner, pictures)?).await?;
            let ids = texts.iter().map(|text| sentence(runner, text)).collect::<Result<Vec<_>, _>>()?;
            if pictures.is_empty() || texts.is_empty() {
                return Ok(Event::Matched(Vec::new()));
            }
            let (logits, _) = runner.match_texts(&image, &vec![ids; pictures.len()], false).await?;
            let probability = |[no, yes]: &[f32; 2]| 1.0 / (1.0 + (no - yes).exp());
            Ok(Event::Matched(logits.iter().flatten().map(probability).collect()))
        }
        Command::Ask { picture, question } => {
            let prior = loaded.prior.get_or_insert_with(|| QuestionPrior::new(PRIOR_SCENES, 0));
            ask(runner, prior, picture, question).await
        }
        Command::CrossAttention { picture, text, reader } => cross(runner, picture, text, *reader).await,
        Command::SelfAttention { picture } => {
            let sized = sized(runner, std::slice::from_ref(picture))?;
            let trace = runner.self_attention(&sized[0]).await?;
            Ok(Event::SelfAttention(attention(runner, &trace, 0..trace.queries, Vec::new())))
        }
        Command::Load { .. }
        | Command::EncodeGallery { .. }
        | Command::Caption { .. }
        | Command::Stop { .. } => {
            unreachable!("has a task of its own")
        }
    }
}

async fn ask(
    runner: &mut Runner,
    prior: &QuestionPrior,
    picture: &Pixels,
    question: &str,
) -> Result<Event, Failure> {
    if question.trim().is_empty() {
        return Err(unusable("The question has no words.", String::new()));
    }
    let (image, _) = runner.encode_images(&sized(runner, std::slice::from_ref(picture))?).await?;
    let prompt = fits(runner, runner.words.question(question).map_err(unreadable)?)?;
    let mut search = runner.search(infer::Decoding::Greedy, prompt.clone(), ANSWER);
    let mut tokens = Vec::new();
    while !search.done() {
        let row = search.best().ids.clone();
        let next = runner.next(&image, &[vec![row.clone()]], true).await?;
        search.advance(&next.logprobs);
        let id = *search.best().ids.last().expect("a token was written");
        let trace = next.trace.expect("the run was traced");
        tokens.push(described(runner, id, &next.logprobs[0], Some((&trace, row.len() - 1)), false));
    }
    let mut beam = runner.search(infer::Decoding::Beam { width: 5 }, prompt.clone(), ANSWER);
    while !beam.done() {
        let next = runner.next(&image, &[beam.open_rows()], false).await?;
        beam.advance(&next.logprobs);
    }
    let answers = beam.hypotheses().iter().map(|hypothesis| {
        let text: String = hypothesis.ids[prompt.len()..].iter().map(|&id| runner.words.piece(id)).collect();
        (text.trim().to_string(), hypothesis.total().exp())
    });
    let candidates_ = candidates(answers);
    let question_only = candidates(prior.answers(question).into_iter().take(5));
    Ok(Event::Answered(Answer { tokens, candidates: candidates_, question_only }))
}

async fn cross(runner: &mut Runner, picture: &Pixels, text: &str, reader: Reader) -> Result<Event, Failure> {
    let (image, _) = runner.encode_images(&sized(runner, std::slice::from_ref(picture))?).await?;
    let words = runner.words.tokenizer.encode(text).map_err(unreadable)?.ids;
    let tokens: Vec<String> = words.iter().map(|&id| runner.words.piece(id)).collect();
    let (trace, first) = match reader {
        Reader::Decoder => {
            let row = fits(runner, runner.words.caption(Style::Full, text).map_err(unreadable)?)?;
            let first = row.len() - words.len();
            // A token was chosen by the query before it.
            (runner.next(&image, &[vec![row]], true).await?.trace, first - 1)
        }
        Reader::Matcher => (runner.match_texts(&image, &[vec![sentence(runner, text)?]], true).await?.1, 1),
    };
    let trace = trace.expect("the run was traced");
    Ok(Event::CrossAttention(attention(runner, &trace, first..first + words.len(), tokens)))
}

fn attention(
    runner: &Runner,
    trace: &Trace,
    queries: std::ops::Range<usize>,
    tokens: Vec<String>,
) -> Attention {
    let (layers, heads) = (trace.layers(), trace.heads);
    let mut values = Vec::with_capacity(layers * heads * queries.len() * trace.keys);
    for layer in 0..layers {
        for head in 0..heads {
            queries.clone().for_each(|query| values.extend_from_slice(trace.row(layer, head, query)));
        }
    }
    let grid = runner.config.grid() as u32;
    Attention { layers: layers as u32, heads: heads as u32, grid, tokens, values }
}

/// A sentence as ids that fit the model.
fn sentence(runner: &Runner, text: &str) -> Result<Vec<u32>, Failure> {
    fits(runner, runner.words.sentence(text).map_err(unreadable)?)
}

fn fits(runner: &Runner, ids: Vec<u32>) -> Result<Vec<u32>, Failure> {
    let longest = runner.config.max_tokens;
    match ids.len() <= longest {
        true => Ok(ids),
        false => {
            Err(unusable(&format!("This text is too long: the model reads {longest} tokens."), String::new()))
        }
    }
}

fn unreadable(error: crate::io::tokenizer::TokenizerError) -> Failure {
    unusable("This text cannot be read.", error.to_string())
}

fn unusable(sentence: &str, detail: String) -> Failure {
    Failure { sentence: sentence.to_string(), detail, way_on: WayOn::ChangeInput }
}

/// A picture whose bytes fill it.
fn checked(picture: &Pixels) -> Result<pixels::Pixels, Failure> {
    let bytes = picture.width as usize * picture.height as usize * 3;
    match bytes > 0 && picture.rgb.len() == bytes {
        true => Ok(pixels::Pixels::new(picture.width, picture.height, picture.rgb.clone())),
        false => {
            Err(unusable("This picture is broken.", format!("{} bytes, expected {bytes}", picture.rgb.len())))
        }
    }
}

/// Pictures at the model's size.
fn sized(runner: &Runner, pictures: &[Pixels]) -> Result<Vec<pixels::Pixels>, Failure> {
    let side = runner.config.image_size as u32;
    let one = |picture: &Pixels| {
        let pixels = checked(picture)?;
        Ok(if pixels.width == side && pixels.height == side { pixels } else { resize_square(&pixels, side) })
    };
    pictures.iter().map(one).collect()
}

fn protocol_pixels(pixels: pixels::Pixels) -> Pixels {
    Pixels { width: pixels.width, height: pixels.height, rgb: pixels.rgb }
}
