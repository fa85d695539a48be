//! The commands about the album.

use std::io;

use super::files::{Album, New, is_unit};
use crate::infer::VisionLanguageModel;
use crate::io::picture::Picture;
use crate::pixels::Pixels;
use crate::pixels::resize::resize;
use crate::session::engine::failure::unusable;
use crate::session::engine::input::{decoded, fit};
use crate::session::engine::loaded::Loaded;
use crate::session::host::Host;
use crate::session::library::{Need, album_of, full, storage};
use crate::session::protocol::{AlbumPart, Command, Event, Failure, Photo};

/// The longer side of a thumbnail, in pixels.
const THUMBNAIL: u32 = 224;

/// Serves a command about the album.
pub(in crate::session::engine) async fn serve(
    loaded: &mut Loaded,
    host: &impl Host,
    command: &Command,
) -> Result<Event, Failure> {
    if loaded.embed_dim == 0 {
        let sentence = "This model has no space that pictures and words share: photos cannot be found by it.";
        return Err(unusable(sentence, String::new()));
    }
    let folder = album_of(&loaded.name, loaded.precision);
    match command {
        Command::OpenAlbum { known } => open(loaded, host, &folder, *known as usize).await,
        Command::ClearAlbum => clear(loaded, host, &folder).await,
        Command::AddPhoto { photo, file, in_memory } => {
            if *in_memory {
                let _lock = host.lock(&folder).await.map_err(storage)?;
                host.move_to_memory(&folder).await.map_err(storage)?;
            }
            add(loaded, host, &folder, photo, file).await
        }
        Command::Thumbnails { photos } => thumbnails(loaded, host, &folder, photos).await,
        command => unreachable!("{:?} is not about the album", command.lane()),
    }
}

/// Reads what the page, which has the first `known` photos, does not have.
async fn open(loaded: &mut Loaded, host: &impl Host, folder: &str, known: usize) -> Result<Event, Failure> {
    let _lock = host.lock(folder).await.map_err(storage)?;
    match read(loaded, host, folder, known).await {
        // Not even an empty album can be made.
        Err(error) if error.kind() == io::ErrorKind::StorageFull => {
            host.move_to_memory(folder).await.map_err(storage)?;
            read(loaded, host, folder, known).await
        }
        read => read,
    }
    .map_err(storage)
}

async fn read(loaded: &mut Loaded, host: &impl Host, folder: &str, known: usize) -> io::Result<Event> {
    let store = host.folder(folder).await?;
    loaded.album.read(&store, loaded.embed_dim).await?;
    report(loaded, host, folder, &store, known).await
}

/// What is in the files from place `known` on, or from further back where that has changed.
async fn report<H: Host>(
    loaded: &mut Loaded,
    host: &H,
    folder: &str,
    store: &H::Folder,
    known: usize,
) -> io::Result<Event> {
    let (from, photos, embeddings) = loaded.album.since(store, loaded.embed_dim, known).await?;
    let (incomplete, damaged, is_persistent) =
        (loaded.album.incomplete(from), loaded.album.lost(), host.is_persistent(folder));
    Ok(Event::Album(AlbumPart { from: from as u32, photos, embeddings, incomplete, damaged, is_persistent }))
}

async fn clear(loaded: &mut Loaded, host: &impl Host, folder: &str) -> Result<Event, Failure> {
    let lock = host.lock(folder).await.map_err(storage)?;
    match host.remove(folder).await {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(storage(error)),
        _ => {}
    }
    drop(lock);
    host.notify_changed(folder);
    loaded.album = Album::default();
    open(loaded, host, folder, 0).await
}

/// Encodes one photo and adds it at the end, behind those that other pages have added meanwhile.
async fn add(
    loaded: &mut Loaded,
    host: &impl Host,
    folder: &str,
    photo: &Photo,
    file: &[u8],
) -> Result<Event, Failure> {
    let Picture { pixels: picture, is_incomplete } = decoded(host, &photo.name, file).await?;
    let embedding = encode_photo(&mut loaded.model, &picture).await?;
    if !is_unit(&embedding) {
        let detail = "its embedding does not have length 1".to_string();
        return Err(unusable(&format!("The model makes no numbers of {}.", photo.name), detail));
    }
    let no_thumbnail = |detail| unusable(&format!("No thumbnail could be made of {}.", photo.name), detail);
    let thumbnail = host.encode(&small(&picture)).await.map_err(no_thumbnail)?;
    let needed = thumbnail.len() + 4 * embedding.len() + photo.name.len();
    let new = New { photo, is_incomplete, embedding: &embedding, thumbnail: &thumbnail };
    match keep(loaded, host, folder, new).await {
        Ok(event) => Ok(event),
        Err(error) => {
            // What is there already is counted when it is copied into memory.
            let need = Need { missing: needed as u64, whole: needed as u64 };
            Err(full(host, folder, &photo.name, need, error).await)
        }
    }
}

/// Adds a photo to the files, if it is not in them yet.
async fn keep(loaded: &mut Loaded, host: &impl Host, folder: &str, new: New<'_>) -> io::Result<Event> {
    let lock = host.lock(folder).await?;
    let store = host.folder(folder).await?;
    loaded.album.read(&store, loaded.embed_dim).await?;
    let is_new = !loaded.album.holds(new.photo);
    if is_new {
        loaded.album.append(&store, new).await?;
    }
    let known = loaded.album.reported();
    let event = report(loaded, host, folder, &store, known).await?;
    drop((store, lock));
    if is_new {
        host.notify_changed(folder);
    }
    Ok(event)
}

async fn thumbnails(
    loaded: &mut Loaded,
    host: &impl Host,
    folder: &str,
    photos: &[u32],
) -> Result<Event, Failure> {
    let _lock = host.lock(folder).await.map_err(storage)?;
    let store = host.folder(folder).await.map_err(storage)?;
    // Where another page has begun the album anew, the places are those of no photo that the page knows.
    loaded.album.read(&store, loaded.embed_dim).await.map_err(storage)?;
    Ok(Event::Thumbnails(loaded.album.thumbnails(&store, photos).await.map_err(storage)?))
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

/// A unit vector `[embed_dim]` of a picture of any size.
async fn encode_photo(model: &mut VisionLanguageModel, picture: &Pixels) -> Result<Vec<f32>, Failure> {
    let fitted = fit(model, picture)?;
    Ok(model.embed_images(&[fitted]).await?.as_f32().to_vec())
}
