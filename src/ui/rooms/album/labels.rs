//! The labels by which photos are classified.

use super::export::Export;
use super::query::{Query, Ranking};
use super::sorting::Sorting;
use crate::session::protocol::Lane;
use crate::ui::components::failure::FailureNote;
use crate::ui::components::form::TextField;
use crate::ui::context::AppContext;
use crate::ui::memo::Memo;
use leptos::prelude::*;

/// The lines for labels and their template, how many photos each has, and the way to take that along.
#[component]
pub fn Labels(query: Query, sorting: Sorting, ranking: Ranking) -> impl IntoView {
    let app = AppContext::here();
    let labels = app.pick(|view| view.album.labels.clone());
    let template = app.pick(|view| view.album.template.clone());
    let counts = Memo::new(move |_| {
        let mut counts = vec![0; sorting.labels.with(Vec::len)];
        sorting.of_photo.with(|all| {
            all.iter().for_each(|(label, _)| {
                if let Some(count) = counts.get_mut(*label) {
                    *count += 1;
                }
            });
        });
        counts
    });
    let chip = move |(at, (label, count)): (usize, (String, usize))| {
        let pressed = move || (sorting.chosen.get() == Some(at)).to_string();
        let name = label.clone();
        let toggle = move |_| {
            let is_on = sorting.chosen.get_untracked() == Some(at);
            sorting.chosen_name.set((!is_on).then(|| name.clone()));
        };
        view! { <li><button type="button" class="chip words" aria-pressed=pressed on:click=toggle>{label} " " <small>{count}</small></button></li> }
    };
    let chips = move || {
        let all: Vec<_> = sorting.labels.get().into_iter().zip(counts.get()).enumerate().collect();
        all.into_iter().map(chip).collect_view()
    };
    view! {
        <div class="row labels">
            <TextField label="Zero-shot classification" term="zero-shot" placeholder="dog, cat, landscape" value=labels
                change=move |text| app.adjust(|view| view.album.labels = text) done=move || app.settle() />
            <TextField label="Prompt template" term="prompt" placeholder="a photo of a {}" value=template
                change=move |text| app.adjust(|view| view.album.template = text) done=move || app.settle() />
            <Export query sorting ranking />
        </div>
        <FailureNote lane=Lane::Labels failure=Memo::new(move |_| app.requests.labels.with(|request| request.failure.clone())) />
        <ul class="chips" aria-label="Labels and their photos">{chips}</ul>
    }
}
