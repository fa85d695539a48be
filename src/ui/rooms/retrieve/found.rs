//! What was found, best first.

use super::ranking::Ranking;
use crate::ui::components::bars::{Bar, Bars};
use crate::ui::components::chart::{Exports, csv};
use crate::ui::components::picture::{Thumbnail, described};
use crate::ui::components::raster::Rgba;
use crate::ui::components::verdict::Verdict;
use crate::ui::context::AppContext;
use crate::ui::format;
use crate::ui::memo::Memo;
use crate::ui::state::Shared;
use crate::ui::view::Medium;
use crate::world::Scene;
use crate::world::language::{Statement, parse};
use leptos::prelude::*;

/// Results shown.
const SHOWN: usize = 24;
const SENTENCES: usize = 12;

/// One picture that was found.
#[derive(Clone, PartialEq)]
pub struct Found {
    pub item: usize,
    pub rank: usize,
    pub cosine: f32,
    pub probability: f32,
    pub matched: Option<f32>,
    /// As [`truth_of`] has it.
    pub truth: Option<bool>,
}

/// The best pictures with their scores.
#[component]
pub fn FoundPictures(ranking: Ranking) -> impl IntoView {
    let app = AppContext::here();
    let statements = query_statements(app, ranking);
    let found = Memo::new(move |_| {
        let items = ranking.order.get().into_iter().take(SHOWN).enumerate();
        items
            .map(|(at, item)| Found {
                item,
                rank: at + 1,
                cosine: ranking.cosines.with(|all| all[item]),
                probability: ranking.probabilities.with(|all| all[item]),
                matched: ranking
                    .matched
                    .with(|all| all.iter().find(|(other, _)| *other == item).map(|(_, p)| *p)),
                truth: truth_of(app, ranking, statements, item),
            })
            .collect::<Vec<_>>()
    });
    view! {
        {move || match found.with(Vec::is_empty) {
            true => view! { <FirstPictures /> }.into_any(),
            false => view! { <Exports label="Ranking" csv=move || table(app, ranking) /> }.into_any(),
        }}
        <ol class="found" data-part="found" aria-busy=move || (!ranking.is_current.get()).to_string()>
            <For each=move || found.get() key=|found| (found.rank, found.item, found.cosine.to_bits(), found.probability.to_bits(), found.matched.map(f32::to_bits), found.truth)
                children=move |found| view! { <FoundPicture found /> } />
        </ol>
    }
}

/// Of which scenes of the gallery statements are true.
pub fn relevant(app: AppContext, statements: &[Statement]) -> Vec<bool> {
    app.gallery.with(|gallery| {
        let scenes = gallery.pictures.iter().filter_map(|picture| picture.scene.as_ref());
        scenes.map(|scene| is_true(statements, scene)).collect()
    })
}

/// Whether an item is what was looked for: the query is true of its scene, or it is of the query's own clip. `None` where the query is
/// no sentence of the world's, or of no clip of the gallery.
pub fn truth_of(
    app: AppContext,
    ranking: Ranking,
    statements: Memo<Option<Vec<Statement>>>,
    item: usize,
) -> Option<bool> {
    let of_words = statements.with(|statements| {
        let scene = app.gallery.with(|gallery| gallery.pictures[item].scene.clone());
        statements.as_ref().zip(scene).map(|(statements, scene)| is_true(statements, &scene))
    });
    of_words.or_else(|| ranking.own.get().map(|own| own == item))
}

/// At which rank the query's own clip is found.
#[component]
pub fn OwnRank(ranking: Ranking) -> impl IntoView {
    let app = AppContext::here();
    let to = app.pick(|view| view.to);
    let words = move || {
        let own = ranking.own.get()?;
        let (rank, count) =
            ranking.order.with(|order| (order.iter().position(|&item| item == own), order.len()));
        Some(format!("The {} of the same clip has rank {} of {count}.", to.get().word(), rank? + 1))
    };
    view! { <p class="truth" data-part="truth" role="status" aria-busy=move || (!ranking.is_current.get()).to_string()>{words}</p> }
}

/// All that is ranked, as a file.
pub fn table(app: AppContext, ranking: Ranking) -> String {
    let head = ["rank", "item", "caption", "cosine", "probability"].map(String::from);
    let (cosines, probabilities) = (ranking.cosines.get_untracked(), ranking.probabilities.get_untracked());
    let order = ranking.order.get_untracked();
    app.gallery.with_untracked(|gallery| {
        let row = |(at, &item): (usize, &usize)| {
            let caption = gallery.captions.get(item).cloned().unwrap_or_default();
            vec![
                (at + 1).to_string(),
                (item + 1).to_string(),
                caption,
                cosines[item].to_string(),
                probabilities[item].to_string(),
            ]
        };
        csv(&head, order.iter().enumerate().map(row))
    })
}

