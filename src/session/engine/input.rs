//! What a visitor hands in, as the model takes it: each fault is a failure with a sentence.

use super::failure::unusable;
use crate::infer::modality::{WaveformError, check_waveform};
use crate::infer::{TextError, VisionLanguageModel};
use crate::io::picture::{Picture, PictureError};
use crate::io::table_csv::{self, TableError, TableFile};
use crate::limits::{self, LimitError, MAX_ASPECT};
use crate::model::blip::Task;
use crate::model::modality::table::ROWS;
use crate::session::host::Host;
use crate::session::protocol::{ClipName, Failure, Input, Pixels};
use crate::world::Clip;
use crate::world::motion::FRAMES;
use crate::world::sound::SAMPLES;
use crate::world::table::Table;

impl From<TextError> for Failure {
    fn from(error: TextError) -> Self {
        let sentence = match &error {
            TextError::NoTokenizer => "This model came without a tokenizer: it reads no words.".to_string(),
            TextError::Tokenizer(_) => "This text cannot be read.".to_string(),
            TextError::TooLong { longest, .. } => {
                format!("This text is too long: the model reads {longest} tokens.")
            }
            TextError::Full { tokens } => {
                format!("This text is too long: its {tokens} tokens leave the model no room to write.")
            }
            TextError::Untuned { needed: Task::Caption } => {
                "This model writes no captions: of the published models BLIP for captioning does.".to_string()
            }
            TextError::Untuned { needed: Task::Answer } => {
                "This model answers no questions: of the published models BLIP for question answering does."
                    .to_string()
            }
            TextError::Untuned { needed: Task::Match } => {
                "This model has no matching head: of the published models BLIP for retrieval has one."
                    .to_string()
            }
            TextError::NoEmbeddings => {
                "This model embeds neither pictures nor texts: CLIP, SigLIP and BLIP for retrieval do."
                    .to_string()
            }
        };
        unusable(&sentence, error.to_string())
    }
}

/// The picture in the bytes of the file `name`.
pub(super) async fn decoded(host: &impl Host, name: &str, file: &[u8]) -> Result<Picture, Failure> {
    host.decode(file).await.map_err(|error| {
        let sentence = match &error {
            PictureError::Empty => format!("The file {name} is empty."),
            PictureError::Limit(LimitError::Aspect { width, height }) => format!(
                "The picture {name} is too long and narrow: {width} x {height} pixels. It may be at most {MAX_ASPECT} times as \
                 long as it is broad."
            ),
            PictureError::Limit(limit) => format!("The picture {name} is too large: {limit}."),
            PictureError::Foreign(format) => format!(
                "The file {name} is a picture of the kind {format}, which cannot be read here. PNG, JPEG, WebP, GIF and BMP can."
            ),
            PictureError::Cut { .. } => {
                format!("The file {name} ends before its picture does. Perhaps it was not copied to its end.")
            }
            PictureError::Unknown | PictureError::Broken(_) => {
                format!("The file {name} could not be read as a picture. PNG, JPEG, WebP, GIF and BMP can.")
            }
        };
        unusable(&sentence, error.to_string())
    })
}

/// A picture whose bytes fill it.
fn checked(picture: &Pixels) -> Result<Pixels, Failure> {
    let bytes = picture.width as usize * picture.height as usize * 3;
    match bytes > 0 && picture.rgb.len() == bytes {
        true => Ok(Pixels::new(picture.width, picture.height, picture.rgb.clone())),
        false => {
            Err(unusable("This picture is broken.", format!("{} bytes, expected {bytes}", picture.rgb.len())))
        }
    }
}

/// A picture at the model's size, still in bytes.
pub(super) fn fit(model: &VisionLanguageModel, picture: &Pixels) -> Result<Pixels, Failure> {
    limits::picture(picture.width, picture.height).map_err(|limit| {
        let sentence = match limit {
            LimitError::Pixels { .. } => "This picture is too large for the model.",
            _ => "This picture is too narrow for the model.",
        };
        unusable(sentence, limit.to_string())
    })?;
    Ok(model.fit(picture))
}

/// A picture that was fitted once is what the model sees.
pub(super) fn fitted(model: &VisionLanguageModel, picture: &Pixels) -> Result<Pixels, Failure> {
    let (picture, side) = (checked(picture)?, model.image_size());
    if picture.size() == (side, side) { Ok(picture) } else { fit(model, &picture) }
}

/// The frames of a video, each at the model's size.
pub(super) fn seen(model: &VisionLanguageModel, frames: &[Pixels]) -> Result<Vec<Pixels>, Failure> {
    if frames.len() != FRAMES {
        let sentence = format!("A video is {FRAMES} pictures to the model: this one has {}.", frames.len());
        return Err(unusable(&sentence, format!("{} frames, expected {FRAMES}", frames.len())));
    }
    frames.iter().map(|frame| fitted(model, frame)).collect()
}

/// A waveform that the encoder of sound takes.
pub(super) fn heard(samples: &[f32]) -> Result<&[f32], Failure> {
    check_waveform(samples).map_err(|error| {
        let sentence = match &error {
            WaveformError::Empty => "This sound is empty.",
            WaveformError::NotFinite { .. } => "This sound is broken: it holds values that are no numbers.",
            WaveformError::Limit(_) => "This sound is too long.",
        };
        unusable(sentence, error.to_string())
    })?;
    Ok(samples)
}

/// The first table of a CSV file, as far as the encoder reads it.
pub(super) fn table(csv: &str) -> Result<Table, Failure> {
    let refused = |error: TableError| unusable(&format!("This table {error}."), error.to_string());
    let first = table_csv::read(csv.as_bytes()).map_err(refused)?.tables.into_iter().next();
    let (_, mut table) = first
        .ok_or_else(|| unusable("This table has no rows.", "nothing after the first line".to_string()))?;
    table.objects.truncate(ROWS);
    Ok(table)
}

/// What of an input that could be read is not.
pub(super) fn left_out(input: &Input) -> Vec<String> {
    match input {
        Input::Sound(samples) if samples.len() > SAMPLES => {
            vec!["The model reads the first two seconds of this sound.".to_string()]
        }
        Input::Table(csv) => table_csv::read(csv.as_bytes()).map(|file| of_table(&file)).unwrap_or_default(),
        _ => Vec::new(),
    }
}

fn of_table(file: &TableFile) -> Vec<String> {
    let mut notes = Vec::new();
    if !file.unknown.is_empty() {
        notes.push(format!("Columns that are not known were left out: {}.", file.unknown.join(", ")));
    }
    if let [(first, _), rest @ ..] = &file.tables[..]
        && !rest.is_empty()
    {
        notes.push(format!("The table holds {} clips; the first, {first}, is read.", file.tables.len()));
    }
    if file.tables.first().is_some_and(|(_, table)| table.objects.len() > ROWS) {
        notes.push(format!("The model reads the first {ROWS} objects of this table."));
    }
    notes
}

pub(super) fn clip(name: &ClipName) -> Result<Clip, Failure> {
    name.draw().map_err(|error| unusable("No clip has this code.", error.to_string()))
}
