//! How good the retrieval is, and the inspector of the room.

use super::in_common::{FIRST, InCommon};
use super::ranking::{Ranking, is_late, temperature};
use crate::eval::retrieval::RetrievalMetrics;
use crate::ui::components::chart::{Exports, csv};
use crate::ui::components::inspector::{Figure, Inspector};
use crate::ui::components::term::Term;
use crate::ui::components::wide_table::WideTable;
use crate::ui::context::AppContext;
use crate::ui::format;
use crate::ui::gallery;
use crate::ui::lessons::figures;
use crate::ui::memo::Memo;
use crate::ui::ranking::similarity;
use crate::ui::stage::GALLERY;
use crate::ui::state::Shared;
use crate::ui::view::{Medium, RetrieveMode, View};
use crate::world::Kind;
use leptos::prelude::*;
use std::time::Duration;

/// Cosines of all sentences with all pictures, `[count, count]`; empty until the gallery is encoded.
pub fn caption_cosines(app: AppContext) -> Memo<Shared<Vec<f32>>> {
    let is_whole = Memo::new(move |_| gallery::is_whole(app, Medium::Text));
    Memo::new(move |_| {
        let (text, image) = CAPTIONS;
        Shared::new(if is_whole.get() { cosines(app, text, image) } else { Vec::new() })
    })
}

/// Those of all items of one modality with all of another, both of which are encoded.
fn cosines(app: AppContext, a: Medium, b: Medium) -> Vec<f32> {
    gallery::rows(app, a, |a, width| gallery::rows(app, b, |b, _| similarity(a, b, width)))
}

/// How well each finds the other.
pub fn both_ways(app: AppContext, a: Medium, b: Medium) -> [RetrievalMetrics; 2] {
    let cosines = cosines(app, a, b);
    [RetrievalMetrics::of_rows(&cosines), RetrievalMetrics::of_columns(&cosines)]
}

const CAPTIONS: (Medium, Medium) = (Medium::Text, Medium::Image);

/// A pair, and how well each of the two finds the other.
type Measured = ((Medium, Medium), [RetrievalMetrics; 2]);

/// The pair whose retrieval is measured: that which is looked at, or sentences and pictures; none where a modality is looked for by
/// itself.
fn measured_pair(view: &View) -> Option<(Medium, Medium)> {
    let is_of_captions = |medium| matches!(medium, Medium::Text | Medium::Image);
    match (view.from, view.to) {
        _ if view.retrieve != RetrieveMode::Ranking => Some(CAPTIONS),
        (from, to) if is_of_captions(from) && is_of_captions(to) => Some(CAPTIONS),
        (from, to) => (from != to).then_some((from, to)),
    }
}

/// Recall@K and mean reciprocal rank over the gallery, both ways, beside chance.
#[component]
pub fn Figures() -> impl IntoView {
    let app = AppContext::here();
    let pair = app.pick(measured_pair);
    let whole = Memo::new(move |_| {
        pair.get().filter(|&(a, b)| gallery::is_whole(app, a) && gallery::is_whole(app, b))
    });
    let measured = RwSignal::new(None::<Measured>);
    // In a task of its own, after the ranking is shown.
    Effect::new(move || {
        measured.set(None);
        let Some((a, b)) = whole.get() else { return };
        let measure = move || {
            if whole.try_get_untracked() == Some(Some((a, b))) {
                measured.set(Some(((a, b), untrack(|| both_ways(app, a, b)))));
            }
        };
        set_timeout(measure, Duration::ZERO);
    });
    figures::publish(move || {
        let Some(((a, b), both)) = measured.get() else { return Vec::new() };
        let there = scores(&direction(a, b), &both[0]);
        let back = scores(&direction(b, a), &both[1]);
        let chance = scores("chance", &RetrievalMetrics::chance(GALLERY as usize));
        there.into_iter().chain(back).chain(chance).collect()
    });
    let count = GALLERY as usize;
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
        move |index: usize| measured.with(|measured| measured.as_ref().map(|(_, both)| both[index].clone()));
    let rows = move |(a, b)| {
        let row =
            |(index, name)| view! { <tr><th scope="row">{name}</th>{move || cells(measured_at(index))}</tr> };
        directions(a, b).into_iter().enumerate().map(row).collect_view()
    };
    let body = move |pair| {
        view! {
            <WideTable label="Retrieval over the gallery"><table class="numbers" data-part="metrics">
                <caption><Term id="recall-at-k">"Recall@K"</Term> " and " <Term id="mrr">"MRR"</Term> " over these " {count} " pairs"</caption>
                <thead><tr><th scope="col">"Direction"</th>
                    {RetrievalMetrics::KS.map(|k| view! { <th scope="col">{format!("Recall@{k}")}</th> }).collect_view()}
                    <th scope="col">"MRR"</th></tr></thead>
                <tbody>
                    {rows(pair)}
                    <tr class="quiet"><th scope="row">"Chance"</th>{cells(Some(RetrievalMetrics::chance(count)))}</tr>
                </tbody>
            </table></WideTable>
            {move || measured.with(Option::is_some).then(|| view! {
                <Exports label="Retrieval metrics" csv=move || table(pair, measured.get_untracked().map(|(_, both)| both), count) />
            })}
        }
    };
    move || {
        match pair.get() {
        Some(pair) => body(pair).into_any(),
        None => view! { <p class="quiet">"Within one modality every item is nearest to itself: there is nothing to measure."</p> }.into_any(),
    }
    }
}

