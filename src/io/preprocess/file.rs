//! What the files of a folder say of its image processor, and what its class adds.

use std::fmt::Display;

use serde::Deserialize;
use serde_json::Value;

use super::{ImageProcessor, Normalize, PreprocessError, Size};
use crate::io::read_at::Files;
use crate::pixels::resize::Filter;

/// Written by transformers 5 for all processors of a model; what it says of pictures comes before [`PREPROCESSOR`].
pub const PROCESSOR: &str = "processor_config.json";
/// Written by older releases for the image processor alone.
pub const PREPROCESSOR: &str = "preprocessor_config.json";

/// The classes of image processors whose defaults are known, by the models that they belong to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Family {
    Clip,
    Siglip,
    Blip,
}

/// Mean and deviation of the pictures that CLIP was trained on.
const CLIP_MEAN: [f32; 3] = [0.481_454_66, 0.457_827_5, 0.408_210_73];
const CLIP_STD: [f32; 3] = [0.268_629_54, 0.261_302_6, 0.275_777_1];

impl Family {
    const ALL: [Family; 3] = [Family::Clip, Family::Siglip, Family::Blip];

    /// As transformers names the class.
    fn class(self) -> &'static str {
        match self {
            Family::Clip => "CLIPImageProcessor",
            Family::Siglip => "SiglipImageProcessor",
            Family::Blip => "BlipImageProcessor",
        }
    }

    /// The family of a class, whatever computes it and under whichever of its older names.
    fn of(class: &str) -> Option<Self> {
        let name = class.replace("FeatureExtractor", "ImageProcessor");
        let name = name.strip_suffix("Fast").or_else(|| name.strip_suffix("Pil")).unwrap_or(&name);
        Family::ALL.into_iter().find(|family| family.class() == name)
    }

    fn side(self) -> u32 {
        match self {
            Family::Clip | Family::Siglip => 224,
            Family::Blip => 384,
        }
    }

    /// Whether a size that is a number is the shorter edge's, and pictures are cropped.
    fn crops(self) -> bool {
        self == Family::Clip
    }

    fn size(self) -> Size {
        if self.crops() { Size::ShortestEdge(self.side()) } else { Size::Exact([self.side(); 2]) }
    }

    fn normalize(self) -> [[f32; 3]; 2] {
        match self {
            Family::Siglip => [[0.5; 3]; 2],
            Family::Clip | Family::Blip => [CLIP_MEAN, CLIP_STD],
        }
    }
}

/// What a file says of an image processor.
#[derive(Deserialize)]
struct Entries {
    image_processor_type: Option<String>,
    feature_extractor_type: Option<String>,
    do_resize: Option<bool>,
    size: Option<Value>,
    resample: Option<u32>,
    do_center_crop: Option<bool>,
    crop_size: Option<Value>,
    do_rescale: Option<bool>,
    rescale_factor: Option<f64>,
    do_normalize: Option<bool>,
    image_mean: Option<[f32; 3]>,
    image_std: Option<[f32; 3]>,
}

/// The file that describes the image processor, with its name: the part of [`PROCESSOR`] if that has one, as transformers
/// prefers it, otherwise [`PREPROCESSOR`], otherwise what [`PROCESSOR`] says under another name or by itself.
pub(super) fn find(files: &dyn Files) -> Result<Option<(&'static str, Value)>, PreprocessError> {
    let processor = read(files, PROCESSOR)?;
    let part = |name: &str| processor.as_ref()?.get(name).filter(|part| part.is_object()).cloned();
    if let Some(own) = part("image_processor") {
        return Ok(Some((PROCESSOR, own)));
    }
    if let Some(own) = read(files, PREPROCESSOR)? {
        return Ok(Some((PREPROCESSOR, own)));
    }
    let describes = |value: &Value| value.get("size").is_some() || value.get("image_mean").is_some();
    let other = part("feature_extractor").or_else(|| processor.clone()).filter(describes);
    Ok(other.map(|own| (PROCESSOR, own)))
}

fn read(files: &dyn Files, file: &'static str) -> Result<Option<Value>, PreprocessError> {
    let bytes = files.read(file).map_err(|source| PreprocessError::Unreadable { file, source })?;
    bytes.map(|bytes| parse(file, &bytes)).transpose()
}

pub(super) fn parse(file: &'static str, json: &[u8]) -> Result<Value, PreprocessError> {
    serde_json::from_slice(json).map_err(|error| malformed(file, &error))
}

fn malformed(file: &'static str, error: &dyn Display) -> PreprocessError {
    PreprocessError::File { file, reason: format!("not an image processor: {error}") }
}

/// What a file leaves out is that of its class, or of `family` where it names none; which entries that were is told in the
/// note. A class whose defaults are not known must be described in full.
pub(super) fn processor(
    file: &'static str,
    own: Value,
    family: Family,
) -> Result<(ImageProcessor, Option<String>), PreprocessError> {
    let entries: Entries = serde_json::from_value(own).map_err(|error| malformed(file, &error))?;
    let named = entries.image_processor_type.as_ref().or(entries.feature_extractor_type.as_ref());
    let mut reader = ConfigReader {
        file,
        named,
        family: named.map_or(Some(family), |name| Family::of(name)),
        all: Vec::new(),
    };
    let processor = fill(&entries, &mut reader)?;
    let ConfigReader { all, family, .. } = reader;
    let note = family.filter(|_| !all.is_empty()).map(|family| {
        let named = if named.is_some() { "" } else { " and names no class" };
        format!("{file} leaves out {}{named}: the defaults of {} were taken", all.join(", "), family.class())
    });
    Ok((processor, note))
}

