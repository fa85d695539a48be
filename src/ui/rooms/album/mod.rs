//! Album: the visitor's own photos, found by words, by each other, and sorted by labels.

mod adding;
mod export;
mod found;
mod labels;
mod left_out;
mod notes;
mod query;

use crate::session::protocol::{Command, Lane};
use crate::ui::components::choice::Line;
use crate::ui::components::failure::FailureNote;
use crate::ui::lab::Lab;
use crate::ui::memo::Memo;
pub use adding::Queue;
use adding::{Adding, dropped};
use found::Found;
use labels::{Labels, Sorting};
use leptos::prelude::*;
use notes::Notes;
use query::{Query, Ranking};

#[component]
pub fn Album() -> impl IntoView {
    let lab = Lab::here();
    let known = lab.album.with_untracked(|album| album.value.read().photos.len() as u32);
    lab.ask(Command::OpenAlbum { known });
    let queue: Queue = expect_context();
    lab.photos.set_value(Some(Callback::new(move |data| dropped(queue, &data))));
    on_cleanup(move || lab.photos.set_value(None));
    let query = Query::new(lab);
    let sorting = Sorting::new(lab);
    let ranking = Ranking::new(lab, query, sorting);
    let words = lab.pick(|view| view.album.query.clone());
    let pinned = move || {
        query.pinned.get().map(|photo| {
            view! {
                <button type="button" class="chip picture" title="Look no longer by this photo" on:click=move |_| query.pinned.set(None)>
                    "like " {photo.name} " ×"</button>
            }
        })
    };
    view! {
        <section class="stage album">
            <Line label="Look for" placeholder="a dog on a beach -people" value=words
                change=move |text| lab.adjust(|view| view.album.query = text) done=move || lab.settle() />
            <div class="chips">{pinned}</div>
            <FailureNote lane=Lane::Texts failure=Memo::new(move |_| lab.texts.with(|asked| asked.failure.clone())) />
            <Adding queue />
            <Storage />
            <Labels query sorting ranking />
            <Found query sorting ranking />
        </section>
        <Notes ranking />
    }
}

/// What the visitor has to know of how the album is kept.
#[component]
fn Storage() -> impl IntoView {
    let lab = Lab::here();
    let is_passing = Memo::new(move |_| lab.album.with(|album| album.value.is_passing));
    let damaged = Memo::new(move |_| lab.album.with(|album| album.value.damaged));
    let lost = move || match damaged.get() {
        0 => None,
        1 => Some("One photo of this album is damaged and left out: add it again.".to_string()),
        count => Some(format!("{count} photos of this album are damaged and left out: add them again.")),
    };
    view! {
        {move || is_passing.get().then(|| view! {
            <p class="note" role="status">"The album is held in memory, because this browser keeps no files of this page now, as in a private
                window or where there is no room: it is gone when the page is closed."</p>
        })}
        {move || lost().map(|lost| view! { <p class="failure" role="status">{lost}</p> })}
        <FailureNote lane=Lane::Album failure=Memo::new(move |_| lab.album.with(|album| album.failure.clone())) />
    }
}
