//! What is asked of our own model.

use super::Host;
use super::describe::{LEAST_MS, attention, candidates, described, steps};
use super::input::{begun, decoded, fits, protocol_pixels, sentence, sized, unusable};
use super::task::{Emit, Progress};
use super::writing::{begin, write};
use crate::eval::playroom::QuestionPrior;
use crate::infer::{self, Runner};
use crate::pixels::resize::resize_square;
use crate::session::protocol::{Answer, Command, Event, Failure, Opened, Pixels, Reader};
use crate::world::Style;

/// Pairs of a gallery that are encoded at a time.
const GALLERY_PIECE: usize = 8;
/// Longest answer in tokens, the end token included.
const ANSWER: usize = 4;
/// Training scenes behind the blind baseline.
const PRIOR_SCENES: u64 = 4_000;

/// One piece of a command; whether it was the last.
pub(super) async fn advance(
    runner: &mut Runner,
    prior: &mut Option<QuestionPrior>,
    host: &impl Host,
    command: &Command,
    progress: &mut Progress,
    emit: Emit<'_>,
) -> Result<bool, Failure> {
    match command {
        Command::EncodeGallery { pictures, texts } => {
            let from = progress.pairs();
            let to = gallery(runner, pictures, texts, from, emit).await?;
            *progress = Progress::Pairs(to);
            Ok(to == pictures.len().min(texts.len()))
        }
        Command::Caption { picture, prefix, decoding, max_new_tokens } => match progress {
            Progress::Writing(writing) => write(runner, writing, emit).await,
            _ => {
                let most = *max_new_tokens as usize;
                let begun = begin(runner, picture, prefix, *decoding, most, emit).await?;
                *progress = Progress::Writing(Box::new(begun));
                Ok(false)
            }
        },
        command => {
            emit(once(runner, prior, host, command).await?);
            Ok(true)
        }
    }
}

/// The pairs from `from` on; up to which they are encoded now.
async fn gallery(
    runner: &mut Runner,
    pictures: &[Pixels],
    texts: &[String],
    from: usize,
    emit: Emit<'_>,
) -> Result<usize, Failure> {
    let to = pictures.len().min(texts.len()).min(from + GALLERY_PIECE);
    if from < to {
        let sized = sized(runner, &pictures[from..to])?;
        let (_, images) = runner.encode_images(&sized).await?;
        let ids = texts[from..to].iter().map(|text| sentence(runner, text)).collect::<Result<Vec<_>, _>>()?;
        let words = runner.encode_texts(&ids).await?;
        let (pictures, texts) = (images.as_f32().to_vec(), words.as_f32().to_vec());
        emit(Event::GalleryEncoded { from: from as u32, pictures, texts });
    }
    Ok(to)
}

/// The picture of a file as the model sees it.
async fn open(runner: &Runner, host: &impl Host, name: &str, file: &[u8]) -> Result<Event, Failure> {
    let picture = decoded(host, name, file).await?;
    let sized = resize_square(&picture.pixels, runner.config.image_size as u32);
    Ok(Event::Opened(Opened { picture: protocol_pixels(sized), is_incomplete: picture.is_incomplete }))
}

async fn once(
    runner: &mut Runner,
    prior: &mut Option<QuestionPrior>,
    host: &impl Host,
    command: &Command,
) -> Result<Event, Failure> {
    match command {
        Command::Open { name, file } => open(runner, host, name, file).await,
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
            let prior = prior.get_or_insert_with(|| QuestionPrior::new(PRIOR_SCENES, 0));
            ask(runner, prior, picture, question).await
        }
        Command::CrossAttention { picture, text, reader } => cross(runner, picture, text, *reader).await,
        Command::SelfAttention { picture } => {
            let sized = sized(runner, std::slice::from_ref(picture))?;
            let trace = runner.self_attention(&sized[0]).await?;
            Ok(Event::SelfAttention(attention(trace, Vec::new())))
        }
        Command::TimeSteps { picture } => {
            let sized = sized(runner, std::slice::from_ref(picture))?;
            Ok(steps(runner.time_image_steps(&sized[0], LEAST_MS).await?))
        }
        command => unreachable!("{:?} is not for a model, or takes several pieces", command.lane()),
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
    let prompt = begun(runner, runner.words.question(question))?;
    let mut search = runner.generator(prompt.clone(), infer::Decoding::Greedy, ANSWER);
    let mut tokens = Vec::new();
    while !search.done() {
        let row = search.best().ids.clone();
        let next = runner.next(&image, &[row], true).await?;
        search.advance(&next.logprobs);
        let id = *search.best().ids.last().expect("a token was written");
        let trace = next.trace.expect("the run was traced");
        let (piece, attention) = (|id| runner.words.piece(id), trace.of_query(0));
        tokens.push(described(&piece, id, &next.logprobs[0], attention, false));
    }
    let mut beam = runner.generator(prompt.clone(), infer::Decoding::Beam { width: 5 }, ANSWER);
    while !beam.done() {
        let next = runner.next(&image, &beam.open_rows(), false).await?;
        beam.advance(&next.logprobs);
    }
    let answers = beam.hypotheses().into_iter().map(|hypothesis| {
        let text: String = hypothesis.ids[prompt.len()..].iter().map(|&id| runner.words.piece(id)).collect();
        (text.trim().to_string(), hypothesis.total().exp())
    });
    let answers = candidates(answers.collect());
    let question_only = candidates(prior.answers(question).into_iter().take(5).collect());
    Ok(Event::Answered(Answer { tokens, candidates: answers, question_only }))
}

async fn cross(runner: &mut Runner, picture: &Pixels, text: &str, reader: Reader) -> Result<Event, Failure> {
    let (image, _) = runner.encode_images(&sized(runner, std::slice::from_ref(picture))?).await?;
    let words = runner.words.tokenizer.encode(text).ids;
    let tokens: Vec<String> = words.iter().map(|&id| runner.words.piece(id)).collect();
    let (trace, first) = match reader {
        Reader::Decoder => {
            let row = fits(runner, runner.words.caption(Style::Full, text))?;
            let first = row.len() - words.len();
            // A token was chosen by the query before it.
            (Some(runner.decoder_attention(&image, &row).await?), first - 1)
        }
        Reader::Matcher => (runner.match_texts(&image, &[vec![sentence(runner, text)?]], true).await?.1, 1),
    };
    let trace = trace.expect("the run was traced");
    let trace = trace.part(first..first + words.len(), 0..trace.keys);
    Ok(Event::CrossAttention(attention(trace, tokens)))
}
