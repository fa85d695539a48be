//! The pointing game (Zhang et al. 2016) with sound: where in the frame is what hits.

use serde::{Deserialize, Serialize};

use crate::device::DeviceError;
use crate::infer::audiovisual::{Network, WINDOW_LEAD, source_inputs, window_at};
use crate::infer::{VisionLanguageModel, pixels};
use crate::model::modality::motion::GRID;
use crate::softmax::softmax;
use crate::world::render::render;
use crate::world::sound::sample_at;
use crate::world::{Clip, Motion};

/// Hits of one replay.
const BATCH: usize = 32;

#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct Source {
    /// Share of hits whose likeliest cell lies on an object that hits.
    pub pointing: f64,
    /// Mean probability on such cells (Wang et al. 2020, Score-CAM, section 4.3).
    pub energy: f64,
    /// Mean share of such cells: what pointing anywhere reaches.
    pub chance: f64,
    /// Mean share of the objects that hit: what pointing at some object reaches.
    pub any_object: f64,
    pub hits: usize,
}

/// Every hit of the clips, with the sound around it and the frame nearest to it.
pub async fn evaluate_source(
    model: &mut VisionLanguageModel,
    network: &mut Network,
    clips: &[Clip],
) -> Result<Source, DeviceError> {
    let (mut frames, mut windows, mut truths, mut any_object) = (Vec::new(), Vec::new(), Vec::new(), 0.0);
    for clip in clips {
        let mix = clip.sound().mix();
        for collision in &clip.motion.collisions {
            let picture = render(&clip.motion.frame(&clip.scene, Motion::nearest_frame(collision.tick)));
            let cells = |object: usize| picture.masks[object].cells(GRID);
            let mut right = vec![false; GRID * GRID];
            for object in collision.objects() {
                right.iter_mut().zip(cells(object)).for_each(|(right, is_here)| *right |= is_here);
            }
            let count = picture.masks.len();
            any_object += collision.objects().count() as f64 / count as f64;
            truths.push(right);
            windows.push(window_at(&mix, sample_at(collision.tick), WINDOW_LEAD));
            frames.push(pixels(picture));
        }
    }
    let (mut pointing, mut energy, mut chance) = (0.0, 0.0, 0.0);
    for ((frames, windows), truths) in
        frames.chunks(BATCH).zip(windows.chunks(BATCH)).zip(truths.chunks(BATCH))
    {
        let states = model.image_states(frames).await?;
        let map = network.run(&source_inputs(states, windows), windows.len(), "map").await?;
        for (logits, right) in map.as_f32().chunks(GRID * GRID).zip(truths) {
            let odds = softmax(logits.iter().map(|&logit| f64::from(logit)));
            let best = (0..odds.len()).max_by(|&a, &b| odds[a].total_cmp(&odds[b])).unwrap_or(0);
            pointing += f64::from(u8::from(right[best]));
            energy += odds.iter().zip(right).filter(|(_, right)| **right).map(|(odds, _)| odds).sum::<f64>();
            chance += right.iter().filter(|&&right| right).count() as f64 / right.len() as f64;
        }
    }
    let hits = truths.len();
    let mean = |sum: f64| sum / hits.max(1) as f64;
    Ok(Source {
        pointing: mean(pointing),
        energy: mean(energy),
        chance: mean(chance),
        any_object: mean(any_object),
        hits,
    })
}
