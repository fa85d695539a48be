//! Caption: the picture put into words.

mod controls;
mod figures;
mod notes;
mod writing;

pub use writing::{map_of, said, text_of};

use crate::session::protocol::{Command, Lane};
use crate::ui::components::failure::FailureNote;
use crate::ui::components::overlay::Overlay;
use crate::ui::components::picture::PicturePanel;
use crate::ui::components::words::Words;
use crate::ui::context::AppContext;
use crate::ui::memo::Memo;
use crate::ui::throttle::throttle;
use controls::{Controls, Heads};
use figures::publish_caption;
use leptos::prelude::*;
use notes::{Alternatives, Hypotheses, Notes, Statements};
use std::time::Duration;
use writing::Draft;

const TYPING_PAUSE: Duration = Duration::from_millis(250);
const MAX_NEW_TOKENS: u32 = 96;

#[component]
pub fn Caption() -> impl IntoView {
    let app = AppContext::here();
    let prefix = throttle(move || app.view.with(|view| view.prefix.trim().to_owned()), TYPING_PAUSE);
    let decoding = app.pick(|view| view.decoding);
    Effect::new(move || {
        let picture = app.steady.with(|picture| picture.pixels.clone());
        let (prefix, decoding) = (prefix.get(), decoding.get());
        app.ask(Command::Caption { picture, prefix, decoding, max_new_tokens: MAX_NEW_TOKENS });
    });
    let here = RwSignal::new(None);
    let draft = Draft::new(app, here);
    publish_caption(app, draft);
    let pinned = app.pick(|view| view.word);
    let overlay =
        Memo::new(move |_| Overlay { map: draft.map.get(), object: draft.object.get(), patch: None });
    view! {
        <section class="stage">
            <div class="beside">
                <PicturePanel overlay />
                <div class="writing">
                    <Controls />
                    <div class="text" data-part="words" aria-busy=move || draft.is_growing.get().to_string()>
                        <Words label="The caption, word by word" words=draft.words missed=draft.missed here pinned is_growing=draft.is_growing
                            pin=move |word| app.go(|view| view.word = word) />
                    </div>
                    {move || draft.missed.with(|missed| missed.contains(&true)).then(|| view! {
                        <p class="small quiet"><b class="miss" aria-hidden="true">"×"</b> " attention misses the object that the word names"</p>
                    })}
                    <p class="aloud" aria-live="polite">{move || if draft.is_growing.get() { String::new() } else { draft.text.get() }}</p>
                    <FailureNote lane=Lane::Caption failure=Memo::new(move |_| app.requests.caption.with(|caption| caption.failure.clone())) />
                    <Alternatives draft />
                    <Statements draft />
                    <Hypotheses draft />
                </div>
            </div>
        </section>
        <Notes draft><Heads /></Notes>
    }
}
