//! Whether a sentence matches the picture.

use crate::session::protocol::{Command, Lane};
use crate::ui::components::bars::{Bar, Bars};
use crate::ui::components::failure::FailureNote;
use crate::ui::components::form::TextField;
use crate::ui::components::verdict::Verdict;
use crate::ui::context::AppContext;
use crate::ui::format;
use crate::ui::lessons::figures::publish;
use crate::ui::memo::Memo;
use crate::ui::throttle::throttle;
use crate::ui::truth::evaluate;
use crate::world::language::full_caption;
use leptos::prelude::*;
use std::time::Duration;

/// Between two texts that the engine is asked about while one is typed.
pub const TYPING_PAUSE: Duration = Duration::from_millis(300);

#[component]
pub fn Belongs() -> impl IntoView {
    let app = AppContext::here();
    let typed = app.pick(|view| view.sentence.clone());
    let sentence = Memo::new(move |_| {
        let typed = typed.with(|typed| typed.trim().to_owned());
        if typed.is_empty() { first_clause(app) } else { typed }
    });
    let steady = throttle(move || sentence.get(), TYPING_PAUSE);
    let command = Memo::new(move |_| Command::Match {
        pictures: vec![app.steady.with(|picture| picture.pixels.clone())],
        texts: vec![steady.get()],
    });
    Effect::new(move || app.ask(command.get()));
    let probability = Memo::new(move |_| {
        app.requests.matched.with(|request| {
            let of = request.answered.as_ref().and_then(|command| match &**command {
                Command::Match { texts, .. } => texts.first(),
                _ => None,
            });
            let is_this = app.is_of_stage(request) && sentence.with(|sentence| of == Some(sentence));
            is_this.then(|| request.value.first().copied()).flatten()
        })
    });
    let truth = Memo::new(move |_| {
        let scene = app.picture.with(|picture| picture.scene.clone())?;
        let evaluated = evaluate(&sentence.get(), true, &scene);
        let all: Option<Vec<bool>> = evaluated.iter().map(|statement| statement.truth).collect();
        all.filter(|all| !all.is_empty()).map(|all| all.into_iter().all(|truth| truth))
    });
    publish(move || {
        // A verdict without its probability would be of another sentence.
        let Some(probability) = probability.get() else { return Vec::new() };
        let words = sentence.with(|sentence| sentence.split_whitespace().count());
        let truth = truth.get().map(|truth| ("ask.match.true".to_owned(), f64::from(u8::from(truth))));
        let told =
            [("ask.match".to_owned(), probability.into()), ("ask.match.words".to_owned(), words as f64)];
        told.into_iter().chain(truth).collect()
    });
    let has_failed = move || app.requests.matched.with(|request| request.failure.is_some());
    let bars = Memo::new(move |_| {
        let probability = probability.get();
        vec![Bar {
            label: "match".into(),
            share: probability.unwrap_or(0.0),
            value: probability.map_or_else(|| if has_failed() { "–" } else { "…" }.into(), format::percent),
            mark: Some(0.5),
            is_chosen: probability.is_some_and(|probability| probability >= 0.5),
        }]
    });
    view! {
        <TextField label="Image-text match" term="image-text-matching" value=Memo::new(move |_| { let typed = typed.get(); if typed.is_empty() { sentence.get() } else { typed } })
            change=move |text| app.adjust(|view| view.sentence = text) done=move || app.settle() />
        <FailureNote lane=Lane::Match failure=Memo::new(move |_| app.requests.matched.with(|request| request.failure.clone())) />
        <div class="belongs" data-part="match" aria-live="polite">
            <Bars caption="Matching probability, with the decision threshold at 50 %" what="Class" unit="Probability" modality="fused" bars />
            <p>"Ground truth: " {move || view! { <Verdict truth=truth.get() /> }}</p>
        </div>
    }
}

/// The first statement of the scene's full caption.
fn first_clause(app: AppContext) -> String {
    let first = |scene: &crate::world::Scene| {
        let caption = full_caption(scene);
        caption.statements.first().map(|statement| caption.text[statement.span.clone()].to_owned())
    };
    app.picture
        .with(|picture| picture.scene.as_ref().and_then(first))
        .unwrap_or_else(|| "a red circle".into())
}
