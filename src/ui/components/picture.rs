//! The picture on the stage, what lies over it, and what can be done to it.

use super::attention_overlay::{attention_overlay, peak};
use super::editor::{Handles, Properties};
use super::icon::{Glyph, Icon};
use super::overlay::Overlay;
use super::pointing::PointingGame;
use super::raster::{Raster, Rgba};
use super::toolbar::Toolbar;
use crate::session::protocol::ModelKind;
use crate::ui::context::AppContext;
use crate::ui::format;
use crate::ui::memo::Memo;
use crate::ui::stage::{StagePicture, outline};
use crate::ui::state::Shared;
use crate::ui::theme::Theme;
use crate::world::language::full_caption;
use leptos::ev::{KeyboardEvent, MouseEvent};
use leptos::html::Div;
use leptos::prelude::*;

/// The picture with an overlay. With `choose_patch`, a cell of the grid can be pointed at and chosen.
#[component]
pub fn PicturePanel(
    #[prop(into)] overlay: Memo<Overlay>,
    #[prop(optional)] choose_patch: Option<Callback<usize>>,
) -> impl IntoView {
    let app = AppContext::here();
    let frame = NodeRef::<Div>::new();
    let editing = app.pick(|view| view.editing);
    let is_scene = Memo::new(move |_| app.picture.with(|picture| picture.scene.is_some()));
    let can_edit = Memo::new(move |_| editing.get() && is_scene.get());
    let selected = RwSignal::new(None::<usize>);
    view! {
        <figure class="picture" data-part="picture">
            <div class="frame" node_ref=frame>
                <Layers overlay />
                {move || can_edit.get().then(|| view! { <Handles frame selected /> })}
                {move || {
                    let choose = choose_patch.filter(|_| !can_edit.get())?;
                    Some(view! { <Patches frame overlay choose /> })
                }}
            </div>
            <PointingGame overlay />
            <figcaption class="small quiet">{move || about(app)}</figcaption>
            <Toolbar />
            {move || can_edit.get().then(|| view! { <Properties selected /> })}
        </figure>
    }
}

fn about(app: AppContext) -> String {
    let facts = app.facts.with(|facts| facts.as_ref().map(|facts| (facts.kind, facts.image_size)));
    let side = app.picture.with(|picture| picture.pixels.width);
    app.picture.with(|picture| match &picture.scene {
        Some(scene) => {
            let count = scene.objects.len();
            let plural = if count == 1 { "" } else { "s" };
            let scaled = facts.filter(|(_, size)| *size != picture.pixels.width);
            let scaled = scaled
                .map_or(String::new(), |(_, size)| format!(", scaled to {size} × {size} for the model"));
            format!("Playroom scene: {side} × {side} pixels{scaled}, {count} object{plural}")
        }
        None => {
            let is_playroom = facts.is_none_or(|(kind, _)| kind == ModelKind::Playroom);
            let seen = if is_playroom { " Playroom was trained on drawn scenes only." } else { "" };
            format!("Your image as the model sees it: {side} × {side} pixels.{seen}")
        }
    })
}

/// The picture, the overlay of an attention map, and the marks.
#[component]
pub fn Layers(#[prop(into)] overlay: Memo<Overlay>) -> impl IntoView {
    let app = AppContext::here();
    let theme = Theme::here();
    let rgba = Memo::new(move |_| Shared::new(app.picture.with(|picture| Rgba::from(&picture.pixels))));
    let covered = Memo::new(move |_| {
        let attention =
            overlay.with(|overlay| overlay.map.as_ref().map(|map| attention_overlay(map, theme.is_dark())));
        Shared::new(attention.unwrap_or_else(|| Rgba { width: 1, height: 1, bytes: vec![0; 4] }))
    });
    let border = Memo::new(move |_| {
        let object = overlay.with(|overlay| overlay.object)?;
        app.picture.with(|picture| picture.masks.get(object).map(outline))
    });
    let marks = move || {
        let overlay = overlay.get();
        let map = overlay.map.as_deref();
        let grid = map.map_or(8, |map| map.len().isqrt());
        let strongest = map.and_then(peak).map(|cell| {
            let (x, y, side) = corner(cell, grid);
            let ring =
                |class: &'static str| view! { <circle class=class cx=x + side / 2.0 cy=y + side / 2.0 r=side * 0.42 /> };
            ["under", "peak"].map(ring).collect_view()
        });
        let patch = overlay.patch.map(|cell| {
            let (x, y, side) = corner(cell, grid);
            let square = |class: &'static str| view! { <rect class=class x=x y=y width=side height=side /> };
            ["under", "patch"].map(square).collect_view()
        });
        (strongest, patch)
    };
    let label = Memo::new(move |_| app.picture.with(|picture| described(picture)));
    view! {
        <Raster rgba label=label />
        <div class="veil"><Raster rgba=covered /></div>
        <svg class="marks" viewBox="0 0 64 64" aria-hidden="true">
            {move || border.get().map(|d| view! { <path class="under" d=d.clone() /><path class="outline" d=d /> })}
            {marks}
        </svg>
    }
}

