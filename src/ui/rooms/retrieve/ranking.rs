//! In which order the gallery is found.

use crate::order;
use crate::session::protocol::Command;
use crate::softmax::softmax;
use crate::ui::context::AppContext;
use crate::ui::memo::Memo;
use crate::ui::ranking::cosines;
use crate::ui::throttle::throttle;
use crate::ui::view::RetrieveMode;
use leptos::prelude::*;
use std::time::Duration;

/// How many of the best are ranked again.
pub const RERANKED: usize = 16;
const TYPING_PAUSE: Duration = Duration::from_millis(120);

/// The items of the gallery in their order for the current query.
#[derive(Clone, Copy)]
pub struct Ranking {
    /// Cosine of each item; empty while there is no query or no gallery.
    pub cosines: Memo<Vec<f32>>,
    /// Softmax over the items.
    pub probabilities: Memo<Vec<f32>>,
    /// Items from best to worst, by matching among the first where that is asked for.
    pub order: Memo<Vec<usize>>,
    /// The matching probability of each of the items that were ranked again.
    pub matched: Memo<Vec<(usize, f32)>>,
}

impl Ranking {
    pub fn new(app: AppContext) -> Self {
        let query = query_vector(app);
        let mode = app.pick(|view| view.retrieve);
        let temperature = temperature(app);
        let cosines = Memo::new(move |_| {
            let is_sentences = mode.get() == RetrieveMode::Sentences;
            app.requests.gallery.with(|rows| {
                cosines(&query.get(), if is_sentences { &rows.value.texts } else { &rows.value.pictures })
            })
        });
        let by_cosine = Memo::new(move |_| cosines.with(|cosines| order::argsort_desc(cosines)));
        let command = rerank_command(app, by_cosine);
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
            cosines,
            probabilities: Memo::new(move |_| cosines.with(|cosines| shares(cosines, temperature.get()))),
            order: Memo::new(move |_| reranked(by_cosine.get(), &matched.get())),
            matched,
        }
    }
}

/// `softmax(cosines / temperature)`.
fn shares(cosines: &[f32], temperature: f32) -> Vec<f32> {
    let shares = softmax(cosines.iter().map(|cosine| f64::from(cosine / temperature)));
    shares.into_iter().map(|share| share as f32).collect()
}

/// The order with its first items sorted by their matching probability.
fn reranked(mut order: Vec<usize>, matched: &[(usize, f32)]) -> Vec<usize> {
    let mut best = matched.to_vec();
    order::sort_by(&mut best, |a, b| b.1.total_cmp(&a.1));
    order.iter_mut().zip(&best).for_each(|(item, (better, _))| *item = *better);
    order
}

/// The visitor's temperature, or the inverse of the model's trained scale.
pub fn temperature(app: AppContext) -> Memo<f32> {
    Memo::new(move |_| {
        let chosen = app.view.with(|view| view.milli_temperature);
        let own =
            app.requests.load.with(|load| load.value.model.as_ref().map(|model| 1.0 / model.logit_scale));
        chosen.map(|milli| milli as f32 / 1000.0).or(own).unwrap_or(0.07).clamp(0.001, 1.0)
    })
}

/// Asks for the embedding of what is looked for, and follows it.
fn query_vector(app: AppContext) -> Memo<Vec<f32>> {
    let mode = app.pick(|view| view.retrieve);
    let text = throttle(move || app.view.with(|view| view.query.trim().to_owned()), TYPING_PAUSE);
    let position = position(app);
    Effect::new(move || match mode.get() {
        RetrieveMode::Words if !text.with(String::is_empty) => app.ask(Command::query(text.get())),
        RetrieveMode::Sentences | RetrieveMode::Pictures if position.get().is_none() => {
            app.ask(Command::query(app.steady.with(|picture| picture.pixels.clone())));
        }
        _ => {}
    });
    Memo::new(move |_| match (mode.get(), position.get()) {
        (RetrieveMode::Words, _) if text.with(String::is_empty) => Vec::new(),
        (RetrieveMode::Words, _) => app.requests.text_query.with(|request| request.value.texts.clone()),
        (_, Some(at)) => app.requests.gallery.with(|rows| {
            let rows = &rows.value;
            rows.pictures[at * rows.width..(at + 1) * rows.width].to_vec()
        }),
        _ => app.requests.picture_query.with(|request| request.value.pictures.clone()),
    })
}

/// Where the picture on the stage stands among those of the gallery that are encoded.
pub fn position(app: AppContext) -> Memo<Option<usize>> {
    Memo::new(move |_| {
        let known = app.requests.gallery.with(|rows| rows.value.count());
        app.gallery
            .with(|gallery| gallery.position(&app.picture.with(|picture| picture.name.clone())))
            .filter(|&at| at < known)
    })
}

/// The best items, and the command that asks the matching head about them.
fn rerank_command(app: AppContext, by_cosine: Memo<Vec<usize>>) -> Memo<Option<(Vec<usize>, Command)>> {
    Memo::new(move |_| {
        let can_match = app.facts.with(|facts| facts.as_ref().is_some_and(|facts| facts.abilities.matches));
        let is_asked = can_match && app.view.with(|view| view.rerank && view.retrieve == RetrieveMode::Words);
        let is_whole = app.requests.gallery.with(|rows| rows.is_settled())
            && app.requests.text_query.with(|query| query.is_settled());
        if !is_asked || !is_whole {
            return None;
        }
        let best: Vec<usize> = by_cosine.with(|order| order.iter().copied().take(RERANKED).collect());
        let text = app.view.with(|view| view.query.trim().to_owned());
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
    fn only_the_best_are_ranked_again() {
        let order = reranked(vec![4, 2, 0, 1, 3], &[(4, 0.1), (2, 0.9), (0, 0.5)]);
        assert_eq!(order, [2, 0, 4, 1, 3]);
        assert_eq!(reranked(vec![1, 0], &[]), [1, 0]);
    }
}
