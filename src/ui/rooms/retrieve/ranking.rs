//! In which order the gallery is found.

use super::own_table::OwnTable;
use crate::dot::late_score;
use crate::order;
use crate::session::protocol::{Command, Input, Modality};
use crate::softmax::softmax;
use crate::ui::context::AppContext;
use crate::ui::gallery;
use crate::ui::memo::Memo;
use crate::ui::ranking::cosines;
use crate::ui::state::{Phase, RequestState};
use crate::ui::throttle::throttle;
use crate::ui::view::{Medium, RankBy, RetrieveMode};
use leptos::prelude::*;
use std::time::Duration;

/// How many of the best are ranked again.
pub const RERANKED: usize = 16;
const TYPING_PAUSE: Duration = Duration::from_millis(120);

/// The items of the gallery in their order for the current query.
#[derive(Clone, Copy)]
pub struct Ranking {
    /// The words that the order is of: while others are read, those before.
    pub words: Memo<String>,
    /// Whether the order is of what stands on the page now.
    pub is_current: Memo<bool>,
    /// Cosine of each item, or its score by late interaction; empty while there is no query or no gallery.
    pub cosines: Memo<Vec<f32>>,
    /// Softmax over the items of the order.
    pub probabilities: Memo<Vec<f32>>,
    /// Items from best to worst, by matching among the first where that is asked for; without the picture that is the query.
    pub order: Memo<Vec<usize>>,
    /// The matching probability of each of the items that were ranked again.
    pub matched: Memo<Vec<(usize, f32)>>,
    /// The item of the query's own clip, where another modality of it is looked for.
    pub own: Memo<Option<usize>>,
}

impl Ranking {
    pub fn new(app: AppContext) -> Self {
        let Query { vector, words, is_current } = Query::new(app);
        let (from, to) = (app.pick(|view| view.from), app.pick(|view| view.to));
        let temperature = temperature(app);
        let late = is_late(app);
        let own_scale = own_scale(app);
        let cosines = Memo::new(move |_| {
            if late.get() {
                return late_scores(app);
            }
            gallery::rows(app, to.get(), |rows, _| cosines(&vector.get(), rows))
        });
        let own_table = OwnTable::here();
        let is_own_table = Memo::new(move |_| from.get() == Medium::Table && own_table.is_there());
        let place = Memo::new(move |_| {
            if is_own_table.get() {
                return None;
            }
            let name = app.picture.with(|picture| picture.name.clone());
            app.gallery.with(|gallery| gallery.position(&name)).filter(|_| from.get() != Medium::Text)
        });
        let itself = Memo::new(move |_| place.get().filter(|_| from.get() == to.get()));
        let own = Memo::new(move |_| place.get().filter(|_| from.get() != to.get()));
        let by_cosine = Memo::new(move |_| {
            let mut order = cosines.with(|cosines| order::argsort_desc(cosines));
            order.retain(|&item| Some(item) != itself.get());
            order
        });
        let command = rerank_command(app, by_cosine, words);
        Effect::new(move || {
            if let Some((_, command)) = command.get() {
                app.ask(command);
            }
        });
        let matched = Memo::new(move |_| {
            let Some((items, command)) = command.get() else { return Vec::new() };
            app.requests.matched.with(|request| match &request.answered {
                Some(answered) if **answered == command => {
                    items.into_iter().zip(request.value.iter().copied()).collect()
                }
                _ => Vec::new(),
            })
        });
        Ranking {
            words,
            is_current,
            cosines,
            probabilities: Memo::new(move |_| {
                cosines.with(|cosines| shares(cosines, temperature.get(), itself.get()))
            }),
            order: Memo::new(move |_| {
                let scale = own_scale.get().unwrap_or(0.0);
                cosines.with(|cosines| reranked(by_cosine.get(), &matched.get(), cosines, scale))
            }),
            matched,
            own,
        }
    }
}

/// `softmax(cosines / temperature)` over all but the query itself, whose cosine of 1 would leave nothing for the others.
fn shares(cosines: &[f32], temperature: f32, itself: Option<usize>) -> Vec<f32> {
    let logit = |(item, cosine): (usize, &f32)| match Some(item) == itself {
        true => f64::NEG_INFINITY,
        false => f64::from(cosine / temperature),
    };
    softmax(cosines.iter().enumerate().map(logit)).into_iter().map(|share| share as f32).collect()
}

/// The order with its first items sorted by `logit(probability of a match) + scale * cosine`, as [`crate::eval`] sorts them.
fn reranked(mut order: Vec<usize>, matched: &[(usize, f32)], cosines: &[f32], scale: f32) -> Vec<usize> {
    let sum =
        |&(item, p): &(usize, f32)| (item, logit(p) + scale * cosines.get(item).copied().unwrap_or(0.0));
    let mut best: Vec<_> = matched.iter().map(sum).collect();
    order::sort_by(&mut best, |a, b| b.1.total_cmp(&a.1));
    order.iter_mut().zip(&best).for_each(|(item, (better, _))| *item = *better);
    order
}