/// The processor of a folder that says nothing of it, and the note.
pub(super) fn default_processor(family: Family) -> (ImageProcessor, String) {
    let (processor, _) = processor(PREPROCESSOR, Value::Object(Default::default()), family)
        .expect("the class defines every entry");
    let (side, [mean, std]) = (family.side(), family.normalize());
    let note = format!(
        "neither {PROCESSOR} nor {PREPROCESSOR} says how pictures are prepared: the defaults of {}, the class for this type of \
         model, were taken: {side} pixels, mean {mean:?}, deviation {std:?}",
        family.class()
    );
    (processor, note)
}

/// Reads what a file says, or takes the defaults of its class.
struct ConfigReader<'a> {
    file: &'static str,
    named: Option<&'a String>,
    family: Option<Family>,
    all: Vec<&'static str>,
}

impl ConfigReader<'_> {
    /// What the file says, or the class.
    fn or<T>(
        &mut self,
        name: &'static str,
        said: Option<T>,
        default: impl Fn(Family) -> T,
    ) -> Result<T, PreprocessError> {
        match (said, self.family) {
            (Some(said), _) => Ok(said),
            (None, Some(family)) => {
                self.all.push(name);
                Ok(default(family))
            }
            (None, None) => {
                let class = self.named.map_or("", |name| name.as_str());
                let reason = format!("`{name}` is not there, and the defaults of {class} are not known here");
                Err(PreprocessError::File { file: self.file, reason })
            }
        }
    }
}

fn fill(entries: &Entries, reader: &mut ConfigReader) -> Result<ImageProcessor, PreprocessError> {
    let file = reader.file;
    let wrong = |reason| PreprocessError::File { file, reason };
    let is_edge = reader.family.is_some_and(Family::crops);
    let mut size_of = None;
    if reader.or("do_resize", entries.do_resize, |_| true)? {
        let said = entries.size.as_ref().map(|value| size(value, is_edge)).transpose().map_err(wrong)?;
        size_of = Some(reader.or("size", said, Family::size)?);
    }
    let filter = match size_of {
        Some(_) => filter(reader.or("resample", entries.resample, |_| 3)?).map_err(wrong)?,
        None => Filter::Bicubic,
    };
    // Only one of the classes crops; the others leave the entry out.
    let crops = match reader.family {
        Some(Family::Clip) => reader.or("do_center_crop", entries.do_center_crop, Family::crops)?,
        _ => entries.do_center_crop.unwrap_or(false),
    };
    let mut crop = None;
    if crops {
        let said =
            entries.crop_size.as_ref().map(|value| exact("crop_size", value)).transpose().map_err(wrong)?;
        crop = Some(match (said, reader.family) {
            (None, Some(Family::Siglip | Family::Blip)) => {
                return Err(wrong("`do_center_crop` is true without a `crop_size`".to_string()));
            }
            _ => reader.or("crop_size", said, |family| [family.side(); 2])?,
        });
    }
    let mut rescale = None;
    if reader.or("do_rescale", entries.do_rescale, |_| true)? {
        rescale = Some(reader.or("rescale_factor", entries.rescale_factor, |_| 1.0 / 255.0)?);
    }
    let mut normalize = None;
    if reader.or("do_normalize", entries.do_normalize, |_| true)? {
        let mean = reader.or("image_mean", entries.image_mean, |family| family.normalize()[0])?;
        let std = reader.or("image_std", entries.image_std, |family| family.normalize()[1])?;
        normalize = Some(Normalize { mean, std });
    }
    let processor = ImageProcessor { size: size_of, filter, crop, rescale, normalize };
    match (0..3).flat_map(|channel| processor.table(channel)).all(f32::is_finite) {
        true => Ok(processor),
        false => Err(wrong(format!(
            "rescale_factor {:?}, image_mean {:?} and image_std {:?} make values that are no finite numbers",
            entries.rescale_factor, entries.image_mean, entries.image_std
        ))),
    }
}

/// `{"shortest_edge": n}`, `{"height": h, "width": w}`, or a number, which older files of CLIP mean as the shorter edge
/// and those of other models as both.
fn size(value: &Value, number_is_shortest: bool) -> Result<Size, String> {
    // A longest edge beside it would bound the other one.
    let bounded = value.get("longest_edge").is_some_and(|edge| !edge.is_null());
    if let Some(edge) = value.get("shortest_edge").filter(|_| !bounded).and_then(Value::as_u64) {
        return Ok(Size::ShortestEdge(positive("size", edge)?));
    }
    match value.as_u64() {
        Some(edge) if number_is_shortest => Ok(Size::ShortestEdge(positive("size", edge)?)),
        _ => Ok(Size::Exact(exact("size", value)?)),
    }
}

fn exact(name: &str, value: &Value) -> Result<[u32; 2], String> {
    let edge = |edge: &str| value.get(edge).and_then(Value::as_u64);
    match (value.as_u64(), edge("height"), edge("width")) {
        (Some(both), ..) => Ok([positive(name, both)?; 2]),
        (_, Some(height), Some(width)) => Ok([positive(name, height)?, positive(name, width)?]),
        _ => Err(format!("`{name}` is {value}, expected height and width or a shortest edge")),
    }
}

/// Sizes beyond 16,384 pixels are a damaged file.
fn positive(name: &str, edge: u64) -> Result<u32, String> {
    let fits = u32::try_from(edge).ok().filter(|edge| (1..=16_384).contains(edge));
    fits.ok_or_else(|| format!("`{name}` is {edge}, expected 1 to 16384 pixels"))
}

/// A filter by its number in Pillow.
fn filter(number: u32) -> Result<Filter, String> {
    use Filter::*;
    let all = [Nearest, Lanczos, Bilinear, Bicubic, Box, Hamming];
    let found = all.get(number as usize).copied();
    found.ok_or_else(|| format!("`resample` is {number}, expected 0 to 5"))
}
