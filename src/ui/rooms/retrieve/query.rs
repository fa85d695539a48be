//! What is looked for, and in which order it is found.

use crate::order;
use crate::session::protocol::{Command, Lane};
use crate::softmax::softmax;
use crate::ui::calm::calm;
use crate::ui::components::choice::{Line, Suggestions};
use crate::ui::components::failure::FailureNote;
use crate::ui::lab::Lab;
use crate::ui::memo::Memo;
use crate::ui::ranking::cosines;
use crate::ui::stage::Gallery;
use crate::ui::view::RetrieveMode;
use crate::world::Rng;
use crate::world::language::{Style, caption};
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
    pub fn new(lab: Lab) -> Self {
        let query = query_vector(lab);
        let mode = lab.pick(|view| view.retrieve);
        let temperature = temperature(lab);
        let cosines = Memo::new(move |_| {
            let is_sentences = mode.get() == RetrieveMode::Sentences;
            lab.embeddings.with(|rows| {
                cosines(&query.get(), if is_sentences { &rows.value.texts } else { &rows.value.pictures })
            })
        });
        let by_cosine = Memo::new(move |_| cosines.with(|cosines| order::falling(cosines)));
        let command = rerank_command(lab, by_cosine);
        Effect::new(move || {
            if let Some((_, command)) = command.get() {
                lab.ask(command);
            }
        });
        let matched = Memo::new(move |_| {
            let Some((items, command)) = command.get() else { return Vec::new() };
            lab.matched.with(|asked| match &asked.answered {
                Some(answered) if **answered == command => {
                    items.into_iter().zip(asked.value.iter().copied()).collect()
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
pub fn temperature(lab: Lab) -> Memo<f32> {
    Memo::new(move |_| {
        let chosen = lab.view.with(|view| view.milli_temperature);
        let own = lab.load.with(|load| load.value.model.as_ref().map(|model| 1.0 / model.logit_scale));
        chosen.map(|milli| milli as f32 / 1000.0).or(own).unwrap_or(0.07).clamp(0.001, 1.0)
    })
}

/// Asks for the embedding of what is looked for, and follows it.
fn query_vector(lab: Lab) -> Memo<Vec<f32>> {
    let mode = lab.pick(|view| view.retrieve);
    let text = calm(move || lab.view.with(|view| view.query.trim().to_owned()), TYPING_PAUSE);
    let position = Memo::new(move |_| {
        let known = lab.embeddings.with(|rows| rows.value.count());
        lab.gallery
            .with(|gallery| gallery.position(&lab.picture.with(|picture| picture.name.clone())))
            .filter(|&at| at < known)
    });
    Effect::new(move || match mode.get() {
        RetrieveMode::Words if !text.with(String::is_empty) => {
            lab.ask(Command::EncodeText { text: text.get() })
        }
        RetrieveMode::Sentences | RetrieveMode::Pictures if position.get().is_none() => {
            lab.ask(Command::EncodePicture { picture: lab.steady.with(|picture| picture.pixels.clone()) });
        }
        _ => {}
    });
    Memo::new(move |_| match (mode.get(), position.get()) {
        (RetrieveMode::Words, _) if text.with(String::is_empty) => Vec::new(),
        (RetrieveMode::Words, _) => lab.text.with(|asked| asked.value.to_vec()),
        (_, Some(at)) => lab.embeddings.with(|rows| {
            let rows = &rows.value;
            rows.pictures[at * rows.width..(at + 1) * rows.width].to_vec()
        }),
        _ => lab.embedding.with(|asked| asked.value.to_vec()),
    })
}

/// The best items, and the command that asks the matching head about them.
fn rerank_command(lab: Lab, by_cosine: Memo<Vec<usize>>) -> Memo<Option<(Vec<usize>, Command)>> {
    Memo::new(move |_| {
        let can_match = lab.facts.with(|facts| facts.as_ref().is_some_and(|facts| facts.abilities.matches));
        let is_asked = can_match && lab.view.with(|view| view.rerank && view.retrieve == RetrieveMode::Words);
        let is_whole =
            lab.embeddings.with(|rows| rows.is_settled()) && lab.text.with(|text| text.is_settled());
        if !is_asked || !is_whole {
            return None;
        }
        let best: Vec<usize> = by_cosine.with(|order| order.iter().copied().take(RERANKED).collect());
        let text = lab.view.with(|view| view.query.trim().to_owned());
        if best.is_empty() || text.is_empty() {
            return None;
        }
        let pictures = lab
            .gallery
            .with(|gallery| best.iter().map(|&item| gallery.pictures[item].pixels.clone()).collect());
        Some((best, Command::Match { pictures, texts: vec![text] }))
    })
}

/// The line to type in, with a few sentences to begin with.
#[component]
pub fn WordsQuery(ranking: Ranking) -> impl IntoView {
    let lab = Lab::here();
    let query = lab.pick(|view| view.query.clone());
    let suggestions = Memo::new(move |_| lab.gallery.with(|gallery| suggest(gallery)));
    let is_empty = move || query.with(|query| query.trim().is_empty());
    view! {
        <Line label="Look for" placeholder="a large red circle" value=query
            change=move |text| lab.adjust(|view| view.query = text) done=move || lab.settle() />
        <Suggestions label="Sentences to try" texts=suggestions choose=move |text| lab.go(|view| view.query = text) />
        <FailureNote lane=Lane::Text failure=Memo::new(move |_| lab.text.with(|text| text.failure.clone())) />
        <FailureNote lane=Lane::Match failure=Memo::new(move |_| lab.matched.with(|asked| asked.failure.clone())) />
        {move || (!is_empty()).then(|| view! { <super::found::Truth ranking /> })}
    }
}

/// A true sentence of each style but the long one, each about another scene.
fn suggest(gallery: &Gallery) -> Vec<String> {
    let styles = [Style::Short, Style::Relation, Style::Count, Style::Negation];
    let say = |style: Style| {
        let scenes = gallery.pictures.iter().filter_map(|picture| picture.scene.as_ref());
        scenes
            .skip(7 * style as usize)
            .find_map(|scene| caption(scene, style, &mut Rng::from_seed(gallery.seed)))
    };
    styles.into_iter().filter_map(say).map(|caption| caption.text).collect()
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
