//! The photos in their order, as thumbnails.

use super::labels::Sorting;
use super::query::{Query, Ranking};
use crate::session::protocol::{Command, Lane};
use crate::ui::components::failure::FailureNote;
use crate::ui::download::object_url;
use crate::ui::lab::Lab;
use crate::ui::memo::Memo;
use crate::ui::show;
use crate::ui::state::Thumbnails;
use leptos::prelude::*;

/// Photos of one screen full.
const PAGE: usize = 60;

#[component]
pub fn Found(query: Query, sorting: Sorting, ranking: Ranking) -> impl IntoView {
    let lab = Lab::here();
    let pages = RwSignal::new(1);
    Effect::new(move || {
        query.vector.track();
        sorting.chosen.track();
        pages.set(1);
    });
    let shown = Memo::new(move |_| {
        let count = pages.get() * PAGE;
        ranking.best.with(|best| best.iter().map(|(photo, _)| *photo).take(count).collect::<Vec<_>>())
    });
    // What is not at hand yet is asked for, a screen full at a time.
    Effect::new(move || {
        let missing: Vec<u32> = lab.thumbnails.with(|asked| {
            let missing = |photo: &u32| asked.value.get(*photo).is_none();
            shown.with(|shown| shown.iter().map(|&photo| photo as u32).filter(missing).take(PAGE).collect())
        });
        if !missing.is_empty() {
            lab.ask(Command::Thumbnails { photos: missing });
        }
    });
    let count = ranking.count;
    let found = Memo::new(move |_| ranking.best.with(Vec::len));
    let is_more = move || shown.with(Vec::len) < found.get();
    let is_cut = move || !is_more() && found.get() == Thumbnails::HELD && found.get() < count.get();
    let has_none = move || found.get() == 0 && count.get() > 0;
    view! {
        <ol class="photos" aria-label="Photos, the best first">
            <For each=move || shown.get() key=|photo| *photo children=move |photo| view! { <Tile photo query sorting ranking /> } />
        </ol>
        {move || is_cut().then(|| view! { <p class="quiet">{format!("These are the first {} of {}.", Thumbnails::HELD, count.get())}</p> })}
        {move || has_none().then(|| view! { <p class="failure">"The model makes no numbers of what is looked for: no photo can be compared with it."</p> })}
        {move || is_more().then(|| view! {
            <button type="button" class="button" on:click=move |_| pages.update(|pages| *pages += 1)>
                {move || format!("Show more of {}", found.get().max(count.get()))}</button>
        })}
        <FailureNote lane=Lane::Thumbnails failure=Memo::new(move |_| lab.thumbnails.with(|asked| asked.failure.clone())) />
    }
}

/// A photo; pressing it looks for its like.
#[component]
fn Tile(photo: usize, query: Query, sorting: Sorting, ranking: Ranking) -> impl IntoView {
    let lab = Lab::here();
    let name = lab
        .album
        .with_untracked(|album| album.value.read().photos.get(photo).map(|photo| photo.name.clone()));
    let name = name.unwrap_or_default();
    let title = format!("Look for the like of {name}");
    let file = Memo::new(move |_| lab.thumbnails.with(|asked| asked.value.get(photo as u32).cloned()));
    // One whose thumbnail is damaged has an empty file.
    let url =
        Memo::new(move |_| file.get().filter(|bytes| !bytes.is_empty()).and_then(|bytes| object_url(&bytes)));
    let cosine = Memo::new(move |_| {
        ranking.best.with(|best| {
            let (_, cosine) = best.iter().find(|(of, _)| *of == photo)?;
            cosine.map(show::three)
        })
    });
    let label = move || {
        let (label, probability) = sorting.of_photo.with(|all| all.get(photo).copied())?;
        let name = sorting.labels.with(|labels| labels.get(label).cloned())?;
        Some(format!("{name} {}", show::percent(probability)))
    };
    let is_incomplete =
        move || lab.album.with(|album| album.value.read().incomplete.contains(&(photo as u32)));
    let pressed = move || (query.pinned.get() == Some(photo)).to_string();
    let pin = move |_| {
        query.pinned.update(|pinned| *pinned = if *pinned == Some(photo) { None } else { Some(photo) })
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
