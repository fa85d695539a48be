//! A sentence about the clip, and whether it is true.

use super::stage_clip::StageClip;
use crate::ui::components::form::{Suggestions, TextField};
use crate::ui::components::verdict::Verdict;
use crate::ui::context::AppContext;
use crate::ui::lessons::figures::publish;
use crate::ui::memo::Memo;
use crate::ui::state::Shared;
use crate::ui::throttle::throttle;
use crate::world::Rng;
use crate::world::language::{EventStyle, ParseError, Statement, event_caption, read};
use leptos::prelude::*;
use std::time::Duration;

/// Between two sentences that are judged while one is typed.
const TYPING_PAUSE: Duration = Duration::from_millis(300);

#[component]
pub fn Sentence(#[prop(into)] clip: Memo<Shared<StageClip>>) -> impl IntoView {
    let app = AppContext::here();
    let suggestions = Memo::new(move |_| clip.with(|clip| suggestions(clip)));
    let typed = app.pick(|view| view.listen.sentence.clone());
    let sentence = Memo::new(move |_| match typed.get() {
        none if none.trim().is_empty() => suggestions.with(|all| all.first().cloned().unwrap_or_default()),
        typed => typed,
    });
    let steady = throttle(move || sentence.get(), TYPING_PAUSE);
    let judged = Memo::new(move |_| clip.with(|clip| steady.with(|sentence| judged(clip, sentence))));
    publish(move || {
        let truths: Option<Vec<bool>> =
            judged.with(|judged| judged.iter().map(|(_, truth)| *truth).collect());
        let all =
            truths.filter(|truths| !truths.is_empty()).map(|truths| truths.into_iter().all(|truth| truth));
        all.map(|all| ("listen.sentence".to_owned(), f64::from(u8::from(all)))).into_iter().collect()
    });
    let verdicts = move || {
        let line = |(text, truth): (String, Option<bool>)| {
            view! { <li><span>{text}</span> <Verdict truth=truth words=["true", "false", "not understood"] /></li> }
        };
        judged.get().into_iter().map(line).collect_view()
    };
    view! {
        <h2>"True or false?"</h2>
        <TextField label="Sentence about the clip" placeholder="empty: the first of the sentences below" value=typed
            change=move |text| app.adjust(|view| view.listen.sentence = text) done=move || app.settle() />
        <Suggestions label="Sentences to try" texts=suggestions choose=move |text| app.go(|view| view.listen.sentence = text) />
        <ul class="judged" data-part="sentence" aria-live="polite" aria-label="Ground truth of each statement">{verdicts}</ul>
    }
}

/// A true and a false sentence about what is seen, and about what is heard.
fn suggestions(clip: &StageClip) -> Vec<String> {
    let mut rng = Rng::from_seed(u64::from(clip.clip.scene.noise));
    let mut all: Vec<String> = Vec::new();
    for (style, truth) in EventStyle::ALL.into_iter().flat_map(|style| [(style, true), (style, false)]) {
        let drawn = event_caption(&clip.clip.scene, &clip.clip.motion, style, truth, &mut rng);
        all.extend(drawn.map(|caption| caption.text).filter(|text| !all.contains(text)));
    }
    all
}

/// The statements of a text with their truth, or what is wrong with them.
fn judged(clip: &StageClip, text: &str) -> Vec<(String, Option<bool>)> {
    let statement = |result: Result<Statement, ParseError>| match result {
        Ok(Statement { claim, span, .. }) => {
            (text[span].to_string(), claim.truth(&clip.clip.scene, Some(&clip.clip.motion)))
        }
        Err(error) => (error.to_string(), None),
    };
    read(text, true).into_iter().map(statement).collect()
}
