//! What a picture file says of itself before anything decodes it: its kind, its size, and whether its end is there. The
//! decoders of the page and of the command line ask here first, so that both take and refuse the same files.

mod bmp;
mod foreign;
mod gif;
mod jpeg;
mod png;
#[cfg(test)]
mod tests;
mod webp;

use std::borrow::Cow;
use std::fmt::{self, Display, Formatter};

use crate::limits::{self, LimitError};
use crate::pixels::Pixels;

/// A kind of picture file, told by its first bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Png,
    Jpeg,
    WebP,
    Gif,
    Bmp,
    Heic,
    Avif,
    JpegXl,
    Tiff,
    Ico,
    Svg,
}

impl Format {
    /// Whether every decoder of ours reads it. Of the others a browser may read some.
    pub fn is_common(self) -> bool {
        matches!(self, Format::Png | Format::Jpeg | Format::WebP | Format::Gif | Format::Bmp)
    }

    /// What ends a file of this kind.
    fn end(self) -> &'static [u8] {
        match self {
            Format::Jpeg => jpeg::END,
            Format::Png => png::END,
            Format::Gif => gif::END,
            _ => &[],
        }
    }
}

impl Display for Format {
    fn fmt(&self, f: &mut Formatter) -> fmt::Result {
        f.write_str(match self {
            Format::Png => "PNG",
            Format::Jpeg => "JPEG",
            Format::WebP => "WebP",
            Format::Gif => "GIF",
            Format::Bmp => "BMP",
            Format::Heic => "HEIC",
            Format::Avif => "AVIF",
            Format::JpegXl => "JPEG XL",
            Format::Tiff => "TIFF",
            Format::Ico => "ICO",
            Format::Svg => "SVG",
        })
    }
}

/// Why a file is not taken as a picture. The text goes on after the file's name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PictureError {
    #[error("is empty")]
    Empty,
    #[error("is none of PNG, JPEG, WebP, GIF and BMP")]
    Unknown,
    #[error("is of the kind {0}; PNG, JPEG, WebP, GIF and BMP are read")]
    Foreign(Format),
    #[error("has {0}")]
    Limit(#[from] LimitError),
    #[error("ends before its picture does, after {bytes} bytes")]
    Cut { bytes: usize },
    #[error("cannot be decoded: {0}")]
    Broken(String),
}

/// A decoded picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    pub pixels: Pixels,
    /// Whether the end of its file is missing. Of a JPEG, rows may be missing with it; they are grey.
    pub is_incomplete: bool,
}

/// Where a file ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// Behind its picture, as it should.
    There,
    /// Before its end marker; its first `whole` bytes are of parts that are complete, or of a JPEG's pixels.
    Missing { whole: usize },
}

/// What a picture file says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    pub format: Format,
    /// Width and height in pixels as they are stored, where the file tells them in a place that is known here.
    pub size: Option<[u32; 2]>,
    end: End,
}

impl Header {
    /// Reads the header of a whole file.
    ///
    /// # Errors
    /// [`PictureError`], but for `Foreign` and `Broken`, which only a decoder can tell: a file that ends before its picture
    /// does is refused unless it is a JPEG, of which browsers show the part that is there.
    pub fn read(file: &[u8]) -> Result<Self, PictureError> {
        let format = format(file)?;
        let (size, end) = match format {
            Format::Jpeg => jpeg::read(file)?,
            Format::Png => png::read(file)?,
            Format::WebP => webp::read(file)?,
            Format::Gif => gif::read(file)?,
            Format::Bmp => (bmp::size(file), End::There),
            Format::Heic | Format::Avif => (foreign::largest_item(file), End::There),
            Format::JpegXl | Format::Tiff | Format::Ico | Format::Svg => (None, End::There),
        };
        if let Some([width, height]) = size {
            limits::picture(width, height)?;
        }
        Ok(Header { format, size, end })
    }

    /// Whether the end of the file is missing.
    pub fn is_incomplete(&self) -> bool {
        matches!(self.end, End::Missing { .. })
    }

    /// The bytes of the file without a part that is cut.
    pub fn whole_parts<'a>(&self, file: &'a [u8]) -> &'a [u8] {
        match self.end {
            End::There => file,
            End::Missing { whole } => &file[..whole],
        }
    }

    /// The file with an end, for decoders that take no other.
    pub fn ended<'a>(&self, file: &'a [u8]) -> Cow<'a, [u8]> {
        match self.end {
            End::There => Cow::Borrowed(file),
            End::Missing { .. } => Cow::Owned([self.whole_parts(file), self.format.end()].concat()),
        }
    }
}

/// The kind of a file by its first bytes.
///
/// # Errors
/// [`PictureError::Empty`], [`PictureError::Unknown`].
pub fn format(file: &[u8]) -> Result<Format, PictureError> {
    let begins = |magic: &[u8]| file.starts_with(magic);
    Ok(match file {
        [] => return Err(PictureError::Empty),
        _ if begins(&[0xff, 0xd8]) => Format::Jpeg,
        _ if begins(png::SIGNATURE) => Format::Png,
        _ if begins(b"GIF87a") || begins(b"GIF89a") => Format::Gif,
        _ if begins(b"RIFF") && file.get(8..12) == Some(b"WEBP") => Format::WebP,
        _ if bmp::begins(file) => Format::Bmp,
        _ => foreign::format(file).ok_or(PictureError::Unknown)?,
    })
}

/// Reads a file from its front.
struct Cursor<'a> {
    file: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    fn at(file: &'a [u8], at: usize) -> Self {
        Cursor { file, at }
    }

    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let taken = self.file.get(self.at..self.at.checked_add(count)?)?;
        self.at += count;
        Some(taken)
    }

    fn byte(&mut self) -> Option<u8> {
        self.take(1).map(|byte| byte[0])
    }
}

/// The number in up to four bytes, the most significant first.
fn big_endian(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0, |number, &byte| number << 8 | u32::from(byte))
}

/// The number in up to four bytes, the least significant first.
fn little_endian(bytes: &[u8]) -> u32 {
    bytes.iter().rev().fold(0, |number, &byte| number << 8 | u32::from(byte))
}
