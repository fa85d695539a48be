//! All terms of the glossary, fetched when the list is opened.

use crate::ui::glossary::{Entry, Glossary};
use leptos::prelude::*;

#[component]
pub fn GlossaryList() -> impl IntoView {
    let glossary = Glossary::here();
    let is_open = RwSignal::new(false);
    let open = move |_| {
        glossary.load();
        is_open.set(true);
    };
    let row = |entry: &Entry| {
        let section = format!(" Whitepaper {}", entry.section);
        view! { <div><dt>{entry.name.clone()}</dt><dd>{entry.text.clone()}<small class="quiet">{section}</small></dd></div> }
    };
    let content = move || {
        Some(match is_open.get().then(|| glossary.entries.get())? {
            None => view! { <p class="quiet">"Loading the glossary"</p> }.into_any(),
            Some(Ok(entries)) => {
                view! { <dl class="glossary">{entries.terms.iter().map(row).collect_view()}</dl> }.into_any()
            }
            Some(Err(_)) => view! { <p class="quiet">"The glossary could not be loaded."</p> }.into_any(),
        })
    };
    view! { <details on:toggle=open><summary>"Glossary"</summary>{content}</details> }
}
