//! The strip of pictures: a few scenes of the gallery and the visitor's own.

use super::picture::{Thumbnail, described};
use super::raster::Rgba;
use crate::ui::context::AppContext;
use crate::ui::memo::Memo;
use crate::ui::stage::StagePicture;
use crate::ui::state::Shared;
use crate::ui::view::PictureName;
use leptos::html::Section;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

/// Scenes in the strip.
const SCENES: usize = 24;

#[component]
pub fn PictureStrip() -> impl IntoView {
    let app = AppContext::here();
    let scenes = Memo::new(move |_| {
        app.gallery.with(|gallery| gallery.pictures.iter().take(SCENES).cloned().collect::<Vec<_>>())
    });
    let current = Memo::new(move |_| app.picture.with(|picture| picture.name.clone()));
    let is_extra = move || scenes.with(|scenes| scenes.iter().all(|scene| scene.name != current.get()));
    let rgba = Memo::new(move |_| app.picture.with(|picture| Shared::new(Rgba::from(&picture.pixels))));
    let own = move || app.upload.get().filter(|_| current.get() != PictureName::Own);
    let scene = move |picture: Shared<StagePicture>| {
        let name = picture.name.clone();
        let label = described(&picture);
        let (here, there) = (name.clone(), name);
        let rgba = Shared::new(Rgba::from(&picture.pixels));
        view! {
            <li><Thumbnail rgba=Memo::from(rgba) label chosen=Memo::new(move |_| current.get() == here)
                choose=move || app.go(|view| view.picture = there.clone()) /></li>
        }
    };
    let shelf = NodeRef::<Section>::new();
    Effect::new(move || {
        current.track();
        app.gallery.track();
        if let Some(shelf) = shelf.get() {
            // The thumbnails learn of the choice in effects of their own.
            request_animation_frame(move || show_chosen(&shelf));
        }
    });
    view! {
        <section class="shelf" aria-label="Images" data-part="strip" node_ref=shelf><ul>
            {move || is_extra().then(|| view! {
                <li><Thumbnail rgba label=app.picture.with(|picture| described(picture)) chosen=true choose=|| {} /></li>
            })}
            {move || own().map(|pixels| view! {
                <li><Thumbnail rgba=Memo::from(Shared::new(Rgba::from(&pixels))) label="Your image" chosen=false
                    choose=move || app.go(|view| view.picture = PictureName::Own) /></li>
            })}
            <For each=move || scenes.get() key=|picture| picture.name.clone() children=scene />
        </ul></section>
    }
}

/// Scrolls the strip, and not the page, until the chosen thumbnail is in its middle.
fn show_chosen(shelf: &HtmlElement) {
    let chosen = shelf.query_selector("[aria-pressed=true]").ok().flatten();
    if let Some(chosen) = chosen.and_then(|chosen| chosen.dyn_into::<HtmlElement>().ok()) {
        let left = chosen.offset_left() - shelf.offset_left();
        shelf.set_scroll_left(left - (shelf.client_width() - chosen.offset_width()) / 2);
    }
}
