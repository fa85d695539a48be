//! Caption: the picture put into words.

mod controls;
mod notes;
mod writing;

pub use writing::{map_of, said, text_of};

use crate::session::protocol::{Command, Lane};
use crate::ui::calm::calm;
use crate::ui::components::failure::FailureNote;
use crate::ui::components::picture::{Overlay, PicturePanel};
use crate::ui::components::words::Words;
use crate::ui::lab::Lab;
use crate::ui::memo::Memo;
use controls::{Controls, Heads};
use leptos::prelude::*;
use notes::{Alternatives, Hypotheses, Notes, Statements};
use std::time::Duration;
use writing::Draft;

const TYPING_PAUSE: Duration = Duration::from_millis(250);
const MAX_NEW_TOKENS: u32 = 96;

#[component]
pub fn Caption() -> impl IntoView {
    let lab = Lab::here();
    let prefix = calm(move || lab.view.with(|view| view.prefix.trim().to_owned()), TYPING_PAUSE);
    let decoding = lab.pick(|view| view.decoding);
    Effect::new(move || {
        let picture = lab.steady.with(|picture| picture.pixels.clone());
        let (prefix, decoding) = (prefix.get(), decoding.get());
        lab.ask(Command::Caption { picture, prefix, decoding, max_new_tokens: MAX_NEW_TOKENS });
    });
    let here = RwSignal::new(None);
    let draft = Draft::new(lab, here);
    let pinned = lab.pick(|view| view.word);
    let overlay =
        Memo::new(move |_| Overlay { map: draft.map.get(), object: draft.object.get(), patch: None });
    view! {
        <section class="stage">
            <div class="beside">
                <PicturePanel overlay />
                <div class="writing">
                    <Controls />
                    <div class="text" aria-busy=move || draft.is_growing.get().to_string()>
                        <Words label="The caption, word by word" words=draft.words here pinned is_growing=draft.is_growing
                            pin=move |word| lab.go(|view| view.word = word) />
                    </div>
                    <p class="aloud" aria-live="polite">{move || if draft.is_growing.get() { String::new() } else { draft.text.get() }}</p>
                    <FailureNote lane=Lane::Caption failure=Memo::new(move |_| lab.caption.with(|caption| caption.failure.clone())) />
                    <Alternatives draft />
                    <Statements draft />
                    <Hypotheses draft />
                </div>
            </div>
        </section>
        <Notes draft><Heads /></Notes>
    }
}
