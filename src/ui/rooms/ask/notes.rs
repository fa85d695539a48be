//! The inspector of the room.

use super::answer::Reply;
use crate::session::protocol::ModelKind;
use crate::ui::components::inspector::{Figure, Inspector};
use crate::ui::components::term::Term;
use crate::ui::context::AppContext;
use crate::ui::format;
use crate::ui::memo::Memo;
use leptos::prelude::*;

#[component]
pub fn Notes(reply: Reply) -> impl IntoView {
    let app = AppContext::here();
    let figures = Memo::new(move |_| {
        let dash = || "–".to_owned();
        let (seeing, blind) = reply.answer.with(|answer| {
            let first = |candidates: &Vec<crate::session::protocol::Candidate>| candidates.first().cloned();
            answer
                .as_ref()
                .map_or((None, None), |answer| (first(&answer.candidates), first(&answer.question_only)))
        });
        let tell = |candidate: Option<crate::session::protocol::Candidate>| {
            candidate.map_or_else(dash, |candidate| {
                format!("{}, {}", candidate.text, format::percent(candidate.probability))
            })
        };
        vec![
            Figure::new("Answer", tell(seeing)),
            Figure::new("Question-only baseline", tell(blind)),
            Figure::new(
                "Verdict",
                reply
                    .is_right()
                    .map_or_else(dash, |right| if right { "right".into() } else { "wrong".into() }),
            ),
        ]
    });
    // The baseline counts the answers of the world's own questions, and only the world can judge.
    let is_playroom = Memo::new(move |_| {
        app.facts.with(|facts| facts.as_ref().is_none_or(|facts| facts.kind == ModelKind::Playroom))
    });
    view! {
        <Inspector title="Does the image matter?" section="15, vision-language models, and 27, failure modes" figures formula=formula()>
            <p>"The " <Term id="decoder">"decoder"</Term> " reads the question and generates the answer with " <Term id="cross-attention">"cross-attention"</Term> " to the image: " <Term id="vqa">"visual question answering"</Term> ". Regions of low attention are faded."</p>
            {move || is_playroom.get().then(|| view! {
                <p>"What the answer relies on: a model can be right without the image, from language priors alone. The " <Term id="question-only">"question-only baseline"</Term> "
                    never sees the image; only a gain over it is visual understanding."</p>
                <p>"Every question of Playroom is a program that is run on the scene: this gives the " <Term id="ground-truth">"ground truth"</Term> "."</p>
            })}
        </Inspector>
    }
}

fn formula() -> AnyView {
    view! {
        <var>"P"</var> "(answer | question, " <span data-term="image">"image"</span> ")  vs  "
        <span data-term="blind"><var>"P"</var> "(answer | question)"</span>
    }
    .into_any()
}
