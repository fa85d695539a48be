//! The inspector of the room.

use super::answer::Reply;
use crate::session::protocol::ModelKind;
use crate::ui::components::inspector::{Figure, Inspector};
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
            Figure::new("Question alone", tell(blind)),
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
        <Inspector title="Seeing or guessing?" section="15, vision-language models, and 27, failure modes" figures formula=formula()>
            <p>"The decoder reads the question, then writes the answer, looking at the picture. Where the map is clear it looked."</p>
            {move || is_playroom.get().then(|| view! {
                <p>"A model can be right for a bad reason. The baseline beside it reads the question and sees no picture: only what
                    the picture adds to it is seeing."</p>
                <p>"Every question has a program that the world runs on the scene, so the page knows the answer."</p>
            })}
        </Inspector>
    }
}

fn formula() -> AnyView {
    view! { <var>"P"</var> "(answer | question, picture)  vs  " <var>"P"</var> "(answer | question)" }
        .into_any()
}
