//! Pictures drawn out of the vectors of any modality.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::device::DeviceError;
use crate::infer::audiovisual::Network;
use crate::infer::modality::{ModalityEncoder, targets};
use crate::infer::{VisionLanguageModel, pixels};
use crate::pixels::Pixels;
use crate::tensor::HostTensor;
use crate::world::Clip;
use crate::world::render::render;

/// Vectors that are drawn at a time.
const BATCH: usize = 32;

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Reconstruction {
    /// Mean peak signal-to-noise ratio in dB of what the vector of a modality gives, against the objects on paper.
    pub psnr: BTreeMap<String, f64>,
    /// The same of the picture that the next clip's picture gives: what a network that draws any scene reaches.
    pub psnr_of_another: f64,
    pub pictures: usize,
}

/// By pictures, words and what `encoders` read.
pub async fn evaluate_reconstruction(
    model: &mut VisionLanguageModel,
    encoders: &mut [ModalityEncoder],
    network: &mut Network,
    clips: &[Clip],
) -> Result<Reconstruction, DeviceError> {
    let truths: Vec<Pixels> = clips.iter().map(|clip| pixels(render(&clip.scene.on_paper()))).collect();
    let [pictures, words] = targets(model, clips).await?;
    let mut vectors = vec![("picture", pictures), ("words", words)];
    for encoder in encoders {
        vectors.push((encoder.config.modality.word(), encoder.embed(model, clips).await?));
    }
    let (mut ratios, mut psnr_of_another) = (BTreeMap::new(), 0.0);
    for (name, rows) in vectors {
        let drawn = draw(network, &rows).await?;
        let of = |(drawn, truth): (&Pixels, &Pixels)| psnr(drawn, truth);
        ratios.insert(name.to_string(), mean(drawn.iter().zip(&truths).map(of)));
        if name == "picture" {
            psnr_of_another = mean(drawn.iter().skip(1).zip(&truths).map(of));
        }
    }
    Ok(Reconstruction { psnr: ratios, psnr_of_another, pictures: clips.len() })
}

async fn draw(network: &mut Network, rows: &HostTensor) -> Result<Vec<Pixels>, DeviceError> {
    let width = rows.shape.last();
    let mut drawn = Vec::new();
    for part in rows.as_f32().chunks(BATCH * width) {
        drawn.extend(network.draw(&HostTensor::f32([part.len() / width, width], part.to_vec())).await?);
    }
    Ok(drawn)
}

fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, count) = values.fold((0.0, 0), |(sum, count), value| (sum + value, count + 1));
    sum / f64::from(count.max(1))
}

/// `10 log10(255^2 / MSE)` of two pictures of one size, in dB; at most 99, of equal ones.
pub fn psnr(drawn: &Pixels, truth: &Pixels) -> f64 {
    const MOST: f64 = 99.0;
    let square = |(a, b): (&u8, &u8)| (f64::from(*a) - f64::from(*b)).powi(2);
    let error = mean(drawn.rgb.iter().zip(&truth.rgb).map(square));
    (10.0 * (255.0 * 255.0 / error).log10()).min(MOST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ratio_follows_its_formula() {
        let picture = |rgb: [u8; 3]| Pixels { width: 1, height: 1, rgb: rgb.to_vec() };
        // Squares of 10, 0 and 5: a mean of 125 / 3.
        let ratio = psnr(&picture([10, 20, 30]), &picture([0, 20, 25]));
        assert!((ratio - 10.0 * (65025.0 * 3.0 / 125.0_f64).log10()).abs() < 1e-9, "{ratio}");
        assert_eq!(psnr(&picture([7; 3]), &picture([7; 3])), 99.0);
    }
}
