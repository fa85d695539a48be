//! What is mixed: each object's sound, the ambience and the noise.

use super::stage_clip::StageClip;
use crate::ui::components::form::Switch;
use crate::ui::context::AppContext;
use crate::ui::memo::Memo;
use crate::ui::state::Shared;
use leptos::prelude::*;

#[component]
pub fn Sources(#[prop(into)] clip: Memo<Shared<StageClip>>) -> impl IntoView {
    let app = AppContext::here();
    let off = app.pick(|view| view.listen.off);
    let source = move |(bit, name): (usize, String)| {
        let is_on = Memo::new(move |_| off.get() >> bit & 1 == 0);
        view! { <li><Switch label=name on=is_on change=move |_| app.go(|view| view.listen.off ^= 1 << bit) /></li> }
    };
    view! {
        <fieldset class="sources">
            <legend>"Sources in the mixture"</legend>
            <ul>{move || clip.with(|clip| clip.sources()).into_iter().map(source).collect_view()}</ul>
        </fieldset>
    }
}
