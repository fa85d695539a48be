//! Retrieve: words and pictures in one space.

mod figures;
mod found;
mod gallery;
mod map;
mod matrix;
mod query;
mod ranking;
mod word_patches;

use crate::session::protocol::Lane;
use crate::ui::components::failure::FailureNote;
use crate::ui::components::form::{Segments, Slider, Switch};
use crate::ui::components::overlay::Overlay;
use crate::ui::components::picture::PicturePanel;
use crate::ui::context::AppContext;
use crate::ui::memo::Memo;
use crate::ui::view::{RankBy, RetrieveMode};
use figures::{Figures, Notes};
use found::{FoundPictures, FoundSentences};
use gallery::{Progress, encode};
use leptos::prelude::*;
use map::SpaceMap;
use matrix::SimilarityMatrix;
use query::WordsQuery;
use ranking::Ranking;
use word_patches::WordPatches;

const MODES: [(RetrieveMode, &str); 5] = [
    (RetrieveMode::Words, "Text to image"),
    (RetrieveMode::Sentences, "Image to text"),
    (RetrieveMode::Pictures, "Image to image"),
    (RetrieveMode::Matrix, "Matrix"),
    (RetrieveMode::Map, "Map"),
];

const RANKINGS: [(RankBy, &str); 2] =
    [(RankBy::Cosine, "Cosine similarity"), (RankBy::Late, "Late interaction")];

#[component]
pub fn Retrieve() -> impl IntoView {
    let app = AppContext::here();
    encode(app);
    let mode = app.pick(|view| view.retrieve);
    let ranking = Ranking::new(app);
    let stage = move || match mode.get() {
        RetrieveMode::Words => {
            view! { <WordsQuery ranking /><Sharpness /><WordPatches /><FoundPictures ranking /> }.into_any()
        }
        RetrieveMode::Sentences => {
            view! { <PictureQuery><FoundSentences ranking /></PictureQuery> }.into_any()
        }
        RetrieveMode::Pictures => view! { <PictureQuery><FoundPictures ranking /></PictureQuery> }.into_any(),
        RetrieveMode::Matrix => view! { <SimilarityMatrix /> }.into_any(),
        RetrieveMode::Map => view! { <SpaceMap /> }.into_any(),
    };
    view! {
        <section class="stage">
            <Segments label="Retrieval task" options=MODES.to_vec() chosen=mode
                choose=move |mode| app.go(|view| { view.retrieve = mode; view.pair = None }) />
            <Progress />
            {stage}
            <Figures />
        </section>
        <Notes ranking />
    }
}

/// The picture whose like is looked for, beside what is found.
#[component]
fn PictureQuery(children: Children) -> impl IntoView {
    let app = AppContext::here();
    let position = ranking::position(app);
    // A picture of the gallery is encoded with it.
    let failure = Memo::new(move |_| {
        let of_query = || app.requests.picture_query.with(|query| query.failure.clone());
        if position.get().is_none() { of_query() } else { None }
    });
    view! {
        <div class="beside">
            <PicturePanel overlay=Overlay::default() />
            <div>
                <FailureNote lane=Lane::PictureQuery failure />
                <Sharpness />
                {children()}
            </div>
        </div>
    }
}

/// The temperature of the softmax, and whether the best are ranked again.
#[component]
fn Sharpness() -> impl IntoView {
    let app = AppContext::here();
    let is_words = app.pick(|view| view.retrieve == RetrieveMode::Words);
    let matches = app.can(|abilities| abilities.matches);
    let rerank = app.pick(|view| view.rerank);
    let temperature = ranking::temperature(app);
    let compares_words = app.can(|abilities| abilities.compares_words);
    let rank_by = app.pick(|view| view.rank_by);
    view! {
        <div class="row controls">
            {move || (is_words.get() && compares_words.get()).then(|| view! {
                <Segments label="Rank by" options=RANKINGS.to_vec() chosen=rank_by
                    choose=move |rank_by| app.go(|view| { view.rank_by = rank_by; view.word = None }) />
            })}
            <Slider label="Temperature τ" term="temperature" min=-3.0 max=0.0 step=0.02 value=Memo::new(move |_| temperature.get().log10())
                show=|exponent| format!("{:.3}", 10_f32.powf(exponent))
                change=move |exponent| app.preview(|view| view.milli_temperature = Some(milli(exponent)))
                done=move || app.settle() />
            {move || (is_words.get() && matches.get()).then(|| view! {
                <Switch label="Re-rank the top 16 with the matcher" on=rerank change=move |on| app.go(|view| view.rerank = on) />
                {move || rerank.get().then(|| view! { <p class="small quiet">"Sorted by the matcher’s logit and the score’s logit together."</p> })}
            })}
        </div>
    }
}

/// Thousandths of ten to a power, within what an address takes.
fn milli(exponent: f32) -> u32 {
    (10_f32.powf(exponent) * 1000.0).round().clamp(1.0, 1000.0) as u32
}