/// By the names of figures.
fn scores(of: &str, metrics: &RetrievalMetrics) -> [(String, f64); 4] {
    let [one, five, ten] = metrics.recall;
    [("recall1", one), ("recall5", five), ("recall10", ten), ("mrr", metrics.mrr)]
        .map(|(name, value)| (format!("retrieve.{name}.{of}"), value.into()))
}

/// A direction as the names of figures have it: `sound.image`.
pub fn direction(from: Medium, to: Medium) -> String {
    format!("{}.{}", from.word(), to.word())
}

/// `Text to image`, and back.
fn directions(a: Medium, b: Medium) -> [String; 2] {
    [(a, b), (b, a)].map(|(from, to)| format!("{} to {}", from.title(), to.word()))
}

/// The table as a file.
fn table((a, b): (Medium, Medium), measured: Option<[RetrievalMetrics; 2]>, count: usize) -> String {
    let head = ["direction", "recall@1", "recall@5", "recall@10", "mrr"].map(String::from);
    let row = |(name, metrics): (String, RetrievalMetrics)| {
        let values = metrics.recall.into_iter().chain([metrics.mrr]).map(|value| value.to_string());
        std::iter::once(name.to_lowercase()).chain(values).collect()
    };
    let named = directions(a, b).into_iter().zip(measured.into_iter().flatten());
    csv(&head, named.chain([("chance".to_string(), RetrievalMetrics::chance(count))]).map(row))
}

