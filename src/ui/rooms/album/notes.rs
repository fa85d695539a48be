//! What the room does, in words, formula and live numbers.

use super::query::Ranking;
use crate::session::protocol::ModelKind;
use crate::ui::components::inspector::{Figure, Inspector};
use crate::ui::components::term::Term;
use crate::ui::context::AppContext;
use crate::ui::memo::Memo;
use leptos::prelude::*;

#[component]
pub fn Notes(ranking: Ranking) -> impl IntoView {
    let app = AppContext::here();
    let figures = Memo::new(move |_| {
        let (count, width) = app
            .requests
            .album
            .with(|album| (album.value.read().photos.len(), album.value.read().embeddings.width()));
        let took = match count {
            0 => "–".to_string(),
            _ => format!("{:.1} ms", ranking.took.get()),
        };
        vec![
            Figure::new("Photos", count.to_string()),
            Figure::new("Embedding dimensions", width.to_string()),
            Figure::new("Search time", took),
        ]
    });
    let is_playroom = Memo::new(move |_| {
        app.facts.with(|facts| facts.as_ref().is_some_and(|facts| facts.kind == ModelKind::Playroom))
    });
    let formula = view! {
        <var>"q"</var>" = norm("<var>"photo"</var>" + "<var>"words"</var>" − "<var>"excluded terms"</var>"), "
            <var>"s"</var><sub>"i"</sub>" = "<var>"q"</var>" · "<var>"x"</var><sub>"i"</sub>
    }
    .into_any();
    view! {
        <Inspector title="Image search by embeddings" section="11–13, contrastive learning, retrieval and classification" formula figures>
            <p>"Every photo is encoded once, on this device, into a unit vector, its " <Term id="embedding">"embedding"</Term> "; so is the query. Photos are ranked by " <Term id="cosine-similarity">"cosine similarity"</Term> ":
                bounds from 8-bit copies of the vectors rule most photos out, and the rest is compared in full, so the ranking is
                exact. A term after a hyphen is excluded: its vector is subtracted. Vectors and thumbnails stay in this browser’s private storage, and nothing leaves the device."</p>
            <p><Term id="zero-shot">"Zero-shot classification"</Term> ": each label is put into the prompt template and encoded, and each photo gets the label
                with the highest cosine similarity. The model was never trained on your labels. The wording of the prompt changes
                the result."</p>
            {move || is_playroom.get().then(|| view! {
                <p class="note">"Playroom was trained on coloured shapes only and knows nothing of photos. For photos choose a published model in
                    the room Models."</p>
            })}
        </Inspector>
    }
}
