//! `preprocess/`: pictures as the image processors make them, in bytes and normalised.

use std::path::Path;

use safetensors::SafeTensors;
use serde_json::Value;
use triptych::io::image::decode;
use triptych::io::preprocess::{Family, ImageProcessor};

use super::{Tally, bytes};

pub(crate) fn run(folder: &Path) -> Tally {
    let index: Value = serde_json::from_slice(&bytes(&folder.join("index.json"))).expect("an index");
    let pictures = index["pictures"].as_array().expect("pictures");
    let mut tally = Tally::default();
    let processors = [
        ("clip_64", Family::Clip),
        ("clip_224", Family::Clip),
        ("siglip_64", Family::Siglip),
        ("siglip_224", Family::Siglip),
        ("blip_64", Family::Blip),
        ("blip_384", Family::Blip),
    ];
    for (name, family) in processors {
        let settings = bytes(&folder.join(name).join("preprocessor_config.json"));
        let processor = ImageProcessor::new(&settings, family).expect("settings");
        let expected = bytes(&folder.join(name).join("expected_u8.safetensors"));
        let expected = SafeTensors::deserialize(&expected).expect("pixels");
        for picture in pictures {
            let key = picture["key"].as_str().expect("a key");
            // Of a 16-bit picture Pillow saturates; its upper byte is the other reading that is accepted.
            let upper = format!("{key}#upper_byte");
            let Ok(want) = expected.tensor(&upper).or_else(|_| expected.tensor(key)) else { continue };
            let path = folder.join(picture["picture"].as_str().expect("a path"));
            let fitted = processor.fit(&decode(&bytes(&path)).expect("a picture").pixels);
            let (width, height) = fitted.size();
            let planes: Vec<u8> =
                (0..3).flat_map(|channel| fitted.rgb.iter().skip(channel).step_by(3).copied()).collect();
            let label = format!("{name} {key}");
            if want.shape() != [3, height, width] {
                tally.failed.push(format!("{label}: {width} x {height}, expected {:?}", want.shape()));
                continue;
            }
            tally.case(label, same(key, &planes, want.data()));
        }
        let dropped = expected.names().into_iter().filter(|key| key.ends_with("#alpha_dropped"));
        tally.not_ours.extend(dropped.map(|key| format!("{name} {key}")));
        normalised(folder, name, &processor, &mut tally);
    }
    tally
}

/// Pixels without loss must be equal; those of JPEG as the set's README says, and a wider margin where CMYK is converted.
fn same(key: &str, got: &[u8], want: &[u8]) -> Result<(), String> {
    let differences: Vec<u8> = got.iter().zip(want).map(|(a, b)| a.abs_diff(*b)).collect();
    let most = differences.iter().copied().max().unwrap_or(0);
    let mean = differences.iter().map(|d| f64::from(*d)).sum::<f64>() / differences.len() as f64;
    let far = differences.iter().filter(|d| **d > 4).count() as f64 / differences.len() as f64;
    let good = match key {
        "cmyk.jpg" => mean <= 4.0,
        jpeg if jpeg.ends_with(".jpg") => mean <= 1.0 && far <= 0.01,
        _ => most == 0,
    };
    match good {
        true => Ok(()),
        false => Err(format!("mean difference {mean:.3}, most {most}, {:.2} % beyond 4", 100.0 * far)),
    }
}

/// The f32 values of one picture, bit for bit.
fn normalised(folder: &Path, name: &str, processor: &ImageProcessor, tally: &mut Tally) {
    let path = folder.join(name).join("expected_f32.safetensors");
    let Ok(expected) = std::fs::read(path) else { return };
    for (key, want) in SafeTensors::deserialize(&expected).expect("pixels").iter() {
        let picture = decode(&bytes(&folder.join("pictures").join(key))).expect("a picture").pixels;
        let values = processor.pixel_values(&[processor.fit(&picture)]);
        let (chunks, _) = want.data().as_chunks::<4>();
        let differing =
            values.as_f32().iter().zip(chunks).filter(|(got, want)| got.to_le_bytes() != **want).count();
        let verdict = match differing {
            0 => Ok(()),
            _ => Err(format!("{differing} of {} values differ", values.shape.numel())),
        };
        tally.case(format!("{name} {key} normalised"), verdict);
    }
}
