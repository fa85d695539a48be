//! How good the retrieval is, and the inspector of the room.

use super::ranking::Ranking;
use crate::eval::retrieval::RetrievalMetrics;
use crate::ui::components::inspector::{Figure, Inspector};
use crate::ui::components::wide_table::WideTable;
use crate::ui::context::AppContext;
use crate::ui::format;
use crate::ui::memo::Memo;
use crate::ui::ranking::similarity;
use crate::ui::stage::GALLERY;
use crate::ui::state::Shared;
use crate::ui::view::RetrieveMode;
use leptos::prelude::*;

/// Cosines of all sentences with all pictures, `[count, count]`; empty until the gallery is encoded.
pub fn all_cosines(app: AppContext) -> Memo<Shared<Vec<f32>>> {
    Memo::new(move |_| {
        Shared::new(app.requests.gallery.with(|rows| {
            if rows.is_settled() {
                similarity(&rows.value.texts, &rows.value.pictures, rows.value.width)
            } else {
                Vec::new()
            }
        }))
    })
}

/// Recall@K and mean reciprocal rank over the gallery, both ways, beside chance.
#[component]
pub fn Figures() -> impl IntoView {
    let app = AppContext::here();
    let cosines = all_cosines(app);
    let count = GALLERY as usize;
    let measured = Memo::new(move |_| {
        let cosines = cosines.get();
        (!cosines.is_empty())
            .then(|| [RetrievalMetrics::of_rows(&cosines), RetrievalMetrics::of_columns(&cosines)])
    });
    let cells = |retrieval: Option<RetrievalMetrics>| {
        let texts = match retrieval {
            Some(RetrievalMetrics { recall: [one, five, ten], mrr }) => {
                [one, five, ten, mrr].map(format::three)
            }
            None => [const { String::new() }; 4].map(|_| "–".into()),
        };
        texts.map(|text| view! { <td>{text}</td> }).collect_view()
    };
    let measured_at =
        move |index: usize| measured.get().map(|both: [RetrievalMetrics; 2]| both[index].clone());
    view! {
        <WideTable label="Retrieval over the gallery"><table class="numbers">
            <caption>"Retrieval over these " {count} " pairs"</caption>
            <thead><tr><th scope="col">"Direction"</th>
                {RetrievalMetrics::KS.map(|k| view! { <th scope="col">{format!("Recall@{k}")}</th> }).collect_view()}
                <th scope="col">"MRR"</th></tr></thead>
            <tbody>
                <tr><th scope="row">"Words → picture"</th>{move || cells(measured_at(0))}</tr>
                <tr><th scope="row">"Picture → words"</th>{move || cells(measured_at(1))}</tr>
                <tr class="quiet"><th scope="row">"Chance"</th>{cells(Some(RetrievalMetrics::chance(count)))}</tr>
            </tbody>
        </table></WideTable>
    }
}

/// The inspector, by what is being looked at.
#[component]
pub fn Notes(ranking: Ranking) -> impl IntoView {
    let app = AppContext::here();
    let mode = app.pick(|view| view.retrieve);
    let figures = Memo::new(move |_| {
        let model = app.requests.load.with(|load| load.value.model.clone());
        let best = ranking.order.with(|order| order.first().copied());
        let best = best.map(|item| ranking.cosines.with(|all| all[item]));
        let mean =
            ranking.cosines.with(|all| (!all.is_empty()).then(|| all.iter().sum::<f32>() / all.len() as f32));
        let dash = || "–".to_owned();
        let best = Figure::new("Best cosine", best.map_or_else(dash, format::three))
            .beside(mean.map_or_else(String::new, |mean| format!("mean {}", format::three(mean))));
        // Elsewhere nothing is looked for, or the best is the picture itself.
        let is_search = matches!(mode.get(), RetrieveMode::Words | RetrieveMode::Sentences);
        let common = [
            Figure::new("Temperature τ", format!("{:.3}", super::ranking::temperature(app).get())),
            Figure::new("Dimensions", model.map_or_else(dash, |model| model.embed_dim.to_string())),
        ];
        is_search.then_some(best).into_iter().chain(common).collect::<Vec<_>>()
    });
    move || {
        match mode.get() {
        RetrieveMode::Matrix => view! {
            <Inspector title="Similarity matrix" section="11.1, the contrastive objective" figures formula=info_nce()>
                <p>"Each row is a sentence, each column a picture, each cell the cosine of their two vectors. Pairs that belong
                    together lie on the diagonal. Training pulled the diagonal up and pushed the rest of its row and column down."</p>
                <p>"A bright cell off the diagonal is a confusion: hover it to see which."</p>
            </Inspector>
        }
        .into_any(),
        RetrieveMode::Map => view! {
            <Inspector title="One space, two islands" section="6, representation spaces" figures formula=projection()>
                <p>"All vectors of the gallery, flattened to the two directions along which they vary most. A sentence and its
                    picture ought to coincide, yet words and pictures live on islands of their own: the modality gap."</p>
                <p>"Retrieval works all the same: it compares angles, and the gap adds the same to all."</p>
            </Inspector>
        }
        .into_any(),
        _ => view! {
            <Inspector title="Found by angle" section="11–12, contrastive learning and retrieval" figures formula=cosine()>
                <p>"Two encoders turn words and pictures into vectors of length one. The closer their directions, the better
                    they belong together. Looking for something means ranking all pictures by that cosine."</p>
                <p>"The softmax turns cosines into probabilities; a low temperature sharpens them and changes no order."</p>
            </Inspector>
        }
        .into_any(),
    }
    }
}

fn cosine() -> AnyView {
    view! {
        "sim(" <var>"i, j"</var> ") = " <var>"z"</var><sub>"i"</sub><sup>"img"</sup> " · " <var>"z"</var><sub>"j"</sub><sup>"txt"</sup><br />
        <var>"p"</var><sub>"j"</sub> " ∝ exp(sim(" <var>"i, j"</var> ") / " <var>"τ"</var> ")"
    }
    .into_any()
}

fn info_nce() -> AnyView {
    view! {
        <var>"L"</var> " = − " <span class="sum">"Σ"</span><sub>"i"</sub> " log exp(sim(" <var>"i, i"</var> ")/" <var>"τ"</var> ") / "
        <span class="sum">"Σ"</span><sub>"j"</sub> " exp(sim(" <var>"i, j"</var> ")/" <var>"τ"</var> ")"
    }
    .into_any()
}

fn projection() -> AnyView {
    view! { "gap = ‖ mean " <var>"z"</var><sup>"img"</sup> " − mean " <var>"z"</var><sup>"txt"</sup> " ‖" }
        .into_any()
}
