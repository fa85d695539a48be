//! Attend: every layer and head.

mod figures;
mod focus;
mod grid;
mod notes;

use crate::session::protocol::{Command, Lane, ModelFacts, Reader};
use crate::ui::components::failure::FailureNote;
use crate::ui::components::form::{Segments, TextField};
use crate::ui::components::overlay::Overlay;
use crate::ui::components::picture::PicturePanel;
use crate::ui::components::words::Words;
use crate::ui::context::AppContext;
use crate::ui::memo::Memo;
use crate::ui::throttle::throttle;
use crate::ui::view::Attending;
use crate::world::language::full_caption;
use figures::publish_attention;
use focus::Focus;
use grid::HeadGrid;
use leptos::prelude::*;
use notes::{NoObject, Notes};
use std::time::Duration;

const MODES: [(Attending, &str); 3] = [
    (Attending::Decoder, "Cross-attention (decoder)"),
    (Attending::Matcher, "Cross-attention (image-text matcher)"),
    (Attending::Patches, "Image self-attention"),
];
const TYPING_PAUSE: Duration = Duration::from_millis(250);

#[component]
pub fn Attend() -> impl IntoView {
    let app = AppContext::here();
    let modes = Memo::new(move |_| {
        let of = |facts: &ModelFacts, mode| match mode {
            Attending::Decoder => facts.abilities.captions,
            Attending::Matcher => facts.matcher.layers > 0,
            Attending::Patches => true,
        };
        let can = |mode| app.facts.with(|facts| facts.as_ref().is_none_or(|facts| of(facts, mode)));
        MODES.into_iter().filter(|&(mode, _)| can(mode)).collect::<Vec<_>>()
    });
    let mode = Memo::new(move |_| {
        let chosen = app.view.with(|view| view.attending);
        modes.with(|modes| if modes.iter().any(|(mode, _)| *mode == chosen) { chosen } else { modes[0].0 })
    });
    ask(app, mode);
    let here = RwSignal::new(None);
    let focus = Focus::new(app, mode, here);
    publish_attention(app, focus);
    let is_patches = Memo::new(move |_| mode.get() == Attending::Patches);
    let overlay = Memo::new(move |_| Overlay {
        map: focus.map.get(),
        object: focus.object.get(),
        patch: focus.patch.get(),
    });
    let panel = move || match is_patches.get() {
        true => {
            let choose = Callback::new(move |patch| app.go(|view| view.patch = Some(patch)));
            view! { <PicturePanel overlay choose_patch=choose /> }.into_any()
        }
        false => view! { <PicturePanel overlay /> }.into_any(),
    };
    let of_patches = Memo::new(move |_| app.requests.patches.with(|request| request.failure.clone()));
    let of_words = Memo::new(move |_| app.requests.cross.with(|request| request.failure.clone()));
    let failure = move || match is_patches.get() {
        true => view! { <FailureNote lane=Lane::SelfAttention failure=of_patches /> },
        false => view! { <FailureNote lane=Lane::CrossAttention failure=of_words /> },
    };
    view! {
        <section class="stage">
            <div data-part="modes">
                {move || view! {
                    <Segments label="Attention" options=modes.get() chosen=mode
                        choose=move |mode| app.go(|view| { view.attending = mode; view.layer = None; view.head = None }) />
                }}
            </div>
            <div class="beside">
                {panel}
                <div class="writing">
                    {move || (!is_patches.get()).then(|| view! { <Sentence focus here /> })}
                    {failure}
                    <HeadGrid focus />
                    <NoObject focus />
                </div>
            </div>
        </section>
        <Notes focus />
    }
}

/// The text that looks at the picture, and its words.
#[component]
fn Sentence(focus: Focus, here: RwSignal<Option<usize>>) -> impl IntoView {
    let app = AppContext::here();
    let text = app.pick(|view| view.text.clone());
    view! {
        <div data-part="sentence">
            <TextField label="Sentence" placeholder="empty: the caption of the scene" value=text
                change=move |text| app.adjust(|view| { view.text = text; view.word = None }) done=move || app.settle() />
        </div>
        <div class="text" data-part="words" class:stale=move || app.requests.cross.with(|request| request.is_busy())>
            <Words label="The sentence, word by word" words=focus.words here pinned=focus.marked is_growing=false
                pin=move |word| app.go(|view| view.word = word) />
        </div>
    }
}

/// The typed text, or the scene's full caption.
pub fn text_of(app: AppContext) -> String {
    let typed = app.view.with(|view| view.text.trim().to_owned());
    if !typed.is_empty() {
        return typed;
    }
    app.steady.with(|picture| {
        picture.scene.as_ref().map_or_else(|| "a red circle".into(), |scene| full_caption(scene).text)
    })
}

fn ask(app: AppContext, mode: Memo<Attending>) {
    let text = throttle(move || text_of(app), TYPING_PAUSE);
    Effect::new(move || {
        let picture = app.steady.with(|picture| picture.pixels.clone());
        app.ask(match mode.get() {
            Attending::Decoder => {
                Command::CrossAttention { picture, text: text.get(), reader: Reader::Decoder }
            }
            Attending::Matcher => {
                Command::CrossAttention { picture, text: text.get(), reader: Reader::Matcher }
            }
            Attending::Patches => Command::SelfAttention { picture },
        });
    });
}
