//! The files of an album. Several pages read and write them in turn, each under the folder's lock: what is known is compared
//! with what is there before anything is written, and nothing is written over what is there.

use serde::{Deserialize, Serialize};
use std::io;
use std::ops::Range;

use crate::io::hub::{Store, Writable};
use crate::io::read_at::ReadAt;
use crate::session::protocol::Photo;

/// One line of JSON per photo, written last: with it the photo is there.
const PHOTOS: &str = "photos.jsonl";
/// `[rows, embed_dim]`, f32 in little-endian bytes.
const EMBEDDINGS: &str = "embeddings.f32";
/// Picture files, one behind the other.
const THUMBNAILS: &str = "thumbnails";
/// How far the squared norm of an embedding may be from 1.
const NORM_ERROR: f32 = 1e-2;

#[derive(Clone, Serialize, Deserialize)]
struct Record {
    #[serde(flatten)]
    photo: Photo,
    /// Where its thumbnail begins, and how long it is.
    start: u64,
    length: u64,
    /// Of its embedding. Older lines do not tell: their n-th has the n-th.
    row: Option<u64>,
    /// As in [`Picture`](crate::io::picture::Picture).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    is_incomplete: bool,
}

/// A photo with what is kept of it.
#[derive(Clone, Copy)]
pub(super) struct New<'a> {
    pub photo: &'a Photo,
    pub is_incomplete: bool,
    pub embedding: &'a [f32],
    pub thumbnail: &'a [u8],
}

/// What the files held when they were last read.
#[derive(Default)]
pub(crate) struct Album {
    /// Of [`PHOTOS`], without a last line that is broken off.
    lines: Vec<u8>,
    /// How many there are.
    count: u64,
    records: Vec<Record>,
    /// The lines of photos that are damaged, in `lines`.
    damaged: Vec<Range<usize>>,
    /// Photos that are left out since the album was opened, but for one whose line is broken off.
    lost: u32,
    is_broken_off: bool,
    /// The page has been told of so many photos.
    reported: usize,
}

impl Album {
    /// Takes in what other pages have changed.
    pub(crate) async fn read(&mut self, folder: &impl Store, width: usize) -> io::Result<()> {
        let file = folder.open(PHOTOS).await?;
        let bytes = file.read_vec(0, file.size())?;
        drop(file);
        if !bytes.starts_with(&self.lines) {
            *self = Album::default();
        }
        let mut new: Vec<(Record, Range<usize>)> = Vec::new();
        let mut damaged = Vec::new();
        let (mut end, mut count, mut is_broken_off) = (self.lines.len(), self.count, false);
        for line in bytes[end..].split_inclusive(|&byte| byte == b'\n') {
            let place = end..end + line.len();
            let is_whole = line.ends_with(b"\n");
            match serde_json::from_slice::<Record>(line) {
                Ok(mut record) => {
                    record.row.get_or_insert(count);
                    new.push((record, place));
                }
                Err(_) if line.trim_ascii().is_empty() => {}
                Err(_) if !is_whole => {
                    is_broken_off = true;
                    break;
                }
                Err(_) => damaged.push(place),
            }
            end += line.len();
            count += 1;
        }
        let rows: Vec<u64> = new.iter().filter_map(|(record, _)| record.row).collect();
        // Where this fails nothing has been taken in, and the lines are read again.
        let vectors = vectors(folder, width, &rows).await?;
        for ((record, place), vector) in new.into_iter().zip(vectors) {
            match vector {
                Some(_) => self.records.push(record),
                None => damaged.push(place),
            }
        }
        self.lines.extend(&bytes[self.lines.len()..end]);
        (self.count, self.is_broken_off) = (count, is_broken_off);
        self.lost += damaged.len() as u32;
        self.damaged.append(&mut damaged);
        Ok(())
    }

    pub(crate) fn holds(&self, photo: &Photo) -> bool {
        self.records.iter().any(|record| record.photo == *photo)
    }

    /// The photos of which the page, which has the first `known`, is to be told, from which place on, and their embeddings.
    pub(crate) async fn since(
        &mut self,
        folder: &impl Store,
        width: usize,
        known: usize,
    ) -> io::Result<(usize, Vec<Photo>, Vec<f32>)> {
        let from = self.reported.min(known);
        let new = &self.records[from..];
        let rows: Vec<u64> = new.iter().filter_map(|record| record.row).collect();
        let vectors = vectors(folder, width, &rows).await?;
        // They were whole when the lines were read, under the same lock or an earlier one.
        let embeddings =
            vectors.into_iter().flat_map(|row| row.unwrap_or_else(|| vec![0.0; width])).collect();
        let photos = new.iter().map(|record| record.photo.clone()).collect();
        self.reported = self.records.len();
        Ok((from, photos, embeddings))
    }

