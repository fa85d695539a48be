//! Retrieve: all modalities of a clip in one space, each looked for by each.

mod all_pairs;
mod clip_query;
mod figures;
mod found;
mod found_clips;
mod in_common;
mod live;
mod map;
mod matrix;
mod own_table;
mod query;
mod query_size;
mod ranking;
mod word_patches;

pub use found::{Found, FoundPicture};
pub use own_table::OwnTable;

use crate::session::protocol::{EncodeLane, Lane, ModelKind};
use crate::ui::components::clip::Speaker;
use crate::ui::components::failure::FailureNote;
use crate::ui::components::form::{Segments, Slider, Switch};
use crate::ui::components::gallery_progress::GalleryProgress;
use crate::ui::components::overlay::Overlay;
use crate::ui::components::picture::PicturePanel;
use crate::ui::context::AppContext;
use crate::ui::gallery;
use crate::ui::memo::Memo;
use crate::ui::view::{Medium, RankBy, RetrieveMode, View};
use all_pairs::AllPairs;
use clip_query::ClipQuery;
use figures::{Figures, Notes};
use found::{FoundPictures, FoundSentences, OwnRank};
use found_clips::FoundClips;
use in_common::in_common;
use leptos::prelude::*;
use map::SpaceMap;
use matrix::SimilarityMatrix;
use query::WordsQuery;
use query_size::query_size;
use ranking::{Ranking, is_late};
use strum::VariantArray;
use word_patches::WordPatches;

const MODES: [(RetrieveMode, &str); 3] =
    [(RetrieveMode::Ranking, "Ranking"), (RetrieveMode::Matrix, "Matrix"), (RetrieveMode::Map, "Map")];

const RANKINGS: [(RankBy, &str); 2] =
    [(RankBy::Cosine, "Cosine similarity"), (RankBy::Late, "Late interaction")];

#[component]
pub fn Retrieve() -> impl IntoView {
    let app = AppContext::here();
    provide_context(Speaker::new());
    let mode = app.pick(|view| view.retrieve);
    let is_all = app.pick(|view| view.all_pairs);
    let is_playroom = Memo::new(move |_| {
        app.facts.with(|facts| facts.as_ref().is_none_or(|facts| facts.kind == ModelKind::Playroom))
    });
    let lanes = lanes(app, is_all);
    gallery::encode(app, lanes);
    let ranking = Ranking::new(app);
    let (common, size) = (in_common(app, ranking), query_size(app));
    live::publish(app, ranking, common, size);
    let shown = app.pick(|view| (view.retrieve, view.from, view.to));
    let stage = move || match shown.get() {
        (RetrieveMode::Matrix, ..) => view! { <SimilarityMatrix /> }.into_any(),
        (RetrieveMode::Map, ..) => view! { <SpaceMap /> }.into_any(),
        (_, Medium::Text, Medium::Image) => {
            view! { <WordsQuery ranking /><Sharpness /><WordPatches /><FoundPictures ranking /> }.into_any()
        }
        (_, Medium::Text, to) => view! { <WordsQuery ranking /><Sharpness />{found(ranking, to)} }.into_any(),
        (_, Medium::Image, to) => {
            view! { <PictureQuery ranking><Sharpness />{found(ranking, to)}</PictureQuery> }.into_any()
        }
        (_, from, to) => {
            view! { <ClipQuery medium=from ranking><Sharpness />{found(ranking, to)}</ClipQuery> }.into_any()
        }
    };
    view! {
        <section class="stage">
            <Segments label="View" options=MODES.to_vec() chosen=mode
                choose=move |mode| app.go(|view| { view.retrieve = mode; view.pair = None }) />
            {move || (mode.get() == RetrieveMode::Ranking).then(|| view! { <Pair /> })}
            <GalleryProgress lanes />
            {stage}
            <Figures />
            {move || is_playroom.get().then(|| view! { <AllPairs is_all /> })}
        </section>
        <Notes ranking common size />
    }
}

/// The lanes of what is looked at: those of the pair, or of all modalities.
fn lanes(app: AppContext, is_all: Memo<bool>) -> Memo<Vec<EncodeLane>> {
    let late = is_late(app);
    Memo::new(move |_| {
        let media = app.view.with(|view| match view.retrieve {
            _ if is_all.get() => Medium::VARIANTS.to_vec(),
            RetrieveMode::Ranking => vec![view.from, view.to],
            RetrieveMode::Matrix | RetrieveMode::Map => vec![Medium::Image],
        });
        let of_late = late.get().then_some(EncodeLane::Patches);
        let mut lanes = Vec::new();
        for lane in media.into_iter().map(Medium::lane).chain(of_late) {
            if !lanes.contains(&lane) {
                lanes.push(lane);
            }
        }
        lanes.sort_by_key(|lane| Lane::from(*lane));
        lanes
    })
}

/// By what the gallery is searched, and what is found.
#[component]
fn Pair() -> impl IntoView {
    let app = AppContext::here();
    let options = || Medium::VARIANTS.iter().map(|&medium| (medium, medium.title())).collect::<Vec<_>>();
    let choose = move |change: fn(&mut View, Medium), medium| {
        app.go(|view| {
            change(view, medium);
            view.word = None;
        });
    };
    view! {
        <div class="choices" data-part="pair">
            <span aria-hidden="true">"From"</span>
            <Segments label="From" options=options() chosen=app.pick(|view| view.from)
                choose=move |medium| choose(|view, medium| view.from = medium, medium) />
            <span aria-hidden="true">"To"</span>
            <Segments label="To" options=options() chosen=app.pick(|view| view.to)
                choose=move |medium| choose(|view, medium| view.to = medium, medium) />
        </div>
    }
}

/// What was found of a modality.
fn found(ranking: Ranking, to: Medium) -> AnyView {
    match to {
        Medium::Image => view! { <FoundPictures ranking /> }.into_any(),
        Medium::Text => view! { <FoundSentences ranking /> }.into_any(),
        medium => view! { <FoundClips ranking medium /> }.into_any(),
    }
}

/// The picture whose like is looked for, beside what is found.
#[component]
fn PictureQuery(ranking: Ranking, children: Children) -> impl IntoView {
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
                <OwnRank ranking />
                {children()}
            </div>
        </div>
    }
}

/// The temperature of the softmax, and whether the best are ranked again.
#[component]
fn Sharpness() -> impl IntoView {
    let app = AppContext::here();
    let is_words = app.pick(|view| view.finds(Medium::Text, Medium::Image));
    let matches = app.can(|abilities| abilities.matches);
    let rerank = app.pick(|view| view.rerank);
    let temperature = ranking::temperature(app);
    let compares_words = app.can(|abilities| abilities.compares_words);
    let rank_by = app.pick(|view| view.rank_by);
    view! {
        <div class="row controls" data-part="settings">
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
