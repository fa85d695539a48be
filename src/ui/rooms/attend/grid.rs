//! A small map for every layer and head.

use super::focus::Focus;
use crate::ui::components::heatmap::{Legend, Matrix};
use crate::ui::components::raster::Raster;
use crate::ui::components::wide_table::WideTable;
use crate::ui::context::AppContext;
use crate::ui::format;
use crate::ui::memo::Memo;
use crate::ui::state::Shared;
use crate::ui::theme::Theme;
use crate::ui::view::Attending;
use leptos::prelude::*;

#[component]
pub fn HeadGrid(focus: Focus) -> impl IntoView {
    let app = AppContext::here();
    // Before the first maps are here the model's own shape keeps their place.
    let shape = Memo::new(move |_| {
        let mode = focus.mode.get();
        let stack = app.requests.load.with(|load| {
            let model = load.value.model.as_ref()?;
            Some(match mode {
                Attending::Decoder => model.decoder,
                Attending::Matcher => model.matcher,
                Attending::Patches => model.image_encoder,
            })
        });
        let shape = stack.map_or((0, 0), |stack| (stack.layers as usize, stack.heads as usize));
        focus.maps.with(|maps| maps.first().map_or(shape, |heads| (maps.len(), heads.len())))
    });
    // One scale for all, so that a strong head looks strong.
    let strongest = Memo::new(move |_| {
        focus.maps.with(|maps| maps.iter().flatten().flatten().copied().fold(0.0, f32::max))
    });
    let row = move |layer: usize| {
        let (_, heads) = shape.get_untracked();
        let tiles =
            (0..heads).map(|head| view! { <td><Tile focus layer head strongest /></td> }).collect_view();
        view! { <tr><th scope="row">{layer + 1}</th>{tiles}</tr> }
    };
    view! {
        <WideTable label="Layers and heads"><table class="heads" data-part="heads">
            <caption>"Layers (down) and heads (across)"</caption>
            {move || {
                let (layers, heads) = shape.get();
                let names = (0..heads).map(|head| view! { <th scope="col">{head + 1}</th> }).collect_view();
                view! { <thead><tr><td></td>{names}</tr></thead><tbody>{(0..layers).map(row).collect_view()}</tbody> }
            }}
        </table></WideTable>
        <Legend ends=Memo::new(move |_| ["0".into(), format::three(strongest.get())]) quantity="attention" />
    }
}

/// One head's map; pressing it shows it on the picture, pressing it again shows the mean.
#[component]
fn Tile(focus: Focus, layer: usize, head: usize, strongest: Memo<f32>) -> impl IntoView {
    let app = AppContext::here();
    let theme = Theme::here();
    let map = Memo::new(move |_| {
        focus.maps.with(|maps| maps.get(layer).and_then(|heads| heads.get(head)).cloned())
    });
    let rgba = Memo::new(move |_| {
        let matrix = map.get().map(|map| {
            let side = map.len().isqrt();
            Matrix::new(side, side, map).spanning(0.0, strongest.get())
        });
        Shared::new(matrix.unwrap_or_default().to_rgba(theme.is_dark()))
    });
    let is_hit = Memo::new(move |_| focus.hits.with(|hits| *hits.get(layer)?.get(head)?));
    let pressed = move || focus.layer.get() == Some(layer) && focus.head.get() == Some(head);
    let toggle = move |_| {
        let is_on = pressed();
        app.go(|view| (view.layer, view.head) = if is_on { (None, None) } else { (Some(layer), Some(head)) });
    };
    let label = move || {
        let hit = match is_hit.get() {
            Some(true) => ", maximum in the object",
            Some(false) => ", maximum elsewhere",
            None => "",
        };
        format!("Layer {}, head {}{hit}", layer + 1, head + 1)
    };
    view! {
        <button type="button" class="tile" class:hit=move || is_hit.get() == Some(true) class:in-row=move || focus.layer.get() == Some(layer) && focus.head.get().is_none()
            aria-pressed=move || pressed().to_string() aria-label=label title=label on:click=toggle>
            <Raster rgba />
        </button>
    }
}
