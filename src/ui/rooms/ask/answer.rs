//! The answer, beside the ground truth and the question-only baseline.

use crate::session::protocol::{Answer, Candidate, Command, ModelKind, Token};
use crate::ui::components::bars::{Bar, Bars};
use crate::ui::components::verdict::Verdict;
use crate::ui::context::AppContext;
use crate::ui::format;
use crate::ui::memo::Memo;
use crate::ui::rooms::caption::{map_of, said, text_of};
use crate::ui::truth;
use crate::world::questions::reworded;
use leptos::prelude::*;

/// Candidates shown.
const SHOWN: usize = 5;

/// Signals that follow the answer of the engine.
#[derive(Clone, Copy)]
pub struct Reply {
    pub answer: Memo<Option<Answer>>,
    pub text: Memo<Option<String>>,
    /// Whether the answer is to the question as it stands and of the picture as it is; while either changes, the answer
    /// to the earlier one stays in view.
    pub is_current: Memo<bool>,
    /// What the scene says, or why it says nothing.
    pub truth: Memo<Option<Result<String, String>>>,
    /// Where the model looked while it answered.
    pub map: Memo<Option<Vec<f32>>>,
}

impl Reply {
    pub fn new(app: AppContext, question: Memo<String>) -> Self {
        let answer = Memo::new(move |_| app.requests.answer.with(|request| (*request.value).clone()));
        let text = Memo::new(move |_| {
            answer.with(|answer| answer.as_ref().map(|answer| text_of(&said(&answer.tokens))))
        });
        let is_current = Memo::new(move |_| {
            app.requests.answer.with(|request| {
                let to = request.answered.as_ref().and_then(|command| match &**command {
                    Command::Ask { question, .. } => Some(question),
                    _ => None,
                });
                app.is_of_stage(request) && question.with(|question| to == Some(question))
            })
        });
        let truth = Memo::new(move |_| {
            app.picture.with(|picture| {
                picture.scene.as_ref().map(|scene| truth::answer(&reworded(&question.get()), scene))
            })
        });
        let map = Memo::new(move |_| {
            let stack = app
                .requests
                .load
                .with(|load| load.value.model.as_ref().map(|model| (model.decoder, model.pointing_layer)))?;
            answer.with(|answer| {
                let tokens = &answer.as_ref()?.tokens;
                let is_word = |token: &&Token| !token.text.is_empty() && !token.forced;
                let words: Vec<Token> = tokens.iter().filter(is_word).cloned().collect();
                map_of(&words, 0..words.len(), stack, (None, None))
            })
        });
        Reply { answer, text, is_current, truth, map }
    }

    /// Whether the answer is the true one; `None` while either is missing.
    pub fn is_right(self) -> Option<bool> {
        if !self.is_current.get() {
            return None;
        }
        let truth = self.truth.get()?.ok()?;
        Some(self.text.get()? == truth)
    }
}

#[component]
pub fn AnswerNote(reply: Reply) -> impl IntoView {
    let app = AppContext::here();
    let is_busy = move || app.requests.answer.with(|answer| answer.is_busy());
    let has_failed = move || app.requests.answer.with(|answer| answer.failure.is_some());
    let said = move || {
        let wait = if has_failed() { "" } else { "…" };
        reply.text.get().unwrap_or_else(|| wait.into())
    };
    let bars = move |candidates: fn(&Answer) -> &Vec<Candidate>| {
        Memo::new(move |_| {
            let right = reply.truth.get().and_then(Result::ok).filter(|_| reply.is_current.get());
            reply.answer.with(|answer| {
                let candidates = answer.as_ref().map(candidates).cloned().unwrap_or_default();
                candidates
                    .iter()
                    .take(SHOWN)
                    .map(|candidate| bar_of(candidate, right.as_deref()))
                    .collect::<Vec<_>>()
            })
        })
    };
    // Only of Playroom's questions is it known how often each answer is right.
    let knows_prior = Memo::new(move |_| {
        app.facts.with(|facts| facts.as_ref().is_none_or(|facts| facts.kind == ModelKind::Playroom))
    });
    let truth = move || match reply.truth.get() {
        Some(Ok(truth)) => format!("Ground truth: {truth}."),
        Some(Err(why)) => format!("No ground truth: {why}."),
        None => "No ground truth for your own image.".into(),
    };
    view! {
        <div class="answer" data-part="answer" aria-live="polite" aria-busy=move || is_busy().to_string()>
            <p class="said">{said}</p>
            <p>{move || reply.is_right().map(|right| view! { <Verdict truth=Some(right) words=["right", "wrong", ""] /> })} " " {truth}</p>
            <div class="columns">
                <div data-part="seeing"><h2 class="minor">"With the image"</h2>
                    <Bars caption="Answers with the image" what="Answer" unit="Probability" modality="fused" bars=bars(|answer| &answer.candidates) /></div>
                {move || knows_prior.get().then(|| view! {
                    <div data-part="baseline"><h2 class="minor">"Question-only baseline"</h2>
                        <Bars caption="Answers of the question-only baseline" what="Answer" unit="Probability" modality="words" bars=bars(|answer| &answer.question_only) /></div>
                })}
            </div>
        </div>
    }
}

/// A candidate as a bar; the right answer stands out.
fn bar_of(candidate: &Candidate, right: Option<&str>) -> Bar {
    let is_end = candidate.text.is_empty();
    Bar {
        label: if is_end { "(end)".into() } else { candidate.text.clone() },
        share: candidate.probability,
        value: format::percent(candidate.probability),
        mark: None,
        is_chosen: right == Some(candidate.text.as_str()),
    }
}
