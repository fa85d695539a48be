//! What lessons look at.

use super::focus::Focus;
use crate::ui::components::attention_overlay::peak;
use crate::ui::context::AppContext;
use crate::ui::lessons::figures::publish;
use crate::ui::memo::Memo;
use crate::ui::truth::chance_to_hit;
use crate::ui::view::Attending;
use crate::world::render::Mask;

/// Publishes what is known of the map that is shown, once it is of the picture and the words as they are.
pub fn publish_attention(app: AppContext, focus: Focus) {
    let is_current = Memo::new(move |_| match focus.mode.get() {
        Attending::Patches => {
            app.requests.patches.with(|request| request.is_settled() && app.is_of_stage(request))
        }
        Attending::Decoder | Attending::Matcher => {
            app.requests.cross.with(|request| request.is_settled() && app.is_of_stage(request))
        }
    });
    publish(move || {
        let figures = if is_current.get() { figures(app, focus) } else { None };
        figures
            .unwrap_or_default()
            .into_iter()
            .map(|(name, value)| (format!("attend.{name}"), value))
            .collect()
    });
}

fn figures(app: AppContext, focus: Focus) -> Option<Vec<(String, f64)>> {
    let map = focus.map.get()?;
    let grid = map.len().isqrt();
    let mut all: Vec<(String, f64)> = Vec::new();
    let mut tell = |name: &str, value: f64| all.push((name.to_owned(), value));
    let one = |is: bool| f64::from(u8::from(is));
    let from_one = |index: usize| index as f64 + 1.0;
    tell("max", map.iter().copied().fold(0.0, f32::max).into());
    tell("uniform", 1.0 / map.len() as f64);
    tell("entropy", entropy(&map).into());
    let hits = focus.hits.get();
    tell("heads", hits.iter().flatten().count() as f64);
    if let Some(layer) = focus.layer.get() {
        tell("layer", from_one(layer));
    }
    if let Some(head) = focus.head.get() {
        tell("head", from_one(head));
    }
    match (focus.patch.get(), focus.word.get()) {
        (Some(patch), _) => {
            tell("patch", from_one(patch));
            let (share, area, is_peak) = app.picture.with(|picture| on_objects(&map, &picture.masks));
            tell("objects", share);
            tell("objects.area", area);
            tell("objects.max", one(is_peak));
            focus.maps.with(|maps| {
                for (layer, heads) in maps.iter().enumerate() {
                    let of_heads = heads.iter().map(|map| reach(map, patch, grid)).sum::<f64>();
                    tell(&format!("reach.{}", layer + 1), of_heads / heads.len() as f64);
                }
            });
        }
        (None, Some(word)) => {
            tell("word", from_one(word));
            tell("words", focus.words.with(Vec::len) as f64);
            tell("causal", one(focus.mode.get() == Attending::Decoder));
        }
        (None, None) => {}
    }
    if let Some(object) = focus.object.get() {
        let of = |layer: &[Option<bool>]| layer.iter().filter(|hit| **hit == Some(true)).count() as f64;
        tell("hits", hits.iter().map(|layer| of(layer)).sum());
        for (index, layer) in hits.iter().enumerate() {
            tell(&format!("hits.{}", index + 1), of(layer));
        }
        app.picture.with(|picture| {
            if let (Some(mask), Some(strongest)) = (picture.masks.get(object), peak(&map)) {
                tell("hit", one(mask.cells(grid)[strongest]));
                tell("chance", chance_to_hit(mask, grid).into());
            }
        });
    }
    Some(all)
}

/// In bits, of a map as a distribution.
pub fn entropy(map: &[f32]) -> f32 {
    let total: f32 = map.iter().sum();
    map.iter().filter(|&&p| p > 0.0).map(|p| -(p / total) * (p / total).log2()).sum()
}

/// The share of attention that falls on objects, the share of cells that do, and whether the strongest one does.
fn on_objects(map: &[f32], masks: &[Mask]) -> (f64, f64, bool) {
    let cells: Vec<_> = masks.iter().map(|mask| mask.cells(map.len().isqrt())).collect();
    let is_there = |cell: usize| cells.iter().any(|cells| cells[cell]);
    let there = || (0..map.len()).filter(|&cell| is_there(cell));
    let (share, total) = (there().map(|cell| map[cell]).sum::<f32>(), map.iter().sum::<f32>());
    let area = there().count() as f64 / map.len() as f64;
    ((share / total).into(), area, peak(map).is_some_and(is_there))
}

/// The mean distance from a patch to what it attends to, in patches.
fn reach(map: &[f32], patch: usize, grid: usize) -> f64 {
    let total: f32 = map.iter().sum();
    let distance = |cell: usize| {
        let [across, down] = [cell % grid, cell / grid];
        (across.abs_diff(patch % grid) as f64).hypot(down.abs_diff(patch / grid) as f64)
    };
    map.iter().enumerate().map(|(cell, p)| f64::from(p / total) * distance(cell)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_even_map_has_the_most_entropy() {
        assert_eq!(entropy(&[0.25; 4]), 2.0);
        assert_eq!(entropy(&[0.5, 0.0, 0.0, 0.0]), 0.0);
    }

    #[test]
    fn a_patch_reaches_as_far_as_it_attends() {
        assert_eq!(reach(&[0.0, 0.0, 0.0, 0.8], 3, 2), 0.0);
        assert_eq!(reach(&[0.0, 0.3, 0.3, 0.0], 0, 2), 1.0);
        assert!((reach(&[0.0, 0.0, 0.0, 0.5], 0, 2) - 2_f64.sqrt()).abs() < 1e-12);
    }
}