    /// The places of photos from `from` on whose files end early.
    pub(crate) fn incomplete(&self, from: usize) -> Vec<u32> {
        let from_there = self.records.iter().enumerate().skip(from);
        from_there.filter(|(_, record)| record.is_incomplete).map(|(at, _)| at as u32).collect()
    }

    /// Photos that are left out because what was kept of them is damaged.
    pub(crate) fn lost(&self) -> u32 {
        self.lost + u32::from(self.is_broken_off)
    }

    /// Photos that the page has been told of.
    pub(crate) fn reported(&self) -> usize {
        self.reported
    }

    /// Adds a photo behind all that is there, after [`Album::read`] under the same lock.
    pub(super) async fn append(&mut self, folder: &impl Store, new: New<'_>) -> io::Result<()> {
        let New { photo, is_incomplete, embedding, thumbnail } = new;
        self.blank(folder).await?;
        let mut file = folder.open(THUMBNAILS).await?;
        let start = file.size();
        file.write_at(start, thumbnail)?;
        file.flush()?;
        let mut file = folder.open(EMBEDDINGS).await?;
        let bytes: &[u8] = bytemuck::cast_slice(embedding);
        let row = file.size() / bytes.len() as u64;
        file.write_at(row * bytes.len() as u64, bytes)?;
        file.flush()?;
        let length = thumbnail.len() as u64;
        let record = Record { photo: photo.clone(), start, length, row: Some(row), is_incomplete };
        let mut line =
            if self.lines.ends_with(b"\n") || self.lines.is_empty() { vec![] } else { vec![b'\n'] };
        line.extend(serde_json::to_vec(&record).expect("plain data serialises"));
        line.push(b'\n');
        let mut file = folder.open(PHOTOS).await?;
        let end = self.lines.len() as u64;
        file.truncate(end)?;
        (self.lost, self.is_broken_off) = (self.lost(), false);
        file.write_at(end, &line)?;
        file.flush()?;
        self.lines.extend(line);
        self.count += 1;
        self.records.push(record);
        Ok(())
    }

    /// Lays spaces over the lines of damaged photos: rows that they name will be those of other photos.
    async fn blank(&mut self, folder: &impl Store) -> io::Result<()> {
        if self.damaged.is_empty() {
            return Ok(());
        }
        let mut file = folder.open(PHOTOS).await?;
        for place in &self.damaged {
            let line = &mut self.lines[place.clone()];
            line.iter_mut().filter(|byte| **byte != b'\n').for_each(|byte| *byte = b' ');
            file.write_at(place.start as u64, line)?;
        }
        file.flush()?;
        self.damaged.clear();
        Ok(())
    }

    /// The thumbnails of those of these photos of which the page has been told; empty where one is damaged.
    pub(crate) async fn thumbnails(
        &self,
        folder: &impl Store,
        photos: &[u32],
    ) -> io::Result<Vec<(u32, Vec<u8>)>> {
        let file = folder.open(THUMBNAILS).await?;
        let mut all = Vec::new();
        for &photo in photos {
            let Some(record) = self.records[..self.reported].get(photo as usize) else { continue };
            let is_there = record.start.checked_add(record.length).is_some_and(|end| end <= file.size());
            let bytes = if is_there { file.read_vec(record.start, record.length)? } else { Vec::new() };
            all.push((photo, bytes));
        }
        Ok(all)
    }
}

/// The embeddings in these rows; none where the file does not hold a vector of length one.
async fn vectors(folder: &impl Store, width: usize, rows: &[u64]) -> io::Result<Vec<Option<Vec<f32>>>> {
    let file = folder.open(EMBEDDINGS).await?;
    let bytes = 4 * width as u64;
    let count = file.size() / bytes;
    let there = || rows.iter().copied().filter(|row| *row < count);
    let (first, last) = (there().min().unwrap_or(0), there().max().unwrap_or(0));
    let mut values =
        vec![0.0f32; if there().next().is_some() { (last - first + 1) as usize * width } else { 0 }];
    file.read_at(first * bytes, bytemuck::cast_slice_mut(&mut values))?;
    let vector = |&row: &u64| {
        let at = usize::try_from(row.checked_sub(first)?).ok()?.checked_mul(width)?;
        values.get(at..at.checked_add(width)?).filter(|vector| is_unit(vector)).map(<[f32]>::to_vec)
    };
    Ok(rows.iter().map(vector).collect())
}

/// Whether a vector has length one: none that a model has made has another.
pub(super) fn is_unit(vector: &[f32]) -> bool {
    (vector.iter().map(|value| value * value).sum::<f32>() - 1.0).abs() < NORM_ERROR
}
