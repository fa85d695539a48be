//! The photos in their order, as thumbnails.

use super::query::{Query, Ranking};
use super::sorting::Sorting;
use crate::session::protocol::{Command, Lane, Photo};
use crate::ui::components::failure::FailureNote;
use crate::ui::context::AppContext;
use crate::ui::download::object_url;
use crate::ui::format;
use crate::ui::memo::Memo;
use crate::ui::state::Thumbnails;
use leptos::prelude::*;

/// Photos of one screen full.
const PAGE: usize = 60;

#[component]
pub fn Found(query: Query, sorting: Sorting, ranking: Ranking) -> impl IntoView {
    let app = AppContext::here();
    let pages = RwSignal::new(1);
    Effect::new(move || {
        query.vector.track();
        sorting.chosen.track();
        pages.set(1);
    });
    let shown = Memo::new(move |_| {
        let count = pages.get() * PAGE;
        let places = ranking.best.with(|best| best.iter().map(|(at, _)| *at).take(count).collect::<Vec<_>>());
        app.requests.album.with(|album| {
            let photos = &album.value.read().photos;
            places.into_iter().filter_map(|at| Some((at, photos.get(at)?.clone()))).collect::<Vec<_>>()
        })
    });
    // What is not at hand yet is asked for, a screen full at a time.
    Effect::new(move || {
        let missing: Vec<u32> = app.requests.thumbnails.with(|request| {
            let missing = |photo: &u32| request.value.get(*photo).is_none();
            shown.with(|shown| shown.iter().map(|(at, _)| *at as u32).filter(missing).take(PAGE).collect())
        });
        if missing.is_empty() {
            return;
        }
        let command = Command::Thumbnails { photos: missing };
        // Where it has failed, the visitor asks again.
        if !app.requests.thumbnails.with_untracked(|request| request.has_failed(&command)) {
            app.ask(command);
        }
    });
    let count = ranking.count;
    let found = Memo::new(move |_| ranking.best.with(Vec::len));
    let is_more = move || shown.with(Vec::len) < found.get();
    let is_cut = move || !is_more() && found.get() == Thumbnails::HELD && found.get() < count.get();
    let has_none = move || found.get() == 0 && count.get() > 0;
    view! {
        <ol class="photos" aria-label="Photos, best first" aria-busy=move || (!query.is_current.get()).to_string()>
            // In a place may stand another photo than before.
            <For each=move || shown.get() key=Clone::clone children=move |(at, photo)| view! { <Tile at photo query sorting ranking /> } />
        </ol>
        {move || is_cut().then(|| view! { <p class="quiet">{format!("Shown: the first {} of {}.", Thumbnails::HELD, count.get())}</p> })}
        {move || has_none().then(|| view! { <p class="failure">"The model gives no finite embedding for this query: no photo can be compared with it."</p> })}
        {move || is_more().then(|| view! {
            <button type="button" class="button" on:click=move |_| pages.update(|pages| *pages += 1)>
                {move || format!("Show more of {}", found.get().max(count.get()))}</button>
        })}
        <FailureNote lane=Lane::Thumbnails failure=Memo::new(move |_| app.requests.thumbnails.with(|request| request.failure.clone())) />
    }
}

/// A photo; pressing it looks for similar ones.
#[component]
fn Tile(at: usize, photo: Photo, query: Query, sorting: Sorting, ranking: Ranking) -> impl IntoView {
    let app = AppContext::here();
    let name = photo.name.clone();
    let title = format!("Find photos similar to {name}");
    let file =
        Memo::new(move |_| app.requests.thumbnails.with(|request| request.value.get(at as u32).cloned()));
    // One whose thumbnail is damaged has an empty file.
    let url =
        Memo::new(move |_| file.get().filter(|bytes| !bytes.is_empty()).and_then(|bytes| object_url(&bytes)));
    let cosine = Memo::new(move |_| {
        ranking.best.with(|best| {
            let (_, cosine) = best.iter().find(|(of, _)| *of == at)?;
            cosine.map(format::three)
        })
    });
    let label = move || {
        let (label, probability) = sorting.of_photo.with(|all| all.get(at).copied())?;
        let name = sorting.labels.with(|labels| labels.get(label).cloned())?;
        Some(format!("{name} {}", format::percent(probability)))
    };
    let is_incomplete =
        move || app.requests.album.with(|album| album.value.read().incomplete.contains(&(at as u32)));
    let pressed = move || (query.place.get() == Some(at)).to_string();
    let pin = move |_| {
        query
            .pinned
            .update(|pinned| *pinned = Some(photo.clone()).filter(|photo| pinned.as_ref() != Some(photo)))
    };
    view! {
        <li>
            <button type="button" aria-pressed=pressed title=title on:click=pin>
                <img alt=name.clone() src=move || url.get() loading="lazy" />
                <span class="small" aria-hidden="true">{name}</span>
                <span class="small quiet">{move || cosine.get()} " " {label}</span>
                {move || is_incomplete().then(|| view! { <span class="small quiet">"The end of this file is missing."</span> })}
            </button>
        </li>
    }
}
