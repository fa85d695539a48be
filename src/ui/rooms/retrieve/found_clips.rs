//! The sounds, videos, tables or graphs that were found, best first.

use super::found::{query_statements, table, truth_of};
use super::ranking::Ranking;
use crate::ui::components::chart::Exports;
use crate::ui::components::clip::ClipCard;
use crate::ui::components::verdict::Verdict;
use crate::ui::context::AppContext;
use crate::ui::format;
use crate::ui::memo::Memo;
use crate::ui::state::Shared;
use crate::ui::view::Medium;
use leptos::prelude::*;
use std::time::Duration;

/// Results shown.
const SHOWN: usize = 8;

#[component]
pub fn FoundClips(ranking: Ranking, medium: Medium) -> impl IntoView {
    let app = AppContext::here();
    let items =
        Memo::new(move |_| ranking.order.with(|order| order.iter().copied().take(SHOWN).collect::<Vec<_>>()));
    let is_empty = Memo::new(move |_| items.with(Vec::is_empty));
    view! {
        {move || (!is_empty.get()).then(|| view! { <Exports label="Ranking" csv=move || table(app, ranking) /> })}
        <ol class="found clips" data-part="found" class:wide=medium == Medium::Table aria-busy=move || (!ranking.is_current.get()).to_string()>
            <For each=move || items.get() key=|item| *item children=move |item| view! { <FoundClip ranking medium item /> } />
        </ol>
    }
}

/// What does not change with the ranking is drawn once.
#[component]
fn FoundClip(ranking: Ranking, medium: Medium, item: usize) -> impl IntoView {
    let app = AppContext::here();
    let statements = query_statements(app, ranking);
    let picture = app.gallery.with_untracked(|gallery| gallery.pictures[item].clone());
    let clip = RwSignal::new(None);
    let drawn = picture.name.clip();
    // In a task of its own: twelve at once would hold the page up.
    let draw = move || {
        clip.try_set(drawn.and_then(|name| name.draw().ok()).map(Shared::new));
    };
    set_timeout(draw, Duration::ZERO);
    let name = format!("clip {}", item + 1);
    let shown = name.clone();
    let rank =
        move || ranking.order.with(|order| order.iter().position(|&other| other == item).map(|at| at + 1));
    let cosine = move || ranking.cosines.with(|all| all.get(item).copied().map(format::three));
    let probability =
        Memo::new(move |_| ranking.probabilities.with(|all| all.get(item).copied().unwrap_or(0.0)));
    let truth = Memo::new(move |_| truth_of(app, ranking, statements, item));
    let chosen = picture.name.clone();
    let choose = move |_| app.go(|view| view.picture = chosen.clone());
    view! {
        <li>
            {move || clip.get().map(|clip| view! { <ClipCard medium clip=Memo::from(clip) name=shown.clone() /> })}
            <p class="score"><b>{rank}</b><data>{cosine}</data></p>
            <span class="bar fused" aria-hidden="true"><i style=move || format!("width:{:.1}%", 100.0 * probability.get())></i></span>
            <p class="score small"><span>"p"</span><data>{move || format::percent(probability.get())}</data></p>
            {move || truth.get().map(|truth| view! { <Verdict truth=Some(truth) /> })}
            <button type="button" class="chip" on:click=choose>{format!("Show {name}")}</button>
        </li>
    }
}