/// `ln(p / (1 - p))`, at most 16: of a larger one the probability is 1 in f32.
fn logit(p: f32) -> f32 {
    const MOST: f32 = 16.0;
    (p / (1.0 - p)).ln().clamp(-100.0, MOST)
}

/// Whether words are compared with patches: where that is chosen for texts and the model can.
pub fn is_late(app: AppContext) -> Memo<bool> {
    let can = app.can(|abilities| abilities.compares_words);
    let is_chosen = app.pick(|view| view.finds(Medium::Text, Medium::Image) && view.rank_by == RankBy::Late);
    Memo::new(move |_| is_chosen.get() && can.get())
}

/// The score of every image whose patches are known, by late interaction with the words that were read last.
fn late_scores(app: AppContext) -> Vec<f32> {
    if app.view.with(|view| view.query.trim().is_empty()) {
        return Vec::new();
    }
    app.requests.gallery_patches.with(|rows| {
        let (patches, each) = (&rows.value.pictures, rows.value.width);
        app.requests.word_alignment.with(|request| match request.value.as_ref() {
            Some(maps) if each > 0 => {
                let width = each / (maps.cosines.grid * maps.cosines.grid).max(1) as usize;
                patches.chunks_exact(each).map(|image| late_score(&maps.vectors, image, width)).collect()
            }
            _ => Vec::new(),
        })
    })
}

/// The visitor's temperature, or the inverse of the model's trained scale.
pub fn temperature(app: AppContext) -> Memo<f32> {
    let own_scale = own_scale(app);
    Memo::new(move |_| {
        let chosen = app.view.with(|view| view.milli_temperature).map(|milli| milli as f32 / 1000.0);
        let own = || own_scale.get().map(|scale| 1.0 / scale);
        chosen.or_else(own).unwrap_or(0.07).clamp(0.001, 1.0)
    })
}

/// The trained scale of the score that the ranking is by.
fn own_scale(app: AppContext) -> Memo<Option<f32>> {
    let late = is_late(app);
    Memo::new(move |_| {
        app.requests.load.with(|load| {
            let model = load.value.model.as_ref()?;
            Some(if late.get() { model.late_scale } else { model.logit_scale })
        })
    })
}

/// What is looked for, as the model has read it.
struct Query {
    /// Unit vector; empty while nothing is looked for or nothing is read.
    vector: Memo<Vec<f32>>,
    words: Memo<String>,
    is_current: Memo<bool>,
}

impl Query {
    /// Asks for the embedding of what is looked for, and follows it.
    fn new(app: AppContext) -> Self {
        let (from, is_ranking) =
            (app.pick(|view| view.from), app.pick(|view| view.retrieve == RetrieveMode::Ranking));
        let typed = app.pick(|view| view.query.trim().to_owned());
        let text = throttle(move || typed.get(), TYPING_PAUSE);
        let position = position(app);
        let own_table = OwnTable::here();
        // A clip of the gallery is encoded with it.
        let wanted = Memo::new(move |_| {
            let is_asked = is_ranking.get() && position.get().is_none();
            let modality = from.get().modality().filter(|_| is_asked)?;
            if let Some(csv) = own_table.csv().filter(|_| modality == Modality::Table) {
                return Some(Command::query(Input::Table(String::clone(&csv))));
            }
            Some(Command::query(Input::Clip(app.steady.with(|picture| picture.name.clip())?, modality)))
        });
        Effect::new(move || match from.get() {
            Medium::Text if is_ranking.get() && !text.with(String::is_empty) => {
                app.ask(Command::query(text.get()));
            }
            Medium::Image if is_ranking.get() && position.get().is_none() => {
                app.ask(Command::query(app.steady.with(|picture| picture.pixels.clone())));
            }
            _ => wanted.get().into_iter().for_each(|command| app.ask(command)),
        });
        let late = is_late(app);
        Effect::new(move || {
            if late.get() && !text.with(String::is_empty) {
                let picture = app.steady.with(|picture| picture.pixels.clone());
                app.ask(Command::AlignWords { picture, text: text.get() });
            }
        });
        let vector = Memo::new(move |_| match (from.get(), position.get()) {
            (Medium::Text, _) if typed.with(String::is_empty) => Vec::new(),
            (Medium::Text, _) => app.requests.text_query.with(|request| request.value.texts.clone()),
            (from, Some(at)) => {
                gallery::rows(app, from, |rows, width| rows[at * width..(at + 1) * width].to_vec())
            }
            (Medium::Image, None) => {
                app.requests.picture_query.with(|request| request.value.pictures.clone())
            }
            (from, None) if wanted.with(Option::is_some) => {
                app.requests.clip_query.with(|request| match request.answered.as_deref() {
                    // That of a clip before stands until the new one has come; a recording is no clip.
                    Some(Command::Encode { inputs, .. })
                        if matches!(&inputs[..], [input @ (Input::Clip(..) | Input::Table(_))] if input.modality() == from.modality()) =>
                    {
                        request.value.others.clone()
                    }
                    _ => Vec::new(),
                })
            }
            _ => Vec::new(),
        });
        let words = Memo::new(move |_| match late.get() {
            true => app.requests.word_alignment.with(words_of),
            false => app.requests.text_query.with(words_of),
        });
        let is_current = Memo::new(move |_| match (from.get(), position.get()) {
            (Medium::Text, _) => {
                let is_over = match late.get() {
                    true => app.requests.word_alignment.with(|request| request.phase == Phase::Failed),
                    false => app.requests.text_query.with(|request| request.phase == Phase::Failed),
                };
                words.with(|words| typed.with(|typed| is_over || typed.is_empty() || words == typed))
            }
            (_, Some(_)) => true,
            (Medium::Image, None) => app
                .requests
                .picture_query
                .with(|request| request.phase == Phase::Failed || app.is_of_stage(request)),
            _ => app.requests.clip_query.with(|request| {
                wanted.with(|wanted| {
                    let is_it = request.answered.as_deref() == wanted.as_ref();
                    wanted.is_none() || request.phase == Phase::Failed || is_it
                })
            }),
        });
        Query { vector, words, is_current }
    }
}

