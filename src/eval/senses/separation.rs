//! One sound out of two, with a picture and without it.

use serde::{Deserialize, Serialize};

use crate::device::DeviceError;
use crate::infer::audiovisual::{Network, Spectrum, separation_inputs};
use crate::infer::{VisionLanguageModel, pixels};
use crate::world::Clip;
use crate::world::mixture::Mixture;

#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct Separation {
    /// Mean improvement of the scale-invariant signal-to-distortion ratio over the mixture, in dB (Le Roux et al. 2019).
    pub si_sdri: f64,
    /// The same of the network that does not see the picture.
    pub si_sdri_without_picture: f64,
    /// The same of the truncated phase-sensitive mask that the truth gives (Erdogan et al. 2015), which is what is learned.
    pub si_sdri_of_true_mask: f64,
    pub mixtures: usize,
}

/// Each clip with the next of those that hit something, wanting the first.
pub async fn evaluate_separation(
    model: &mut VisionLanguageModel,
    network: &mut Network,
    clips: &[Clip],
) -> Result<Separation, DeviceError> {
    let moving: Vec<&Clip> = clips.iter().filter(|clip| Mixture::can_be_of(clip)).collect();
    let (mut gains, mut mixtures) = ([0.0; 3], 0);
    for pair in moving.windows(2) {
        let Mixture { mixed, own } = Mixture::of(pair[0], pair[1]);
        let states = model.image_states(&[pixels(pair[0].picture())]).await?;
        let before = si_sdr(&mixed, &own);
        let spectrum = Spectrum::of(&mixed);
        let along = Spectrum::of(&own);
        let true_mask: Vec<f32> = along
            .compressed_along(&spectrum)
            .zip(spectrum.compressed())
            .map(|(own, all)| if all > 0.0 { own / all } else { 0.0 })
            .collect();
        gains[2] += si_sdr(&spectrum.masked(&true_mask), &own) - before;
        let spectrum = [spectrum];
        for (gain, is_seen) in gains.iter_mut().zip([true, false]) {
            let inputs = separation_inputs(&spectrum, states.clone(), &[is_seen]);
            let mask = network.run(&inputs, 1, "mask").await?;
            *gain += si_sdr(&spectrum[0].masked(mask.as_f32()), &own) - before;
        }
        mixtures += 1;
    }
    let [si_sdri, si_sdri_without_picture, si_sdri_of_true_mask] =
        gains.map(|gain| gain / mixtures.max(1) as f64);
    Ok(Separation { si_sdri, si_sdri_without_picture, si_sdri_of_true_mask, mixtures })
}

/// The scale-invariant signal-to-distortion ratio of `x` as an estimate of `s`: `10 log10 |a s|^2 / |x - a s|^2` with `a = x.s / s.s`, in dB.
pub fn si_sdr(x: &[f32], s: &[f32]) -> f64 {
    let dot =
        |a: &[f32], b: &[f32]| -> f64 { a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum() };
    let scale = dot(x, s) / dot(s, s).max(1e-12);
    let wanted = scale * scale * dot(s, s);
    let error: f64 = x.iter().zip(s).map(|(x, s)| (f64::from(*x) - scale * f64::from(*s)).powi(2)).sum();
    10.0 * (wanted.max(1e-12) / error.max(1e-12)).log10()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ratio_does_not_depend_on_the_scale() {
        let s = [1.0, -1.0, 2.0, 0.0];
        let x: Vec<f32> = s.iter().zip([0.1, 0.1, 0.0, 0.2]).map(|(s, e)| s + e).collect();
        // x.s / s.s = 6 / 6, and the error's power is 0.06 of 6.
        assert!((si_sdr(&x, &s) - 20.0).abs() < 1e-4, "{}", si_sdr(&x, &s));
        let twice: Vec<f32> = x.iter().map(|x| 2.0 * x).collect();
        assert!((si_sdr(&twice, &s) - si_sdr(&x, &s)).abs() < 1e-4);
    }
}
