//! What a request becomes: work in pieces, each short enough that a newer request never waits long.

use super::album;
use super::describe::{candidates, described};
use super::input::{fits, protocol_pixels, sentence, sized, unreadable, unusable};
use super::load::Load;
use super::training::{Spoiling, Training, weights};
use super::writing::{Writing, begin, write};
use super::{Host, Loaded};
use crate::eval::playroom::QuestionPrior;
use crate::infer::{self, Model, Runner, Trace};
use crate::io::resize::resize_square;
use crate::lab::sabotage::Sabotage;
use crate::session::protocol::{Answer, Attention, Command, Decoding, Event, Failure, Pixels, Reader};
use crate::world::Style;

/// Pairs of a gallery that are encoded at a time.
const GALLERY_PIECE: usize = 8;
/// Longest answer in tokens, the end token included.
const ANSWER: usize = 4;
/// Training scenes behind the blind baseline.
const PRIOR_SCENES: u64 = 4_000;

pub(super) enum Task {
    Load(Load),
    Gallery {
        pictures: Vec<Pixels>,
        texts: Vec<String>,
        from: usize,
    },
    Caption {
        picture: Pixels,
        prefix: String,
        decoding: Decoding,
        max_new: usize,
        writing: Option<Box<Writing>>,
    },
    Train(Training),
    Spoil(Spoiling),
    Album(Command),
    Once(Command),
}

pub(super) type Emit<'a> = &'a dyn Fn(Event);

impl Task {
    pub fn new(command: Command) -> Self {
        match command {
            Command::Load { backend, model } => Task::Load(Load { backend, model }),
            Command::EncodeGallery { pictures, texts } => Task::Gallery { pictures, texts, from: 0 },
            Command::Caption { picture, prefix, decoding, max_new_tokens } => {
                Task::Caption { picture, prefix, decoding, max_new: max_new_tokens as usize, writing: None }
            }
            Command::Train { experiment, until } => Task::Train(Training::new(experiment, until)),
            Command::Sabotage { experiment, modality, corruption, percents, .. } => {
                let all = percents.into_iter().map(|percent| Sabotage { modality, corruption, percent });
                Task::Spoil(Spoiling::new(experiment, all.collect()))
            }
            Command::EncodeTexts { .. }
            | Command::EncodeLabels { .. }
            | Command::OpenAlbum
            | Command::ClearAlbum
            | Command::AddPhoto { .. }
            | Command::Thumbnails { .. } => Task::Album(command),
            command => Task::Once(command),
        }
    }

    /// One piece; whether the task is done.
    pub async fn advance(
        &mut self,
        loaded: &mut Loaded,
        host: &impl Host,
        emit: Emit<'_>,
    ) -> Result<bool, Failure> {
        let Loaded { model, runs, .. } = loaded;
        match self {
            Task::Train(training) => return training.advance(model.device(), runs, emit).await,
            Task::Spoil(spoiling) => return spoiling.advance(model.device(), runs, emit).await,
            Task::Album(command) => {
                emit(album::serve(loaded, host, command).await?);
                return Ok(true);
            }
            _ => {}
        }
        let runner = match model {
            Model::Playroom(runner) => runner,
            Model::Checkpoint(_) => return Err(unusable("This model does not do that yet.", String::new())),
        };
        match self {
            Task::Train(_) | Task::Spoil(_) | Task::Album(_) | Task::Load(_) => {
                unreachable!("done above, or by the session")
            }
            Task::Gallery { pictures, texts, from } => gallery(runner, pictures, texts, from, emit).await,
            Task::Caption { picture, prefix, decoding, max_new, writing } => match writing {
                None => {
                    let begun = begin(runner, picture, prefix, *decoding, *max_new, emit).await?;
                    *writing = Some(Box::new(begun));
                    Ok(false)
                }
                Some(writing) => write(runner, writing, emit).await,
            },
            Task::Once(Command::Open { file }) => {
                emit(open(runner, host, file).await?);
                Ok(true)
            }
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

async fn open(runner: &Runner, host: &impl Host, file: &[u8]) -> Result<Event, Failure> {
    let no_picture = |detail| {
        unusable("This file could not be read as a picture. PNG, JPEG, WebP, GIF and BMP can.", detail)
    };
    let picture = host.decode(file).await.map_err(no_picture)?;
    Ok(Event::Opened(protocol_pixels(resize_square(&picture, runner.config.image_size as u32))))
}

async fn once(loaded: &mut Loaded, command: &Command) -> Result<Event, Failure> {
    let Model::Playroom(runner) = &mut loaded.model else { unreachable!("see above") };
    match command {
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
        Command::Weights { experiment, contestant, .. } => {
            Ok(Event::Weights(weights(runner.device(), &mut loaded.runs, experiment, *contestant).await?))
        }
        Command::Load { .. }
        | Command::Open { .. }
        | Command::EncodeGallery { .. }
        | Command::Caption { .. }
        | Command::Train { .. }
        | Command::Sabotage { .. }
        | Command::EncodeTexts { .. }
        | Command::EncodeLabels { .. }
        | Command::OpenAlbum
        | Command::ClearAlbum
        | Command::AddPhoto { .. }
        | Command::Thumbnails { .. }
        | Command::Offer { .. }
        | Command::Download { .. }
        | Command::Take { .. }
        | Command::Shelf
        | Command::Delete { .. }
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
