//! The visitor's photos as the model encodes them: kept on the device, in a folder for each model, and searched by the page.

use serde::{Deserialize, Serialize};
use std::io;

use super::input::{decoded, sentence, unusable};
use super::{Host, Loaded, published};
use crate::infer::Model;
use crate::io::hub::{Store, Writable};
use crate::io::picture::Picture;
use crate::io::read_at::ReadAt;
use crate::pixels::Pixels;
use crate::pixels::resize::{resize, resize_square};
use crate::session::library::{album_of, storage};
use crate::session::protocol::{Command, Event, Failure, Photo};

/// One line of JSON per photo; what stands behind its last line in the other files is not of the album.
const PHOTOS: &str = "photos.jsonl";
/// `[photos, embed_dim]`, f32 in little-endian bytes.
const EMBEDDINGS: &str = "embeddings.f32";
/// Picture files, one behind the other.
const THUMBNAILS: &str = "thumbnails";
/// The longer side of a thumbnail, in pixels.
const THUMBNAIL: u32 = 224;

#[derive(Clone, Serialize, Deserialize)]
struct Record {
    #[serde(flatten)]
    photo: Photo,
    /// Where its thumbnail begins, and how long it is.
    start: u64,
    length: u64,
    /// As in [`Picture`](crate::io::picture::Picture).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    is_incomplete: bool,
}

/// What the files hold.
#[derive(Default)]
pub(crate) struct Album {
    records: Vec<Record>,
    /// Bytes of the lines.
    written: u64,
}

/// Serves a command about the album.
pub(super) async fn serve(
    loaded: &mut Loaded,
    host: &impl Host,
    command: &Command,
) -> Result<Event, Failure> {
    if loaded.embed_dim == 0 {
        let sentence = "This model has no space that pictures and words share: photos cannot be found by it.";
        return Err(unusable(sentence, String::new()));
    }
    match command {
        Command::EncodeTexts { texts } | Command::EncodeLabels { texts } => {
            Ok(Event::TextsEncoded(encode_texts(&mut loaded.model, texts).await?))
        }
        Command::OpenAlbum => open(loaded, host).await,
        Command::ClearAlbum => match host.remove(&album_of(&loaded.name, loaded.precision)).await {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(storage(error)),
            _ => open(loaded, host).await,
        },
        Command::AddPhoto { photo, file } => add(loaded, host, photo, file).await,
        Command::Thumbnails { photos } => thumbnails(loaded, host, photos).await,
        command => unreachable!("{:?} is not about the album", command.lane()),
    }
}

async fn open(loaded: &mut Loaded, host: &impl Host) -> Result<Event, Failure> {
    let folder = host.folder(&album_of(&loaded.name, loaded.precision)).await.map_err(storage)?;
    let read = async || -> io::Result<(Album, Vec<f32>)> {
        let lines = all(&folder.open(PHOTOS).await?)?;
        let mut album = Album::default();
        for line in lines.split_inclusive(|&byte| byte == b'\n').filter(|line| line.ends_with(b"\n")) {
            let Ok(record) = serde_json::from_slice(line) else { break };
            album.records.push(record);
            album.written += line.len() as u64;
        }
        let mut embeddings = vec![0.0f32; album.records.len() * loaded.embed_dim];
        folder.open(EMBEDDINGS).await?.read_at(0, bytemuck::cast_slice_mut(&mut embeddings))?;
        Ok((album, embeddings))
    };
    // An album that a break has left in pieces begins anew.
    let (album, embeddings) = match read().await {
        Ok(read) => read,
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Default::default(),
        Err(error) => return Err(storage(error)),
    };
    let photos = album.records.iter().map(|record| record.photo.clone()).collect();
    let incomplete = (0..).zip(&album.records).filter(|(_, record)| record.is_incomplete);
    let incomplete = incomplete.map(|(at, _)| at).collect();
    loaded.album = Some(album);
    Ok(Event::Album { photos, embeddings, incomplete })
}

