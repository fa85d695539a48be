//! Pictures as a checkpoint wants them, by its `processor_config.json` or `preprocessor_config.json`: what the image
//! processors of transformers do with Pillow, bit for bit.

mod file;

pub use file::{Family, PREPROCESSOR, PROCESSOR};

use std::io;

use super::read_at::Files;
use crate::pixels::Pixels;
use crate::pixels::resize::{Filter, resize_part, resize_square};
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
    /// The middle square gets this side.
    CentreSquare(u32),
}

#[derive(Clone, Copy, PartialEq, Debug)]
struct Normalize {
    mean: [f32; 3],
    std: [f32; 3],
}

#[derive(Debug, thiserror::Error)]
pub enum PreprocessError {
    #[error("{file} cannot be read: {source}")]
    Unreadable { file: &'static str, source: io::Error },
    #[error("{file}: {reason}")]
    File { file: &'static str, reason: String },
    #[error("{origin}: {found}; vision_config.image_size of config.json is {side}: expected {expected}")]
    Misfit { origin: String, found: String, side: u32, expected: String },
}

/// How many times as long as the model's picture an edge may be from which its picture is cropped.
const MAX_ENLARGED: u32 = 4;

impl ImageProcessor {
    /// That of our own models: the middle square as `side` x `side`, bytes to `[-1, 1]`.
    pub fn centre_square(side: u32) -> Self {
        ImageProcessor {
            size: Some(Size::CentreSquare(side)),
            filter: Filter::Bicubic,
            crop: None,
            rescale: Some(1.0 / 127.5),
            normalize: Some(Normalize { mean: [1.0; 3], std: [1.0; 3] }),
        }
    }

    /// Reads a `preprocessor_config.json`; what it leaves out has the defaults of the class that it names, or of the family.
    pub fn new(json: &[u8], family: Family) -> Result<Self, PreprocessError> {
        Ok(file::processor(PREPROCESSOR, file::parse(PREPROCESSOR, json)?, family)?.0)
    }

    /// The processor of a folder whose model takes pictures of `side` pixels, and a note where defaults were taken.
    ///
    /// # Errors
    /// Where it would not make pictures of that size of every picture.
    pub fn open(
        files: &dyn Files,
        family: Family,
        side: u32,
    ) -> Result<(Self, Option<String>), PreprocessError> {
        let (file, (processor, note)) = match file::find(files)? {
            Some((file, own)) => (file, file::processor(file, own, family)?),
            None => {
                let (processor, note) = file::default_processor(family);
                (PREPROCESSOR, (processor, Some(note)))
            }
        };
        let origin = || note.clone().unwrap_or_else(|| file.to_string());
        match processor.misfit(side) {
            None => Ok((processor, note)),
            Some([found, expected]) => {
                Err(PreprocessError::Misfit { origin: origin(), found, side, expected })
            }
        }
    }

    /// What makes pictures of another size than `[side, side]`, and what would not.
    fn misfit(&self, side: u32) -> Option<[String; 2]> {
        let most = side.saturating_mul(MAX_ENLARGED);
        let found = |found: String, expected: String| Some([found, expected]);
        match (self.size, self.crop) {
            (_, Some([height, width])) if [height, width] != [side; 2] => {
                found(format!("crop_size is {height} x {width}"), format!("{side} x {side}"))
            }
            (None, None) => found(
                "do_resize and do_center_crop are false: pictures keep their sizes".to_string(),
                "one of them to be true".to_string(),
            ),
            (Some(Size::ShortestEdge(edge)), None) => found(
                format!("size is a shortest edge of {edge} without a crop: pictures keep their proportions"),
                format!("a height and a width of {side}, or a crop"),
            ),
            (Some(Size::Exact([height, width])), None) if [height, width] != [side; 2] => {
                found(format!("size is {height} x {width}"), format!("{side} x {side}"))
            }
            (Some(Size::ShortestEdge(edge)), Some(_)) if !(side..=most).contains(&edge) => {
                found(format!("size is a shortest edge of {edge}"), format!("{side} to {most}"))
            }
            (Some(Size::Exact(edges)), Some(_)) if edges.iter().any(|e| !(side..=most).contains(e)) => {
                found(format!("size is {} x {}", edges[0], edges[1]), format!("edges of {side} to {most}"))
            }
            _ => None,
        }
    }

    /// The picture resized and cropped, still in bytes. Of a resized picture only the part that is kept is computed.
    pub fn fit(&self, picture: &Pixels) -> Pixels {
        let [width, height] = match self.size {
            None => [picture.width, picture.height],
            Some(Size::Exact([height, width])) => [width, height],
            Some(Size::CentreSquare(side)) => return resize_square(picture, side),
            Some(Size::ShortestEdge(edge)) => {
                let (short, long) = (picture.width.min(picture.height), picture.width.max(picture.height));
                let long = u64::from(edge) * u64::from(long) / u64::from(short);
                let long = u32::try_from(long).unwrap_or(u32::MAX);
                if picture.width <= picture.height { [edge, long] } else { [long, edge] }
            }
        };
        let [high, wide] = self.crop.unwrap_or([height, width]);
        // The middle; an odd remainder stays right or below.
        let middle = |whole: u32, kept: u32| {
            let start = whole.saturating_sub(kept) / 2;
            start..start + kept.min(whole)
        };
        let part = [middle(width, wide), middle(height, high)];
        surrounded(resize_part(picture, [width, height], part, self.filter), wide, high)
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
    #[expect(clippy::cast_possible_truncation, reason = "rounded to f32")]
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

/// A picture that is no larger than `width` x `height`, with black around it; an odd remainder stays left or above.
fn surrounded(picture: Pixels, width: u32, height: u32) -> Pixels {
    if (picture.width, picture.height) == (width, height) {
        return picture;
    }
    let (left, top) = ((width - picture.width).div_ceil(2), (height - picture.height).div_ceil(2));
    let mut canvas = vec![0; width as usize * height as usize * 3];
    for (y, row) in picture.rgb.chunks_exact(picture.width as usize * 3).enumerate() {
        let start = ((top as usize + y) * width as usize + left as usize) * 3;
        canvas[start..start + row.len()].copy_from_slice(row);
    }
    Pixels::new(width, height, canvas)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn processor(json: &str, family: Family) -> ImageProcessor {
        ImageProcessor::new(json.as_bytes(), family).unwrap()
    }

    #[test]
    fn older_files_mean_the_same() {
        let new =
            r#"{"size":{"shortest_edge":224},"crop_size":{"height":224,"width":224},"do_center_crop":true}"#;
        let old = r#"{"size":224,"crop_size":224,"feature_extractor_type":"CLIPFeatureExtractor"}"#;
        assert_eq!(processor(new, Family::Clip), processor(old, Family::Clip));
        assert_eq!(processor(new, Family::Clip), processor("{}", Family::Clip));
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
            let processor = processor("{}", family);
            let rgb = (0..5 * 3 * 3_u8).map(|i| i.wrapping_mul(37)).collect();
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
    fn our_own_models_see_bytes_from_minus_one_to_one() {
        let grey = |byte| ImageProcessor::centre_square(1).pixel_values(&[Pixels::new(1, 1, vec![byte; 3])]);
        for byte in 0..=255 {
            assert_eq!(grey(byte).as_f32(), [f32::from(byte) / 127.5 - 1.0; 3]);
        }
    }

    #[test]
    fn errors_name_the_entry() {
        let message =
            |json: &str| ImageProcessor::new(json.as_bytes(), Family::Clip).unwrap_err().to_string();
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
