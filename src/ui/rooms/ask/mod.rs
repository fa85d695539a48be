//! Ask: questions about a picture, and whether a sentence belongs to it.

mod answer;
mod belongs;
mod notes;

use crate::session::protocol::{Command, Lane};
use crate::ui::calm::calm;
use crate::ui::components::choice::{Line, Suggestions};
use crate::ui::components::failure::FailureNote;
use crate::ui::components::picture::{Overlay, PicturePanel};
use crate::ui::lab::Lab;
use crate::ui::memo::Memo;
use crate::ui::truth;
use answer::{AnswerNote, Reply};
use belongs::Belongs;
use leptos::prelude::*;
use notes::Notes;
use std::time::Duration;

const TYPING_PAUSE: Duration = Duration::from_millis(300);

#[component]
pub fn Ask() -> impl IntoView {
    let lab = Lab::here();
    let suggestions = Memo::new(move |_| {
        let texts = lab.picture.with(|picture| picture.scene.as_ref().map(truth::questions));
        texts.unwrap_or_else(|| {
            vec!["what colour is the circle?".into(), "how many squares are there?".into()]
        })
    });
    let question = Memo::new(move |_| question_of(lab, &suggestions.get()));
    let asked = calm(move || question.get(), TYPING_PAUSE);
    let (answers, matches) = (lab.can(|abilities| abilities.answers), lab.can(|abilities| abilities.matches));
    Effect::new(move || {
        if !answers.get() {
            return;
        }
        let picture = lab.steady.with(|picture| picture.pixels.clone());
        lab.ask(Command::Ask { picture, question: asked.get() });
    });
    let reply = Reply::new(lab, question);
    let overlay = Memo::new(move |_| Overlay { map: reply.map.get(), ..Overlay::default() });
    let typed = lab.pick(|view| view.question.clone());
    view! {
        <section class="stage">
            <div class="beside">
                <PicturePanel overlay />
                <div class="writing">
                    {move || answers.get().then(|| view! {
                    <Line label="Ask" placeholder="what colour is the circle?" value=Memo::new(move |_| {
                        let typed = typed.get();
                        if typed.is_empty() { question.get() } else { typed }
                    }) change=move |text| lab.adjust(|view| view.question = text) done=move || lab.settle() />
                    <Suggestions label="Questions to ask" texts=suggestions choose=move |text| lab.go(|view| view.question = text) />
                    <FailureNote lane=Lane::Ask failure=Memo::new(move |_| lab.answer.with(|answer| answer.failure.clone())) />
                    <AnswerNote reply />
                    })}
                    {move || (answers.get() && matches.get()).then(|| view! { <hr /> })}
                    {move || matches.get().then(|| view! { <Belongs /> })}
                </div>
            </div>
        </section>
        <Notes reply />
    }
}

/// The typed question, or the first that the world would ask.
fn question_of(lab: Lab, suggestions: &[String]) -> String {
    let typed = lab.view.with(|view| view.question.trim().to_owned());
    if typed.is_empty() { suggestions.first().cloned().unwrap_or_default() } else { typed }
}
