//! Pictures as a checkpoint wants them, by its `preprocessor_config.json`: what the image processors of transformers
//! do with Pillow, bit for bit.

use serde::Deserialize;
use serde_json::Value;

use crate::pixels::Pixels;
use crate::pixels::resize::{Filter, resize_by};
use crate::tensor::HostTensor;

/// How a picture becomes `[3, H, W]`.
#[derive(Clone, PartialEq, Debug)]
pub struct ImageProcessor {
    size: Option<Size>,
    filter: Filter,
    /// Height and width of the part in the middle that is kept.
    crop: Option<[u32; 2]>,
    /// What a byte is multiplied by.
    rescale: Option<f64>,
    normalize: Option<Normalize>,
}

#[derive(Clone, Copy, PartialEq, Debug)]
enum Size {
    /// The shorter edge gets this length; proportions stay.
    ShortestEdge(u32),
    /// Height and width; proportions change.
    Exact([u32; 2]),
}

#[derive(Clone, Copy, PartialEq, Debug)]
struct Normalize {
    mean: [f32; 3],
    std: [f32; 3],
}

#[derive(Debug, thiserror::Error)]
#[error("preprocessor_config.json: {0}")]
pub struct PreprocessError(String);

/// The family of an image processor, which gives the defaults.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Family {
    Clip,
    Siglip,
    Blip,
}

/// The file; what it leaves out depends on the family.
#[derive(Deserialize)]
struct File {
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

/// Mean and deviation of the pictures that CLIP was trained on.
const CLIP_MEAN: [f32; 3] = [0.481_454_66, 0.457_827_5, 0.408_210_73];
const CLIP_STD: [f32; 3] = [0.268_629_54, 0.261_302_6, 0.275_777_1];

impl ImageProcessor {
    /// Reads the file; without one the processor has the defaults of its family.
    pub fn new(json: Option<&[u8]>, family: Family) -> Result<Self, PreprocessError> {
        let file: File = serde_json::from_slice(json.unwrap_or(b"{}"))
            .map_err(|e| PreprocessError(format!("not an image processor: {e}")))?;
        let clip = family == Family::Clip;
        let side = match family {
            Family::Clip | Family::Siglip => 224,
            Family::Blip => 384,
        };
        let size = match &file.size {
            Some(value) => size(value, clip)?,
            None if clip => Size::ShortestEdge(side),
            None => Size::Exact([side; 2]),
        };
        let crop = match &file.crop_size {
            Some(value) => exact("crop_size", value)?,
            None => [side; 2],
        };
        let [mean, std] = match family {
            Family::Siglip => [[0.5; 3]; 2],
            Family::Clip | Family::Blip => [CLIP_MEAN, CLIP_STD],
        };
        let normalize =
            Normalize { mean: file.image_mean.unwrap_or(mean), std: file.image_std.unwrap_or(std) };
        Ok(ImageProcessor {
            size: file.do_resize.unwrap_or(true).then_some(size),
            filter: filter(file.resample.unwrap_or(3))?,
            crop: file.do_center_crop.unwrap_or(clip).then_some(crop),
            rescale: file.do_rescale.unwrap_or(true).then(|| file.rescale_factor.unwrap_or(1.0 / 255.0)),
            normalize: file.do_normalize.unwrap_or(true).then_some(normalize),
        })
    }

    /// The picture resized and cropped, still in bytes.
    pub fn fit(&self, picture: &Pixels) -> Pixels {
        let mut fitted = match self.size {
            None => picture.clone(),
            Some(Size::Exact([height, width])) => resize_by(picture, width, height, self.filter),
            Some(Size::ShortestEdge(edge)) => {
                let (short, long) = (picture.width.min(picture.height), picture.width.max(picture.height));
                let long = (u64::from(edge) * u64::from(long) / u64::from(short)) as u32;
                let (width, height) =
                    if picture.width <= picture.height { (edge, long) } else { (long, edge) };
                resize_by(picture, width, height, self.filter)
            }
        };
        if let Some([height, width]) = self.crop {
            fitted = centre(&fitted, width, height);
        }
        fitted
    }