/// The top left corner of a cell and its side, in pixels of the picture.
fn corner(cell: usize, grid: usize) -> (f64, f64, f64) {
    let side = 64.0 / grid as f64;
    ((cell % grid) as f64 * side, (cell / grid) as f64 * side, side)
}

/// What a picture shows, for those who cannot see it.
pub fn described(picture: &StagePicture) -> String {
    match &picture.scene {
        Some(scene) => format!("A scene: {}", full_caption(scene).text),
        None => "Your image".into(),
    }
}

/// A grid of cells that can be pointed at, one at a time.
#[component]
fn Patches(frame: NodeRef<Div>, overlay: Memo<Overlay>, choose: Callback<usize>) -> impl IntoView {
    let app = AppContext::here();
    // Playroom's, until the model is there.
    let grid =
        move || app.facts.with_untracked(|facts| facts.as_ref().map_or(8, |facts| facts.grid as usize));
    let find = move |event: &MouseEvent| {
        let (x, y) = super::heatmap::place(frame.get_untracked()?.as_ref(), event);
        let cell = |share: f64| ((share * grid() as f64) as usize).min(grid() - 1);
        Some(cell(y) * grid() + cell(x))
    };
    let point = move |event: MouseEvent| {
        if let Some(cell) = find(&event) {
            choose.run(cell);
        }
    };
    // Only those who walk are told: the page would else be spoken of with every new picture.
    let is_walking = RwSignal::new(false);
    let walk = move |event: KeyboardEvent| {
        let now = overlay.with_untracked(|overlay| overlay.patch).unwrap_or(0);
        let grid = grid();
        if let Some((row, column)) = super::heatmap::step((now / grid, now % grid), &event.key(), grid, grid)
        {
            event.prevent_default();
            is_walking.set(true);
            choose.run(row * grid + column);
        }
    };
    let said = move || is_walking.get().then(|| overlay.with(told));
    view! {
        <div class="patches" tabindex="0" role="application"
            aria-label="Patches of the image: choose one by pointer or arrow keys"
            on:click=point on:keydown=walk on:blur=move |_| is_walking.set(false)></div>
        <p class="aloud" aria-live="polite">{said}</p>
    }
}

/// `The patch in row 4, column 5 attends most to row 2, column 7: 14 %`
fn told(overlay: &Overlay) -> Option<String> {
    let (patch, map) = (overlay.patch?, overlay.map.as_ref()?);
    let (grid, strongest) = (map.len().isqrt(), peak(map)?);
    let place = |cell: usize| format!("row {}, column {}", cell / grid + 1, cell % grid + 1);
    let share = format::percent(map[strongest]);
    Some(format!("The patch in {} attends most to {}: {share}", place(patch), place(strongest)))
}

/// A small picture that can be chosen.
#[component]
pub fn Thumbnail(
    #[prop(into)] rgba: Memo<Shared<Rgba>>,
    #[prop(into)] label: String,
    #[prop(into)] chosen: Memo<bool>,
    choose: impl Fn() + 'static,
) -> impl IntoView {
    view! {
        <button type="button" class="thumbnail" aria-label=label.clone() title=label
            aria-pressed=move || chosen.get().to_string() on:click=move |_| choose()>
            <Raster rgba />
        </button>
    }
}

/// A note that a link named a picture which this browser does not have.
#[component]
pub fn LostPicture() -> impl IntoView {
    let app = AppContext::here();
    let is_lost = Memo::new(move |_| {
        let wanted = app.view.with(|view| view.picture.clone());
        app.picture.with(|picture| picture.name != wanted)
    });
    view! {
        {move || is_lost.get().then(|| view! {
            <p class="note" role="status"><Glyph icon=Icon::Upload />
                "This link was made with an uploaded image, which never leaves its owner’s device. Upload yours, or choose a scene."</p>
        })}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_patch_tells_what_it_attends_to() {
        let map = vec![0.1, 0.2, 0.1, 0.6];
        let overlay = Overlay { map: Some(map), object: None, patch: Some(1) };
        assert_eq!(
            told(&overlay).as_deref(),
            Some("The patch in row 1, column 2 attends most to row 2, column 2: 60 %")
        );
        assert_eq!(told(&Overlay::default()), None);
    }
}
