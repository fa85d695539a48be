//! The sound, video, table or graph of the clip on the stage, by which the gallery is searched.

use super::found::OwnRank;
use super::own_table::{OwnTable, TableEditor};
use super::ranking::Ranking;
use crate::session::protocol::Lane;
use crate::ui::components::clip::{ClipCard, RefusedNote, Speaker};
use crate::ui::components::failure::FailureNote;
use crate::ui::context::AppContext;
use crate::ui::memo::Memo;
use crate::ui::state::Shared;
use crate::ui::view::{Medium, View};
use crate::world::Clip;
use leptos::prelude::*;

#[component]
pub fn ClipQuery(medium: Medium, ranking: Ranking, children: Children) -> impl IntoView {
    let app = AppContext::here();
    let clip = Memo::new(move |_| {
        let name = app.steady.with(|picture| picture.name.clip());
        name.and_then(|name| name.draw().ok()).map(Shared::new)
    });
    // A clip of the gallery is encoded with it.
    let is_of_gallery = Memo::new(move |_| {
        let name = app.steady.with(|picture| picture.name.clone());
        app.gallery.with(|gallery| gallery.position(&name).is_some())
    });
    let own = OwnTable::here();
    let failure = Memo::new(move |_| {
        let of_query = app.requests.clip_query.with(|query| query.failure.clone());
        of_query.filter(|_| !is_of_gallery.get() || medium == Medium::Table && own.is_there())
    });
    let is_clip = Memo::new(move |_| clip.with(Option::is_some));
    let query = move || match is_clip.get() {
        true => {
            let clip = kept(clip);
            let editor = (medium == Medium::Table).then(|| view! { <TableEditor clip /> });
            view! { <ClipCard medium clip name="the query" />{editor} }.into_any()
        }
        false => view! { <Clipless medium /> }.into_any(),
    };
    view! {
        <section class="clip-query" data-part="query" aria-label=format!("Query: {}", medium.word())>{query}<RefusedNote is_refused=Speaker::here().is_refused /></section>
        <FailureNote lane=Lane::ClipQuery failure />
        <OwnRank ranking />
        {children()}
    }
}

/// The clip of now, or the one before where there is none.
fn kept(clip: Memo<Option<Shared<Clip>>>) -> Memo<Shared<Clip>> {
    Memo::new(move |last: Option<&Shared<Clip>>| {
        clip.get().or_else(|| last.cloned()).expect("shown where there is a clip")
    })
}

/// The visitor's own picture is all that is known of its scene.
#[component]
fn Clipless(medium: Medium) -> impl IntoView {
    let app = AppContext::here();
    let back = move |_| app.go(|view| view.picture = View::default().picture);
    view! {
        <p class="note">{format!("Your own image has no {}. Clips come from Playroom scenes.", medium.word())}</p>
        <button type="button" class="button" on:click=back>"Back to a Playroom scene"</button>
    }
}
