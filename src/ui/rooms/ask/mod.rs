//! Ask: questions about a picture, and whether a sentence belongs to it.

mod answer;
mod belongs;
mod figures;
mod notes;

use crate::session::protocol::{Command, Lane, ModelKind};
use crate::ui::components::failure::FailureNote;
use crate::ui::components::form::{Suggestions, TextField};
use crate::ui::components::overlay::Overlay;
use crate::ui::components::picture::PicturePanel;
use crate::ui::context::AppContext;
use crate::ui::memo::Memo;
use crate::ui::throttle::throttle;
use crate::ui::truth;
use crate::world::questions::reworded;
use answer::{AnswerNote, Reply};
use belongs::{Belongs, TYPING_PAUSE};
use figures::publish_answer;
use leptos::prelude::*;
use notes::Notes;

#[component]
pub fn Ask() -> impl IntoView {
    let app = AppContext::here();
    let suggestions = Memo::new(move |_| {
        let texts = app.picture.with(|picture| picture.scene.as_ref().map(truth::questions));
        texts.unwrap_or_else(|| {
            vec!["what colour is the circle?".into(), "how many squares are there?".into()]
        })
    });
    let question = Memo::new(move |_| question_of(app, &suggestions.get()));
    let typed = throttle(move || question.get(), TYPING_PAUSE);
    let (answers, matches) = (app.can(|abilities| abilities.answers), app.can(|abilities| abilities.matches));
    Effect::new(move || {
        if !answers.get() {
            return;
        }
        let picture = app.steady.with(|picture| picture.pixels.clone());
        app.ask(Command::Ask { picture, question: typed.get() });
    });
    let reply = Reply::new(app, question);
    publish_answer(app, question, reply);
    let object = Memo::new(move |_| {
        reply.is_current.get().then_some(())?;
        app.picture.with(|picture| truth::asked_about(&reworded(&question.get()), picture.scene.as_ref()?))
    });
    let overlay = Memo::new(move |_| Overlay { map: reply.map.get(), object: object.get(), patch: None });
    // Only Playroom reads words of its world.
    let read = Memo::new(move |_| {
        let is_playroom = app.facts.with(|facts| facts.as_ref()?.kind.eq(&ModelKind::Playroom).then_some(()));
        is_playroom?;
        question.with(|question| Some(reworded(question)).filter(|read| read != question))
    });
    let typed = app.pick(|view| view.question.clone());
    view! {
        <section class="stage">
            <div class="beside">
                <PicturePanel overlay />
                <div class="writing">
                    {move || answers.get().then(|| view! {
                    <div class="writing" data-part="question">
                        <TextField label="Question" placeholder="what colour is the circle?" value=Memo::new(move |_| {
                            let typed = typed.get();
                            if typed.is_empty() { question.get() } else { typed }
                        }) change=move |text| app.adjust(|view| view.question = text) done=move || app.settle() />
                        <Suggestions label="Questions to try" texts=suggestions choose=move |text| app.go(|view| view.question = text) />
                    </div>
                    <FailureNote lane=Lane::Ask failure=Memo::new(move |_| app.requests.answer.with(|answer| answer.failure.clone())) />
                    {move || read.get().map(|read| view! { <p class="small quiet" role="status">"Read as: “" {read} "”"</p> })}
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

/// The typed question, or the first suggestion.
fn question_of(app: AppContext, suggestions: &[String]) -> String {
    let typed = app.view.with(|view| view.question.trim().to_owned());
    if typed.is_empty() { suggestions.first().cloned().unwrap_or_default() } else { typed }
}