/// The inspector, by what is being looked at.
#[component]
pub fn Notes(
    ranking: Ranking,
    common: Memo<Option<[InCommon; 2]>>,
    /// Of the query, before it is a vector.
    size: Memo<Option<usize>>,
) -> impl IntoView {
    let app = AppContext::here();
    let (shown, late) = (app.pick(|view| (view.retrieve, view.from, view.to)), is_late(app));
    let temperature = temperature(app);
    let figures = Memo::new(move |_| {
        let model = app.requests.load.with(|load| load.value.model.clone());
        let dash = || "–".to_owned();
        let names = if late.get() { ["Best score", "Mean score"] } else { ["Best cosine", "Mean cosine"] };
        let is_search = shown.get().0 == RetrieveMode::Ranking;
        let scores: Vec<f32> = ranking
            .order
            .with(|order| ranking.cosines.with(|all| order.iter().map(|&item| all[item]).collect()));
        let of_search = match lead(&scores) {
            None => [names[0], "Margin over the runner-up", names[1]].map(|name| Figure::new(name, dash())),
            Some(Lead { best, second, mean }) => [
                Figure::new(names[0], format::three(best)),
                Figure::new("Margin over the runner-up", format::three(best - second))
                    .beside(format!("runner-up {}", format::three(second))),
                Figure::new(names[1], format::three(mean)).beside(format!("of {}", scores.len())),
            ],
        };
        let of_model = [
            Figure::new("Temperature τ", format!("{:.3}", temperature.get())),
            Figure::new("Dimensions", model.map_or_else(dash, |model| model.embed_dim.to_string())),
        ];
        let shared = common.get().into_iter().flatten().map(|InCommon { kind, first, all }| {
            let what = if kind == Kind::Colour { "Colours" } else { "Shapes" };
            let name = format!("{what} in common with the query, first {FIRST}");
            Figure::new(&name, format::three(first)).beside(format!("all {}", format::three(all)))
        });
        let size = size.get().map(|size| Figure::new(values_of(shown.get().1), size.to_string()));
        let of_search = of_search.into_iter().chain(size).chain(shared).filter(|_| is_search);
        of_search.chain(of_model).collect::<Vec<_>>()
    });
    move || {
        match shown.get() {
        (RetrieveMode::Matrix, ..) => view! {
            <Inspector title="Similarity matrix" section="11.1, the contrastive objective" figures formula=cosine()>
                <p>"Each row is a caption, each column an image, each cell the " <Term id="cosine-similarity">"cosine similarity"</Term> " of their unit vectors. Matching pairs
                    lie on the diagonal: " <Term id="contrastive-learning">"contrastive training"</Term> " raised it and lowered the rest of its row and column."</p>
                <p>"A cell off the diagonal with a higher cosine than the diagonal cell of its row is a confusion: point at it or tap
                    it to see which."</p>
            </Inspector>
        }
        .into_any(),
        (RetrieveMode::Map, ..) => view! {
            <Inspector title="The modality gap" section="6, representation spaces" figures formula=projection()>
                <p>"All vectors of the gallery, projected by " <Term id="pca">"PCA"</Term> " to the two directions of greatest variance. A caption and its image
                    ought to coincide, yet texts and images form two clusters: the " <Term id="modality-gap">"modality gap"</Term> "."</p>
                <p>"Retrieval works all the same: for one query the gap shifts every cosine by nearly the same amount."</p>
            </Inspector>
        }
        .into_any(),
        (_, from, to) if [from, to].into_iter().any(|medium| medium.modality().is_some()) => view! {
            <Inspector title="One space, six modalities" section="12, cross-modal retrieval" figures formula=ranked()>
                <p>"Sound, video, tables and graphs have " <Term id="encoder">"encoders"</Term> " of their own. Each was trained to put a clip where the frozen
                    encoders put its image and its caption. So any two can be compared, even two that never met in training (Girdhar et al. 2023)."</p>
                <p>{unknowable(from)}</p>
                {(from != to).then(|| view! { <p>{unknowable(to)}</p> })}
                <p>"What one of the two cannot know, no ranking can use: the rank of the right one shows how much both tell."</p>
            </Inspector>
        }
        .into_any(),
        _ if late.get() => view! {
            <Inspector title="Ranked by late interaction" section="10, alignment, and 12, retrieval" figures formula=late_interaction()>
                <p>"Two encoders give every word and every " <Term id="patch">"patch"</Term> " a unit vector of its own. " <Term id="late-interaction">"Late interaction"</Term> "
                    lets each word take the patch that it is nearest to; the mean of these cosines is the score of the image."</p>
                <p>"One vector for a whole sentence can hold that something is red and something is a circle, and not that it is the same thing. Word by word, the patch
                    has to be found that is both, and near misses fool it less often. No label said which patch a word names: this " <Term id="alignment">"alignment"</Term> " is implicit."</p>
                <p>"Ground truth: the patch of a word that names an object ought to lie in that object (the " <Term id="pointing-game">"pointing game"</Term> ")."</p>
            </Inspector>
        }
        .into_any(),
        _ => view! {
            <Inspector title="Ranked by cosine similarity" section="11–12, contrastive learning and retrieval" figures formula=ranked()>
                <p>"Two encoders map texts and images to unit vectors, their " <Term id="embedding">"embeddings"</Term> ". The higher the cosine of two vectors, the better they
                    match: " <Term id="retrieval">"retrieval"</Term> " ranks the gallery by its " <Term id="cosine-similarity">"cosine similarity"</Term> " to the query."</p>
                <p>"The " <Term id="softmax">"softmax"</Term> " over the gallery turns cosines into probabilities; a low " <Term id="temperature">"temperature"</Term> " sharpens them and preserves the
                    ranking. An image that is itself the query is left out."</p>
            </Inspector>
        }
        .into_any(),
    }
    }
}

/// What the size of a query counts.
fn values_of(medium: Medium) -> &'static str {
    match medium {
        Medium::Text => "Words of the query",
        Medium::Image | Medium::Sound | Medium::Video => "Numbers of the query",
        Medium::Table => "Readings of the query",
        Medium::Graph => "Nodes and edges of the query",
    }
}