#[component]
pub fn FoundPicture(found: Found) -> impl IntoView {
    let app = AppContext::here();
    let Found { item, rank, cosine, probability, matched, truth } = found;
    let picture = app.gallery.with_untracked(|gallery| gallery.pictures[item].clone());
    let name = picture.name.clone();
    let chosen = {
        let name = name.clone();
        Memo::new(move |_| app.picture.with(|picture| picture.name == name))
    };
    let length = format!("width:{:.1}%", probability * 100.0);
    view! {
        <li>
            <Thumbnail rgba=Memo::from(Shared::new(Rgba::from(&picture.pixels))) chosen
                label=format!("{} of the ranking. {}", format::ordinal(rank), described(&picture))
                choose=move || app.go(|view| view.picture = name.clone()) />
            <p class="score"><b>{rank}</b><data>{format::three(cosine)}</data></p>
            <span class="bar fused" aria-hidden="true"><i style=length></i></span>
            <p class="score small"><span>"p"</span><data>{format::percent(probability)}</data></p>
            {matched.map(|p| view! { <p class="score small"><span>"match"</span><data>{format::percent(p)}</data></p> })}
            {truth.map(|truth| view! { <Verdict truth=Some(truth) /> })}
        </li>
    }
}

/// The gallery as it is, while nothing is looked for.
#[component]
fn FirstPictures() -> impl IntoView {
    let app = AppContext::here();
    let pictures = Memo::new(move |_| {
        app.gallery.with(|gallery| gallery.pictures.iter().take(4 * SHOWN).cloned().collect::<Vec<_>>())
    });
    view! {
        <ul class="found plain" aria-label="The gallery">
            <For each=move || pictures.get() key=|picture| picture.name.clone() children=move |picture| {
                let name = picture.name.clone();
                let label = described(&picture);
                view! {
                    <li><Thumbnail rgba=Memo::from(Shared::new(Rgba::from(&picture.pixels))) label chosen=false
                        choose=move || app.go(|view| view.picture = name.clone()) /></li>
                }
            } />
        </ul>
    }
}

/// How many scenes of the gallery the words are true of, and where the first of them stands; nothing while there is no ranking.
#[component]
pub fn Truth(ranking: Ranking) -> impl IntoView {
    let app = AppContext::here();
    let statements = query_statements(app, ranking);
    let words = move || {
        let order = ranking.order.get();
        if order.is_empty() {
            return String::new();
        }
        let Some(statements) = statements.get() else {
            return "No ground truth for this query: Playroom’s grammar has no such sentence. The model ranks the images all the same.".into();
        };
        let right = relevant(app, &statements);
        let count = right.iter().filter(|right| **right).count();
        let first = order.iter().position(|&item| right.get(item) == Some(&true));
        let chance = format::percent(count as f32 / right.len().max(1) as f32);
        match (count, first) {
            (0, _) => {
                format!("0 of {} scenes are relevant: the model can only show what comes near.", right.len())
            }
            (1, None) => format!("1 of {} scenes is relevant.", right.len()),
            (_, None) => format!("{count} of {} scenes are relevant.", right.len()),
            (_, Some(at)) => format!(
                "{count} of {} scenes {} relevant; best rank {}. Base rate {chance}.",
                right.len(),
                if count == 1 { "is" } else { "are" },
                at + 1
            ),
        }
    };
    view! {
        <p class="truth" data-part="truth" role="status" aria-busy=move || (!ranking.is_current.get()).to_string()>{words}</p>
    }
}

/// The best sentences for what is looked for.
#[component]
pub fn FoundSentences(ranking: Ranking) -> impl IntoView {
    let app = AppContext::here();
    let (from, statements) = (app.pick(|view| view.from), query_statements(app, ranking));
    let found = Memo::new(move |_| {
        let order = ranking.order.get();
        app.gallery.with(|gallery| {
            let sentence = |&item: &usize| {
                let text = gallery.captions[item].clone();
                let of_stage = || {
                    app.picture.with(|picture| Some(is_true(&parse(&text).ok()?, picture.scene.as_ref()?)))
                };
                let truth = match from.get() {
                    Medium::Text => truth_of(app, ranking, statements, item),
                    _ => of_stage(),
                };
                (
                    text,
                    truth,
                    ranking.cosines.with(|all| all[item]),
                    ranking.probabilities.with(|all| all[item]),
                )
            };
            order.iter().take(SENTENCES).map(sentence).collect::<Vec<_>>()
        })
    });
    let row = |(text, truth, cosine, probability): (String, Option<bool>, f32, f32)| {
        let bar = Bar {
            label: format!("cosine {}", format::three(cosine)),
            share: probability,
            value: format::percent(probability),
            mark: None,
            is_chosen: truth == Some(true),
        };
        view! {
            <li>
                <p class="sentence">{text}</p>
                <Bars caption="Score" what="Cosine" unit="Probability" modality="fused" bars=Memo::from(vec![bar]) />
                <Verdict truth />
            </li>
        }
    };
    let is_empty = move || found.with(Vec::is_empty);
    view! {
        {move || (!is_empty()).then(|| view! { <Exports label="Ranking" csv=move || table(app, ranking) /> })}
        <ol class="sentences" data-part="found" aria-busy=move || (!ranking.is_current.get()).to_string()>
            {move || found.get().into_iter().map(row).collect_view()}</ol>
    }
}

/// The statements of the words that the order is of, where they are a sentence of the world's that pictures can show.
pub fn query_statements(app: AppContext, ranking: Ranking) -> Memo<Option<Vec<Statement>>> {
    Memo::new(move |_| {
        let is_words = app.view.with(|view| view.from == Medium::Text);
        let statements = is_words.then(|| ranking.words.with(|words| parse(words).ok())).flatten();
        statements.filter(|all| all.iter().all(|statement| statement.claim.is_of_picture()))
    })
}

pub fn is_true(statements: &[Statement], scene: &Scene) -> bool {
    statements.iter().all(|statement| statement.claim.is_true_of(scene))
}
