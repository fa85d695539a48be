//! How a checkpoint wants its pictures.

use triptych::io::preprocess::{Family, ImageProcessor, PREPROCESSOR};
use triptych::pixels::Pixels;

use super::{finite, golden};
use crate::case::{Outcome, Target, Verdict};
use crate::files::Files;
use crate::mutate;

/// Checkpoints of each family, by the name of the file in the case.
const FAMILIES: [(&str, &str, Family); 3] = [
    ("clip.json", "clip_gelu", Family::Clip),
    ("siglip.json", "siglip", Family::Siglip),
    ("blip.json", "blip_caption", Family::Blip),
];

/// Pixels on a side of the pictures that they take.
const SIDE: u32 = 32;

pub(super) fn target() -> Target {
    Target { name: "preprocess", share: 400, seeds, mutate: mutate::files, run }
}

fn seeds() -> Vec<Files> {
    let file = |&(name, checkpoint, _): &(&'static str, &str, Family)| {
        Files::of([(name, golden(checkpoint, "preprocessor_config.json").expect("it is beside the weights"))])
    };
    FAMILIES.iter().map(file).collect()
}

fn run(files: &Files) -> Outcome {
    let (name, json) = files.only();
    let family =
        FAMILIES.iter().find(|(file, ..)| *file == name).map_or(Family::Clip, |(.., family)| *family);
    let folder = Files::of([(PREPROCESSOR, json.to_vec())]);
    let Ok((processor, _)) = ImageProcessor::open(&folder, family, SIDE) else { return Ok(Verdict::Refused) };
    for (width, height) in [(5, 3), (1, 40)] {
        let picture = Pixels::new(width, height, (0..width * height * 3).map(|i| i as u8).collect());
        let fitted = processor.fit(&picture);
        if fitted.size() != (SIDE as usize, SIDE as usize) {
            return Err(format!("{width} x {height} became {} x {}", fitted.width, fitted.height));
        }
        let values = processor.pixel_values(&[fitted]);
        finite("the values of a picture", values.as_f32())?;
    }
    Ok(Verdict::Taken)
}