/// Encodes one photo and adds it at the end.
async fn add(loaded: &mut Loaded, host: &impl Host, photo: &Photo, file: &[u8]) -> Result<Event, Failure> {
    if loaded.album.is_none() {
        open(loaded, host).await?;
    }
    let Picture { pixels: picture, is_incomplete } = decoded(host, &photo.name, file).await?;
    let no_thumbnail = |detail| unusable(&format!("No thumbnail could be made of {}.", photo.name), detail);
    let embedding = encode_photo(&mut loaded.model, &picture).await?;
    let thumbnail = host.encode(&small(&picture)).await.map_err(no_thumbnail)?;
    let album = loaded.album.as_mut().expect("opened above");
    let start = album.records.last().map_or(0, |last| last.start + last.length);
    let record = Record { photo: photo.clone(), start, length: thumbnail.len() as u64, is_incomplete };
    let mut line = serde_json::to_vec(&record).expect("plain data serialises");
    line.push(b'\n');
    let folder = host.folder(&album_of(&loaded.name, loaded.precision)).await.map_err(storage)?;
    let row = (album.records.len() * loaded.embed_dim * 4) as u64;
    let write = async || -> io::Result<()> {
        for (name, at, bytes) in [
            (THUMBNAILS, start, &thumbnail[..]),
            (EMBEDDINGS, row, bytemuck::cast_slice(&embedding)),
            // The line comes last: with it the photo is there.
            (PHOTOS, album.written, &line[..]),
        ] {
            let mut file = folder.open(name).await?;
            file.write_at(at, bytes)?;
            file.flush()?;
        }
        Ok(())
    };
    write().await.map_err(storage)?;
    album.written += line.len() as u64;
    album.records.push(record);
    Ok(Event::PhotoAdded { photo: photo.clone(), embedding, is_incomplete })
}

/// The picture at thumbnail size; a smaller one as it is.
fn small(picture: &Pixels) -> Pixels {
    let longer = picture.width.max(picture.height);
    let scaled = |side: u32| ((u64::from(side) * u64::from(THUMBNAIL) / u64::from(longer)) as u32).max(1);
    match longer > THUMBNAIL {
        true => resize(picture, scaled(picture.width), scaled(picture.height)),
        false => picture.clone(),
    }
}

async fn thumbnails(loaded: &Loaded, host: &impl Host, photos: &[u32]) -> Result<Event, Failure> {
    let records = loaded.album.iter().flat_map(|album| &album.records).collect::<Vec<_>>();
    let folder = host.folder(&album_of(&loaded.name, loaded.precision)).await.map_err(storage)?;
    let file = folder.open(THUMBNAILS).await.map_err(storage)?;
    let mut all = Vec::new();
    for &photo in photos {
        let Some(record) = records.get(photo as usize) else { continue };
        let mut bytes = vec![0; record.length as usize];
        file.read_at(record.start, &mut bytes).map_err(storage)?;
        all.push((photo, bytes));
    }
    Ok(Event::Thumbnails(all))
}

fn all(file: &impl ReadAt) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; file.size() as usize];
    file.read_at(0, &mut bytes)?;
    Ok(bytes)
}

/// A unit vector `[embed_dim]` of a picture of any size.
async fn encode_photo(model: &mut Model, picture: &Pixels) -> Result<Vec<f32>, Failure> {
    match model {
        Model::Playroom(runner) => {
            let side = runner.config.image_size as u32;
            Ok(runner.encode_images(&[resize_square(picture, side)]).await?.1.as_f32().to_vec())
        }
        Model::Checkpoint(checkpoint) => published::encode_photo(checkpoint, picture).await,
    }
}

/// Unit vectors `[texts, embed_dim]`.
async fn encode_texts(model: &mut Model, texts: &[String]) -> Result<Vec<f32>, Failure> {
    if texts.is_empty() {
        return Ok(Vec::new());
    }
    match model {
        Model::Playroom(runner) => {
            let rows = texts.iter().map(|text| sentence(runner, text)).collect::<Result<Vec<_>, _>>()?;
            Ok(runner.encode_texts(&rows).await?.as_f32().to_vec())
        }
        Model::Checkpoint(checkpoint) => published::encode_texts(checkpoint, texts).await,
    }
}
