//! What is mixed: each object's sound, the ambience and the noise.

use super::stage_clip::StageClip;
use crate::ui::context::AppContext;
use crate::ui::memo::Memo;
use crate::ui::state::Shared;
use leptos::prelude::*;

#[component]
pub fn Sources(#[prop(into)] clip: Memo<Shared<StageClip>>) -> impl IntoView {
    let app = AppContext::here();
    let off = app.pick(|view| view.listen.off);
    let source = move |(bit, name): (usize, String)| {
        let is_on = move || off.get() >> bit & 1 == 0;
        let change = move |_| app.go(|view| view.listen.off ^= 1 << bit);
        view! {
            <li><label class="switch">
                <input type="checkbox" role="switch" prop:checked=is_on on:change=change /><span>{name}</span>
            </label></li>
        }
    };
    view! {
        <fieldset class="sources">
            <legend>"Sources in the mixture"</legend>
            <ul>{move || clip.with(|clip| clip.sources()).into_iter().map(source).collect_view()}</ul>
        </fieldset>
    }
}