/// The words that were answered.
fn words_of<T: Clone>(request: &RequestState<T>) -> String {
    match request.answered.as_deref() {
        Some(Command::Encode { inputs, .. }) => match inputs.first() {
            Some(Input::Text(words)) => words.clone(),
            _ => String::new(),
        },
        Some(Command::AlignWords { text, .. }) => text.clone(),
        _ => String::new(),
    }
}

/// Where the clip on the stage stands among those of the gallery whose modality of the query is encoded.
pub fn position(app: AppContext) -> Memo<Option<usize>> {
    let from = app.pick(|view| view.from);
    let own_table = OwnTable::here();
    Memo::new(move |_| {
        if from.get() == Medium::Table && own_table.is_there() {
            return None;
        }
        let known = gallery::rows(app, from.get(), |rows, width| rows.len().checked_div(width).unwrap_or(0));
        app.gallery
            .with(|gallery| gallery.position(&app.picture.with(|picture| picture.name.clone())))
            .filter(|&at| at < known)
    })
}

/// The best items, and the command that asks the matching head about them.
fn rerank_command(
    app: AppContext,
    by_cosine: Memo<Vec<usize>>,
    words: Memo<String>,
) -> Memo<Option<(Vec<usize>, Command)>> {
    let late = is_late(app);
    Memo::new(move |_| {
        let can_match = app.facts.with(|facts| facts.as_ref().is_some_and(|facts| facts.abilities.matches));
        let is_asked =
            can_match && app.view.with(|view| view.rerank && view.finds(Medium::Text, Medium::Image));
        let is_whole = app.requests.gallery.with(|rows| rows.is_settled())
            && match late.get() {
                true => {
                    app.requests.gallery_patches.with(|rows| rows.is_settled())
                        && app.requests.word_alignment.with(|request| request.is_settled())
                }
                false => app.requests.text_query.with(|query| query.is_settled()),
            };
        if !is_asked || !is_whole {
            return None;
        }
        let best: Vec<usize> = by_cosine.with(|order| order.iter().copied().take(RERANKED).collect());
        let text = words.get();
        if best.is_empty() || text.is_empty() {
            return None;
        }
        let pictures = app
            .gallery
            .with(|gallery| best.iter().map(|&item| gallery.pictures[item].pixels.clone()).collect());
        Some((best, Command::Match { pictures, texts: vec![text] }))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_query_itself_takes_nothing_of_the_softmax() {
        let shares = shares(&[1.0, 0.3, 0.3, 0.1], 0.01, Some(0));
        assert_eq!(shares[0], 0.0);
        assert!((shares[1] - 0.5).abs() < 1e-6 && (shares[2] - 0.5).abs() < 1e-6, "{shares:?}");
        assert!(super::shares(&[1.0, 0.3], 0.01, None)[0] > 0.999);
    }

    #[test]
    fn only_the_best_are_ranked_again() {
        let matched = [(4, 0.1), (2, 0.9), (0, 0.5)];
        let cosines = [0.3, 0.2, 0.35, 0.1, 0.4];
        assert_eq!(reranked(vec![4, 2, 0, 1, 3], &matched, &cosines, 1.0), [2, 0, 4, 1, 3]);
        assert_eq!(reranked(vec![1, 0], &[], &cosines, 1.0), [1, 0]);
        // What the matcher cannot tell apart, the cosines can.
        assert_eq!(
            reranked(vec![4, 2, 0, 1, 3], &[(4, 1.0), (2, 1.0), (0, 0.0)], &cosines, 50.0),
            [4, 2, 0, 1, 3]
        );
        assert_eq!(reranked(vec![4, 2, 0, 1, 3], &matched, &cosines, 1000.0), [4, 2, 0, 1, 3]);
    }
}
