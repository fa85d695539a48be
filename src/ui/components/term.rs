//! Terms and sections that explain themselves: links in the text, and the window that they open.

use super::window::Window;
use crate::ui::context::AppContext;
use crate::ui::glossary::{Entries, Glossary, Topic, numbers};
use crate::ui::memo::Memo;
use leptos::ev::{KeyboardEvent, MouseEvent};
use leptos::oco::Oco;
use leptos::prelude::*;
use std::sync::Arc;

/// A term in a text, which opens its definition. `id` is its key in `public/glossary.json`.
#[component]
pub fn Term(#[prop(into)] id: Oco<'static, str>, children: Children) -> impl IntoView {
    view! { <Explained topic=Topic::Term(id)>{children()}</Explained> }
}

/// Sections of the whitepaper, which open their summaries.
#[component]
pub fn Whitepaper(#[prop(into)] section: Oco<'static, str>) -> impl IntoView {
    view! { <Explained topic=Topic::Sections(section.clone())>"Whitepaper " {section}</Explained> }
}

#[component]
fn Explained(topic: Topic, children: Children) -> impl IntoView {
    let glossary = Glossary::here();
    view! {
        <button type="button" class="term" aria-haspopup="dialog" on:click=move |_| glossary.open(topic.clone())>{children()}</button>
    }
}

/// The name of a field, which opens its definition where it has one. A label may hold no button of its own; a press on the
/// term is none on the label.
#[component]
pub fn FieldName(
    name: &'static str,
    /// Its key in the glossary.
    term: Option<&'static str>,
) -> impl IntoView {
    let Some(id) = term else { return view! { <span>{name}</span> }.into_any() };
    let glossary = Glossary::here();
    let open = move || glossary.open(Topic::Term(id.into()));
    let press = move |event: MouseEvent| {
        event.prevent_default();
        open();
    };
    let key = move |event: KeyboardEvent| {
        if matches!(event.key().as_str(), "Enter" | " ") {
            event.prevent_default();
            open();
        }
    };
    view! {
        <span><span role="button" tabindex="0" class="term" aria-haspopup="dialog" on:click=press on:keydown=key>{name}</span></span>
    }
    .into_any()
}

/// The window that explains what was last pressed; another room closes it too.
#[component]
pub fn Explanation() -> impl IntoView {
    let (app, glossary) = (AppContext::here(), Glossary::here());
    let room = app.pick(|view| view.room);
    Effect::new(move || {
        room.track();
        glossary.topic.set(None);
    });
    let is_open = Memo::new(move |_| glossary.topic.with(Option::is_some));
    let content = move || {
        let topic = glossary.topic.get()?;
        Some(match glossary.entries.get() {
            None => view! { <p>"Loading the glossary"</p> }.into_any(),
            Some(Ok(entries)) => explain(&entries, topic),
            Some(Err(reason)) => view! {
                <p>"The glossary could not be loaded."</p>
                <details class="small"><summary>"Technical details"</summary><code>{reason}</code></details>
            }
            .into_any(),
        })
    };
    let close = Callback::new(move |()| glossary.topic.set(None));
    view! { <Window label="Explanation" is_open close><div aria-live="polite">{content}</div></Window> }
}

fn explain(entries: &Arc<Entries>, topic: Topic) -> AnyView {
    let section = |number: &str| {
        entries.section(number).map(|section| {
            let title = format!("Whitepaper {number}: {}", section.name);
            (title, section.text.clone())
        })
    };
    match topic {
        Topic::Term(id) => entries.term(&id).map(|term| {
            let about = section(&term.section).map(|(title, text)| {
                view! { <h3>{title}</h3><p class="quiet">{text}</p> }
            });
            view! { <h2>{term.name.clone()}</h2><p>{term.text.clone()}</p>{about} }.into_any()
        }),
        Topic::Sections(line) => {
            let all: Vec<_> = numbers(&line).iter().filter_map(|number| section(number)).collect();
            Some(
                all.into_iter()
                    .map(|(title, text)| view! { <h2>{title}</h2><p>{text}</p> })
                    .collect_view()
                    .into_any(),
            )
        }
    }
    .into_any()
}
