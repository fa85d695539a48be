//! Album: the visitor's own photos, found by words, by each other, and sorted by labels.

mod adding;
mod export;
mod found;
mod labels;
mod notes;
mod query;

use crate::session::protocol::{Command, Lane};
use crate::ui::components::choice::Line;
use crate::ui::components::failure::FailureNote;
use crate::ui::lab::Lab;
use crate::ui::memo::Memo;
use adding::{Adding, Queue, dropped};
use found::Found;
use labels::{Labels, Sorting};
use leptos::prelude::*;
use notes::Notes;
use query::{Query, Ranking};

#[component]
pub fn Album() -> impl IntoView {
    let lab = Lab::here();
    lab.ask(Command::OpenAlbum);
    let queue = Queue::new(lab);
    lab.photos.set_value(Some(Callback::new(move |data| dropped(queue, &data))));
    on_cleanup(move || lab.photos.set_value(None));
    let query = Query::new(lab);
    let sorting = Sorting::new(lab);
    let ranking = Ranking::new(lab, query, sorting);
    let words = lab.pick(|view| view.album.query.clone());
    let pinned = move || {
        query.pinned.get().map(|photo| {
            let name = lab.album.with(|album| album.value.photos.get(photo).map(|photo| photo.name.clone()));
            view! {
                <button type="button" class="chip picture" title="Look no longer by this photo" on:click=move |_| query.pinned.set(None)>
                    "like " {name} " ×"</button>
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
            <Labels query sorting ranking />
            <Found query sorting ranking />
        </section>
        <Notes ranking />
    }
}