    /// The fitted pictures, all of one size, as `[B, 3, H, W]`.
    pub fn pixel_values(&self, fitted: &[Pixels]) -> HostTensor {
        let (width, height) = fitted[0].size();
        let mut values = Vec::with_capacity(fitted.len() * 3 * width * height);
        for picture in fitted {
            assert_eq!(picture.size(), (width, height), "pictures of one size");
            for channel in 0..3 {
                let table = self.table(channel);
                values.extend(picture.rgb.iter().skip(channel).step_by(3).map(|&byte| table[byte as usize]));
            }
        }
        HostTensor::f32([fitted.len(), 3, height, width], values)
    }

    /// What every byte of a channel becomes: the product in f64, rounded to f32, the rest in f32.
    fn table(&self, channel: usize) -> [f32; 256] {
        std::array::from_fn(|byte| {
            let value = match self.rescale {
                Some(factor) => (byte as f64 * factor) as f32,
                None => byte as f32,
            };
            match &self.normalize {
                Some(normalize) => (value - normalize.mean[channel]) / normalize.std[channel],
                None => value,
            }
        })
    }
}

/// The middle of a picture; where it is too small, black surrounds it. An odd remainder stays right or below.
fn centre(picture: &Pixels, width: u32, height: u32) -> Pixels {
    let (wide, high) = (width.max(picture.width), height.max(picture.height));
    if (wide, high) == (picture.width, picture.height) {
        return picture.crop((wide - width) / 2, (high - height) / 2, width, height);
    }
    let (left, top) = ((wide - picture.width).div_ceil(2), (high - picture.height).div_ceil(2));
    let mut canvas = vec![0; (wide * high * 3) as usize];
    for (y, row) in picture.rgb.chunks_exact(picture.width as usize * 3).enumerate() {
        let start = ((top as usize + y) * wide as usize + left as usize) * 3;
        canvas[start..start + row.len()].copy_from_slice(row);
    }
    let canvas = Pixels::new(wide, high, canvas);
    canvas.crop((wide - width) / 2, (high - height) / 2, width, height)
}

/// `{"shortest_edge": n}`, `{"height": h, "width": w}`, or a number, which older files of CLIP mean as the shorter edge
/// and those of other models as both.
fn size(value: &Value, number_is_shortest: bool) -> Result<Size, PreprocessError> {
    if let Some(edge) = value.get("shortest_edge").and_then(Value::as_u64) {
        return Ok(Size::ShortestEdge(positive("size", edge)?));
    }
    match value.as_u64() {
        Some(edge) if number_is_shortest => Ok(Size::ShortestEdge(positive("size", edge)?)),
        _ => Ok(Size::Exact(exact("size", value)?)),
    }
}

fn exact(name: &str, value: &Value) -> Result<[u32; 2], PreprocessError> {
    let edge = |edge: &str| value.get(edge).and_then(Value::as_u64);
    match (value.as_u64(), edge("height"), edge("width")) {
        (Some(both), ..) => Ok([positive(name, both)?; 2]),
        (_, Some(height), Some(width)) => Ok([positive(name, height)?, positive(name, width)?]),
        _ => {
            Err(PreprocessError(format!("`{name}` is {value}, expected height and width or a shortest edge")))
        }
    }
}

/// Sizes beyond 16,384 pixels are a damaged file.
fn positive(name: &str, edge: u64) -> Result<u32, PreprocessError> {
    match edge {
        1..=16_384 => Ok(edge as u32),
        _ => Err(PreprocessError(format!("`{name}` is {edge}, expected 1 to 16384 pixels"))),
    }
}

/// A filter by its number in Pillow.
fn filter(number: u32) -> Result<Filter, PreprocessError> {
    use Filter::*;
    let all = [Nearest, Lanczos, Bilinear, Bicubic, Box, Hamming];
    let found = all.get(number as usize).copied();
    found.ok_or_else(|| PreprocessError(format!("`resample` is {number}, expected 0 to 5")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn processor(json: &str, family: Family) -> ImageProcessor {
        ImageProcessor::new(Some(json.as_bytes()), family).unwrap()
    }

    #[test]
    fn older_files_mean_the_same() {
        let new =
            r#"{"size":{"shortest_edge":224},"crop_size":{"height":224,"width":224},"do_center_crop":true}"#;
        let old = r#"{"size":224,"crop_size":224,"feature_extractor_type":"CLIPFeatureExtractor"}"#;
        assert_eq!(processor(new, Family::Clip), processor(old, Family::Clip));
        assert_eq!(processor(new, Family::Clip), ImageProcessor::new(None, Family::Clip).unwrap());
        let exact = r#"{"size":{"height":384,"width":384}}"#;
        assert_eq!(processor(exact, Family::Blip), processor(r#"{"size":384}"#, Family::Blip));
    }

    #[test]
    fn the_shorter_edge_is_fitted_and_the_middle_kept() {
        let wide = Pixels::new(5, 2, vec![7; 30]);
        let kept = processor(r#"{"size":4,"crop_size":{"height":4,"width":6}}"#, Family::Clip).fit(&wide);
        assert_eq!(kept, Pixels::new(6, 4, vec![7; 72]));
        // int(4 * 5 / 2) = 10 without the crop.
        let whole = processor(r#"{"size":4,"do_center_crop":false}"#, Family::Clip).fit(&wide);
        assert_eq!(whole.size(), (10, 4));
    }

    #[test]
    fn a_picture_smaller_than_the_crop_is_surrounded_by_black() {
        let small = processor(r#"{"do_resize":false,"crop_size":{"height":1,"width":4}}"#, Family::Clip);
        let fitted = small.fit(&Pixels::new(1, 1, vec![9; 3]));
        assert_eq!(fitted.rgb, [[0; 3], [0; 3], [9; 3], [0; 3]].concat());
    }

    #[test]
    fn what_was_fitted_stays_as_it_is() {
        for family in [Family::Clip, Family::Siglip, Family::Blip] {
            let processor = ImageProcessor::new(None, family).unwrap();
            let rgb = (0..5 * 3 * 3).map(|i| (i * 37 % 256) as u8).collect();
            let fitted = processor.fit(&Pixels::new(5, 3, rgb));
            assert_eq!(fitted.width, fitted.height);
            assert_eq!(processor.fit(&fitted), fitted, "{family:?}");
        }
    }

    #[test]
    fn values_are_scaled_and_normalised() {
        let plain = processor(r#"{"image_mean":[0.5,0.5,0.0],"image_std":[0.5,0.25,1.0]}"#, Family::Siglip);
        let values = plain.pixel_values(&[Pixels::new(1, 1, vec![255, 0, 51])]);
        assert_eq!(values, HostTensor::f32([1, 3, 1, 1], vec![1.0, -2.0, 0.2]));
        let raw = processor(r#"{"do_rescale":false,"do_normalize":false}"#, Family::Siglip);
        assert_eq!(raw.pixel_values(&[Pixels::new(1, 1, vec![255, 0, 51])]).as_f32(), [255.0, 0.0, 51.0]);
    }

    #[test]
    fn errors_name_the_entry() {
        let message =
            |json: &str| ImageProcessor::new(Some(json.as_bytes()), Family::Clip).unwrap_err().to_string();
        assert_eq!(
            message(r#"{"size":{"longest_edge":9}}"#),
            "preprocessor_config.json: `size` is {\"longest_edge\":9}, expected height and width or a shortest edge"
        );
        assert_eq!(
            message(r#"{"resample":9}"#),
            "preprocessor_config.json: `resample` is 9, expected 0 to 5"
        );
        assert!(message(r#"{"size":0}"#).ends_with("`size` is 0, expected 1 to 16384 pixels"));
        assert!(message("[").starts_with("preprocessor_config.json: not an image processor"));
    }
}
