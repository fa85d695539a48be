//! The pointing game: whether attention is highest in the object that a word names.

use super::attention_overlay::peak;
use super::overlay::Overlay;
use super::term::Term;
use super::verdict::Verdict;
use crate::ui::context::AppContext;
use crate::ui::format;
use crate::ui::memo::Memo;
use crate::ui::stage::StagePicture;
use crate::ui::truth::chance_to_hit;
use leptos::prelude::*;

/// Whether the cell of most attention lies in an object; none without such an object.
pub fn is_hit(map: &[f32], object: usize, picture: &StagePicture) -> Option<bool> {
    Some(picture.masks.get(object)?.cells(map.len().isqrt())[peak(map)?])
}

/// The verdict for the outlined object, beside chance and the centre; nothing where none is outlined.
#[component]
pub fn PointingGame(overlay: Memo<Overlay>) -> impl IntoView {
    let app = AppContext::here();
    let game = Memo::new(move |_| {
        let Overlay { map, object, .. } = overlay.get();
        let (map, object) = (map?, object?);
        app.picture.with(|picture| {
            let (hit, mask) = (is_hit(&map, object, picture)?, picture.masks.get(object)?);
            let grid = map.len().isqrt();
            Some((hit, chance_to_hit(mask, grid), mask.cells(grid)[grid / 2 * grid + grid / 2]))
        })
    });
    let verdict = |(hit, chance, centre): (bool, f32, bool)| {
        let centre = if centre { "hit" } else { "miss" };
        let baselines = format!("chance {}, centre baseline: {centre}", format::percent(chance));
        view! {
            <Term id="pointing-game">"Pointing game"</Term> ": " <Verdict truth=Some(hit) words=["hit", "miss", ""] /> " " <span class="quiet">{baselines}</span>
        }
    };
    view! { <p class="pointing small" aria-live="polite">{move || game.get().map(verdict)}</p> }
}
