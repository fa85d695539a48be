//! What can be done to the picture on the stage: another scene, the editor, an own file.

use super::camera::Camera;
use super::failure::FailureNote;
use super::form::NumberField;
use super::icon::{Glyph, Icon};
use crate::session::protocol::{Lane, OpenedPicture};
use crate::ui::context::AppContext;
use crate::ui::memo::Memo;
use crate::ui::upload;
use crate::ui::view::PictureName;
use leptos::html::Input;
use leptos::prelude::*;

#[component]
pub fn Toolbar() -> impl IntoView {
    let app = AppContext::here();
    let file = NodeRef::<Input>::new();
    let seed = Memo::new(move |_| match app.view.with(|view| view.picture.clone()) {
        PictureName::Seeded { seed, .. } => seed,
        PictureName::Coded(_) | PictureName::Own => 0,
    });
    let show = move |seed: u64| app.go(|view| view.picture = PictureName::Seeded { seed, index: 0 });
    let choose = move |_| {
        let chosen = file.get_untracked().and_then(|input| input.files()).and_then(|files| files.get(0));
        if let Some(chosen) = chosen {
            upload::take(app, chosen);
        }
    };
    let open = move |_| {
        if let Some(input) = file.get_untracked() {
            input.set_value("");
            input.click();
        }
    };
    let editing = app.pick(|view| view.editing);
    let is_incomplete = move || {
        let is_own = app.view.with(|view| view.picture == PictureName::Own);
        let opened =
            |value: &Option<OpenedPicture>| value.as_ref().is_some_and(|opened| opened.is_incomplete);
        is_own && app.requests.opened.with(|request| request.is_settled() && opened(&request.value))
    };
    let is_scene = move || app.picture.with(|picture| picture.scene.is_some());
    view! {
        <div class="toolbar">
            <button type="button" class="button" on:click=move |_| show(seed.get_untracked() + 1)>
                <Glyph icon=Icon::New />"New scene"</button>
            <NumberField label="Seed" term="seed" min=0_u64 max=u64::from(u32::MAX) value=seed change=show />
            <button type="button" class="button" disabled=move || !is_scene()
                aria-pressed=move || editing.get().to_string()
                on:click=move |_| app.go(|view| view.editing = !view.editing)><Glyph icon=Icon::Edit />"Edit"</button>
            <button type="button" class="button" on:click=open><Glyph icon=Icon::Upload />"Upload image"</button>
            <Camera />
            <input node_ref=file class="aloud" type="file" accept="image/*" tabindex="-1" aria-hidden="true" on:change=choose />
        </div>
        {move || is_incomplete().then(|| view! {
            <p class="note" role="status">"The end of this file is missing: the part that is there is shown."</p>
        })}
        <FailureNote lane=Lane::Open failure=Memo::new(move |_| app.requests.opened.with(|request| request.failure.clone())) />
    }
}
