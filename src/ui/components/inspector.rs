//! The panel at the side: what is being shown, in words, formula and live numbers.

use super::term::Whitepaper;
use crate::ui::memo::Memo;
use leptos::prelude::*;

/// A live number with its unit, and what to compare it with.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    pub name: String,
    pub value: String,
    /// Chance, or a blind baseline.
    pub beside: Option<String>,
}

impl Figure {
    pub fn new(name: &str, value: impl Into<String>) -> Self {
        Figure { name: name.into(), value: value.into(), beside: None }
    }

    pub fn beside(self, beside: impl Into<String>) -> Self {
        Figure { beside: Some(beside.into()), ..self }
    }
}

#[component]
pub fn Inspector(
    title: &'static str,
    /// The section of the whitepaper that this is about.
    section: &'static str,
    /// Formula as HTML of `var`, `sub` and `sup`.
    #[prop(optional)]
    formula: Option<AnyView>,
    #[prop(into)] figures: Memo<Vec<Figure>>,
    children: Children,
) -> impl IntoView {
    let figure = |figure: Figure| {
        view! {
            <div>
                <dt>{figure.name}</dt>
                <dd>{figure.value}{figure.beside.map(|beside| view! { <small>{beside}</small> })}</dd>
            </div>
        }
    };
    view! {
        <aside class="inspector" aria-label="Inspector" data-part="inspector">
            <h2>{title}</h2>
            <div class="prose small">{children()}</div>
            {formula.map(|formula| view! { <p class="formula">{formula}</p> })}
            <dl class="figures">{move || figures.get().into_iter().map(figure).collect_view()}</dl>
            <p class="section"><Whitepaper section /></p>
        </aside>
    }
}
