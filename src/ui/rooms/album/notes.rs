//! What the room does, in words, formula and live numbers.

use super::query::Ranking;
use crate::session::protocol::ModelKind;
use crate::ui::components::inspector::{Figure, Inspector};
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
            Figure::new("Values of an embedding", width.to_string()),
            Figure::new("Search", took),
        ]
    });
    let is_playroom = Memo::new(move |_| {
        app.facts.with(|facts| facts.as_ref().is_some_and(|facts| facts.kind == ModelKind::Playroom))
    });
    let formula = view! {
        <var>"q"</var>" = norm("<var>"photo"</var>" + "<var>"words"</var>" − "<var>"words to be absent"</var>"), "
            <var>"s"</var><sub>"i"</sub>" = "<var>"q"</var>" · "<var>"x"</var><sub>"i"</sub>
    }
    .into_any();
    view! {
        <Inspector title="Your photos in the model’s space" section="11–13, contrastive learning, retrieval and classification" formula figures>
            <p>"Every photo is encoded once, on this machine, into one vector of length one; so are the words. What is found is what
                lies nearest by angle: bounds from 8-bit copies of the vectors rule most photos out, and the rest is compared in
                full, so nothing is missed. Vectors and thumbnails stay in this browser’s private storage, and nothing leaves the device."</p>
            <p>"Labels are sentences too: each photo goes to the label whose sentence is nearest. The model was never trained for
                your labels, which is why this is called zero-shot. How a label is put into words changes the result: try."</p>
            {move || is_playroom.get().then(|| view! {
                <p class="note">"Playroom has seen coloured shapes and nothing else: of photos it knows nothing. Choose a model that has
                    seen photos in the room Models."</p>
            })}
        </Inspector>
    }
}
