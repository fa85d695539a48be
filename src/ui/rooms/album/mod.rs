//! Album: the visitor's own photos, found by words, by each other, and classified by labels.

mod adding;
mod export;
mod found;
mod labels;
mod left_out;
mod notes;
mod query;
mod sample;
mod sorting;

use crate::session::protocol::{Command, Lane};
use crate::ui::components::failure::FailureNote;
use crate::ui::components::form::TextField;
use crate::ui::context::AppContext;
use crate::ui::memo::Memo;
pub use adding::Queue;
use adding::{Adding, dropped};
use found::Found;
use labels::Labels;
use leptos::prelude::*;
use notes::Notes;
use query::{Query, Ranking};
use sample::Sample;
use sorting::Sorting;

#[component]
pub fn Album() -> impl IntoView {
    let app = AppContext::here();
    let known = app.requests.album.with_untracked(|album| album.value.read().photos.len() as u32);
    app.ask(Command::OpenAlbum { known });
    let queue: Queue = expect_context();
    app.drops.set_value(Some(Callback::new(move |data| dropped(queue, &data))));
    on_cleanup(move || app.drops.set_value(None));
    let query = Query::new(app);
    let sorting = Sorting::new(app);
    let ranking = Ranking::new(app, query, sorting);
    let words = app.pick(|view| view.album.query.clone());
    let pinned = move || {
        query.pinned.get().map(|photo| {
            view! {
                <button type="button" class="chip picture" title="Remove this photo from the query" on:click=move |_| query.pinned.set(None)>
                    "similar to " {photo.name} " ×"</button>
            }
        })
    };
    view! {
        <section class="stage album">
            <TextField label="Query" placeholder="a dog on a beach -people" value=words
                change=move |text| app.adjust(|view| view.album.query = text) done=move || app.settle() />
            <div class="chips">{pinned}</div>
            <FailureNote lane=Lane::Search failure=Memo::new(move |_| app.requests.search.with(|request| request.failure.clone())) />
            <Adding queue />
            <Storage />
            <Sample queue />
            <Labels query sorting ranking />
            <Found query sorting ranking />
        </section>
        <Notes ranking />
    }
}

/// What the visitor has to know of how the album is kept.
#[component]
fn Storage() -> impl IntoView {
    let app = AppContext::here();
    let is_persistent = Memo::new(move |_| app.requests.album.with(|album| album.value.is_persistent));
    let damaged = Memo::new(move |_| app.requests.album.with(|album| album.value.damaged));
    let lost = move || match damaged.get() {
        0 => None,
        1 => Some("One photo of this album is damaged and left out: add it again.".to_string()),
        count => Some(format!("{count} photos of this album are damaged and left out: add them again.")),
    };
    view! {
        {move || (!is_persistent.get()).then(|| view! {
            <p class="note" role="status">"The album is held in memory, because this browser stores no files of this page now, as in a private
                window or on a full disk: it is lost when the page is closed."</p>
        })}
        {move || lost().map(|lost| view! { <p class="failure" role="status">{lost}</p> })}
        <FailureNote lane=Lane::Album failure=Memo::new(move |_| app.requests.album.with(|album| album.failure.clone())) />
    }
}
