//! Home: a caption being written, before anything is clicked.

mod baked;

use crate::session::protocol::{Command, DecodingChoice, ModelKind, Token};
use crate::ui::components::icon::{Glyph, Icon};
use crate::ui::components::picture::{Layers, Overlay};
use crate::ui::components::words::Words;
use crate::ui::context::AppContext;
use crate::ui::history::link;
use crate::ui::memo::Memo;
use crate::ui::navigation::visit;
use crate::ui::rooms::caption::{map_of, said};
use crate::ui::view::Room;
use baked::Replay;
use leptos::prelude::*;

const MAX_NEW_TOKENS: u32 = 96;

const DOORS: [(Room, &str); 9] = [
    (Room::Retrieve, "Type words and watch 256 pictures take their order."),
    (Room::Caption, "See a sentence grow, and every word it did not take."),
    (Room::Attend, "Open every layer and head: what looks at what."),
    (Room::Ask, "Ask about a picture, and catch the model guessing."),
    (Room::Contrast, "Train two towers yourself: a matrix turns diagonal."),
    (Room::Fuse, "Race the ways to join two modalities, from one seed."),
    (Room::Sabotage, "Take a modality away and see who still answers."),
    (Room::Album, "Find your own photos by words, without sending one."),
    (Room::Models, "Let a published CLIP, SigLIP or BLIP speak instead."),
];

#[component]
pub fn Home() -> impl IntoView {
    let app = AppContext::here();
    let captions = app.can(|abilities| abilities.captions);
    Effect::new(move || {
        if !captions.get() {
            return;
        }
        let picture = app.steady.with(|picture| picture.pixels.clone());
        let (prefix, decoding) = (String::new(), DecodingChoice::Own);
        app.ask(Command::Caption { picture, prefix, decoding, max_new_tokens: MAX_NEW_TOKENS });
    });
    let replay = Replay::new(app);
    let here = RwSignal::new(None);
    let words = Memo::new(move |_| {
        replay.tokens.with(|tokens: &Vec<Token>| said(&tokens[..replay.written.get().min(tokens.len())]))
    });
    let word = Memo::new(move |_| here.get().or(replay.word(&words.get())));
    let map = Memo::new(move |_| {
        let range = word
            .get()
            .and_then(|word| words.with(|words| words.get(word).map(|said| said.word.tokens.clone())))?;
        replay.tokens.with(|tokens| map_of(tokens, range, replay.stack.get()?, (None, None)))
    });
    let overlay = Memo::new(move |_| Overlay { map: map.get(), ..Overlay::default() });
    let unpinned = Memo::from(None);
    // A model that writes nothing leaves Playroom's recorded caption in its place.
    let published = Memo::new(move |_| {
        app.facts.with(|facts| {
            let facts = facts
                .as_ref()
                .filter(|facts| facts.kind != ModelKind::Playroom && facts.abilities.captions)?;
            Some(facts.name.clone())
        })
    });
    let speaker = move || published.get().unwrap_or_else(|| "Playroom’s model".into());
    let origin = move || match published.get() {
        Some(_) => "It has learned from photos of the web and their captions.",
        None => "It was trained by this page’s own engine.",
    };
    let door = move |(room, about): (Room, &'static str)| {
        let address = move || app.view.with(|view| link(view, room));
        view! { <li><a href=address on:click=move |event| visit(app, room, &event)><h2>{room.title()}</h2><p>{about}</p></a></li> }
    };
    view! {
        <section class="stage home">
            <div class="hero">
                <figure class="picture"><div class="frame"><Layers overlay /></div></figure>
                <div>
                    <p class="kicker">{speaker} " is looking at this picture and says"</p>
                    <div class="text large">
                        <Words label="The caption, word by word" words here pinned=unpinned pin=move |_| {} is_growing=replay.is_growing />
                    </div>
                    <p class="row"><button type="button" class="button" aria-pressed=move || replay.is_paused.get().to_string()
                        on:click=move |_| replay.is_paused.update(|paused| *paused = !*paused)><Glyph icon=Icon::Pause />"Pause"</button></p>
                    <p class="prose quiet">"Where it does not look, the picture fades. " {origin} " It runs on your machine: nothing that you type or drop here
                        leaves it."</p>
                </div>
            </div>
            <ul class="doors">{DOORS.map(door).collect_view()}</ul>
        </section>
    }
}