/// What a modality of a clip leaves open.
fn unknowable(medium: Medium) -> &'static str {
    match medium {
        Medium::Image => "An image holds no events: nothing in it says what will move, hit or sound.",
        Medium::Text => "A caption says what is seen when the clip begins, and nothing of motion or sound.",
        Medium::Sound => {
            "Colour is inaudible, and so are place and background. What stays still and is not hit is silent."
        }
        Medium::Video => "A video is silent. How an object sounds has to be concluded from its looks.",
        Medium::Table => {
            "No column of the table names a shape or a texture; the temperature hints at the texture. One cell in ten is missing."
        }
        Medium::Graph => "A graph has attributes and relations, but neither the background nor exact places.",
    }
}

/// How far the first of a ranking is ahead.
pub struct Lead {
    pub best: f32,
    pub second: f32,
    mean: f32,
}

/// Of the scores of all that is ranked, in any order; none of fewer than two.
pub fn lead(scores: &[f32]) -> Option<Lead> {
    if scores.len() < 2 {
        return None;
    }
    let (best, second) =
        scores.iter().fold((f32::NEG_INFINITY, f32::NEG_INFINITY), |(best, second), &score| {
            if score > best { (score, best) } else { (best, second.max(score)) }
        });
    Some(Lead { best, second, mean: scores.iter().sum::<f32>() / scores.len() as f32 })
}

fn ranked() -> AnyView {
    view! {
        <var>"s"</var><sub>"j"</sub> " = " <var>"q"</var> " · " <var>"z"</var><sub>"j"</sub><br />
        <var>"p"</var><sub>"j"</sub> " = exp(" <var>"s"</var><sub>"j"</sub> " / " <var data-term="temperature">"τ"</var> ") / "
        <span class="sum">"Σ"</span><sub>"k"</sub> " exp(" <var>"s"</var><sub>"k"</sub> " / " <var data-term="temperature">"τ"</var> ")"
    }
    .into_any()
}

/// The score of an image for a text of `T` tokens.
fn late_interaction() -> AnyView {
    view! {
        <var>"s"</var> " = 1/" <var>"T"</var> " " <span class="sum">"Σ"</span><sub>"t"</sub> " " <span data-term="late-interaction">"max" <sub>"p"</sub></span> " " <var>"w"</var><sub>"t"</sub> " · " <var>"c"</var><sub>"p"</sub>
    }
    .into_any()
}

/// The cell of a caption's row and an image's column.
fn cosine() -> AnyView {
    view! {
        <span data-term="cosine"><var>"S"</var><sub>"ij"</sub></span> " = " <var>"z"</var><sub>"i"</sub><sup>"txt"</sup> " · " <var>"z"</var><sub>"j"</sub><sup>"img"</sup>
    }
    .into_any()
}

fn projection() -> AnyView {
    view! { "gap = ‖ mean " <var>"z"</var><sup>"img"</sup> " − mean " <var>"z"</var><sup>"txt"</sup> " ‖" }
        .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_runner_up_is_the_second_best_and_not_the_mean() {
        let Lead { best, second, mean } = lead(&[0.1, 0.9, 0.5, 0.1]).unwrap();
        assert_eq!((best, second), (0.9, 0.5));
        assert!((mean - 0.4).abs() < 1e-6, "{mean}");
        let Lead { best, second, .. } = lead(&[0.5, 0.5]).unwrap();
        assert_eq!((best, second), (0.5, 0.5));
        assert!(lead(&[0.5]).is_none());
    }

    #[test]
    fn what_is_measured_is_the_pair_that_is_looked_at() {
        let pair = |retrieve, from, to| measured_pair(&View { retrieve, from, to, ..View::default() });
        let ranking = RetrieveMode::Ranking;
        assert_eq!(pair(ranking, Medium::Sound, Medium::Text), Some((Medium::Sound, Medium::Text)));
        assert_eq!(pair(ranking, Medium::Image, Medium::Image), Some(CAPTIONS));
        assert_eq!(pair(ranking, Medium::Sound, Medium::Sound), None);
        assert_eq!(pair(RetrieveMode::Map, Medium::Sound, Medium::Sound), Some(CAPTIONS));
    }

    #[test]
    fn the_metrics_are_a_file_with_chance_as_its_last_line() {
        let metrics = || RetrievalMetrics { recall: [0.5, 0.75, 1.0], mrr: 0.6 };
        let text = table(CAPTIONS, Some([metrics(), metrics()]), 100);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[..2], ["direction,recall@1,recall@5,recall@10,mrr", "text to image,0.5,0.75,1,0.6"]);
        assert!(lines[3].starts_with("chance,0.01,0.05,0.1,"), "{text}");
    }
}
