//! Which attention is looked at: of which word or patch, in which layer and head.

use crate::session::protocol::AttentionWeights;
use crate::ui::components::pointing::is_hit;
use crate::ui::components::unknown::drop_missing_layer;
use crate::ui::components::words::ScoredWord;
use crate::ui::context::AppContext;
use crate::ui::memo::Memo;
use crate::ui::state::Shared;
use crate::ui::text::{Word, mean_map, sentence, words};
use crate::ui::truth;
use crate::ui::view::Attending;
use crate::world::Scene;
use leptos::prelude::*;
use std::ops::Range;

/// Signals that follow the attention of the engine.
#[derive(Clone, Copy)]
pub struct Focus {
    /// Of those that the model has, the one that is chosen, or the first.
    pub mode: Memo<Attending>,
    pub words: Memo<Vec<ScoredWord>>,
    /// The word that is pinned, or one that names an object.
    pub marked: Memo<Option<usize>>,
    /// The word that is pointed at, or the marked one.
    pub word: Memo<Option<usize>>,
    pub patch: Memo<Option<usize>>,
    /// The map of each layer and head, `layers` rows of `heads`.
    pub maps: Memo<Shared<Vec<Vec<Vec<f32>>>>>,
    /// Layer and head that are shown; `None` is the mean over all heads (and layers).
    pub layer: Memo<Option<usize>>,
    pub head: Memo<Option<usize>>,
    pub map: Memo<Option<Vec<f32>>>,
    pub object: Memo<Option<usize>>,
    /// Of each layer and head, whether it attends most to the object that the word names.
    pub hits: Memo<Vec<Vec<Option<bool>>>>,
}

impl Focus {
    pub fn new(app: AppContext, mode: Memo<Attending>, here: RwSignal<Option<usize>>) -> Self {
        let attention = Memo::new(move |_| match mode.get() {
            Attending::Patches => app.requests.patches.with(|request| request.value.clone()),
            Attending::Decoder | Attending::Matcher => {
                app.requests.cross.with(|request| request.value.clone())
            }
        });
        let words = Memo::new(move |_| {
            attention
                .with(|attention| attention.as_ref().map(|all| words_of(&all.tokens)).unwrap_or_default())
        });
        let pinned = app.pick(|view| view.word);
        let known = move |word: &usize| words.with(|words| *word < words.len());
        let marked = Memo::new(move |_| {
            let pinned = pinned.get().filter(known);
            pinned.or_else(|| words.with(|words| first_noun(app, words)))
        });
        let word = Memo::new(move |_| {
            let is_words = mode.get() != Attending::Patches;
            here.get().filter(known).or(marked.get()).filter(|_| is_words)
        });
        let patch = Memo::new(move |_| {
            let grid = app.facts.with(|facts| facts.as_ref().map_or(8, |facts| facts.grid as usize));
            let chosen = app.view.with(|view| view.patch).filter(|&patch| patch < grid * grid);
            (mode.get() == Attending::Patches).then_some(chosen.unwrap_or(middle(grid)))
        });
        let queries = Memo::new(move |_| match patch.get() {
            Some(patch) => Some(patch..patch + 1),
            None => word
                .get()
                .and_then(|word| words.with(|words| words.get(word).map(|said| said.word.tokens.clone()))),
        });
        let maps = Memo::new(move |_| {
            let maps = queries.get().and_then(|range| {
                attention.with(|attention| attention.as_ref().map(|all| all_maps(all, range)))
            });
            Shared::new(maps.unwrap_or_default())
        });
        let layer = Memo::new(move |_| {
            let pointing = app
                .requests
                .load
                .with(|load| load.value.model.as_ref().map(|model| model.pointing_layer as usize));
            let chosen = app.view.with(|view| view.layer);
            chosen
                .or(pointing.filter(|_| mode.get() == Attending::Decoder))
                .filter(|&layer| maps.with(|maps| layer < maps.len()))
        });
        let head = app.pick(|view| view.head);
        let stack = Memo::new(move |_| {
            maps.with(|maps| maps.first().map(|heads: &Vec<Vec<f32>>| [maps.len(), heads.len()]))
        });
        drop_missing_layer(app, stack);
        let map = Memo::new(move |_| maps.with(|maps| mean(maps, layer.get(), head.get())));
        let object = Memo::new(move |_| {
            app.requests.cross.with(|request| app.is_of_stage(request)).then_some(())?;
            let word = word.get()?;
            words.with(|words| app.picture.with(|picture| object_of(words, word, picture.scene.as_ref()?)))
        });
        let hits = Memo::new(move |_| {
            let object = object.get();
            let hit = |map: &Vec<f32>| app.picture.with(|picture| is_hit(map, object?, picture));
            maps.with(|maps| maps.iter().map(|heads| heads.iter().map(hit).collect()).collect())
        });
        Focus { mode, words, marked, word, patch, maps, layer, head, map, object, hits }
    }
}

/// The patch that looks before one is chosen: left and above of the middle, 27 of an 8x8 grid.
fn middle(grid: usize) -> usize {
    (grid.saturating_sub(1) / 2) * (grid + 1)
}

fn words_of(tokens: &[String]) -> Vec<ScoredWord> {
    words(tokens.iter().map(String::as_str))
        .into_iter()
        .map(|word| ScoredWord { word, probability: None })
        .collect()
}

/// The noun of the first phrase that names an object, else the first word.
fn first_noun(app: AppContext, words: &[ScoredWord]) -> Option<usize> {
    let scene = app.picture.with(|picture| picture.scene.clone());
    let noun = scene.and_then(|scene| noun_of(words.len(), |word| object_of(words, word, &scene)));
    noun.or((!words.is_empty()).then_some(0))
}

/// The last of the first words in a row that name one object: "circle" of "a large red circle".
fn noun_of(count: usize, object: impl Fn(usize) -> Option<usize>) -> Option<usize> {
    let first = (0..count).find(|&word| object(word).is_some())?;
    let named = object(first);
    (first..count).take_while(|&word| object(word) == named).last()
}

fn object_of(words: &[ScoredWord], word: usize, scene: &Scene) -> Option<usize> {
    let plain: Vec<Word> = words.iter().map(|said| said.word.clone()).collect();
    truth::named(&sentence(&plain), plain.get(word)?, scene)
}

/// The map of every layer and head, mean over the queries.
fn all_maps(attention: &AttentionWeights, range: Range<usize>) -> Vec<Vec<Vec<f32>>> {
    let [layers, heads, grid] =
        [attention.layers, attention.heads, attention.grid].map(|count| count as usize);
    let cells = grid * grid;
    let queries = if attention.tokens.is_empty() { cells } else { attention.tokens.len() };
    let map = |layer, head| {
        mean_map(&attention.values, [layers, heads, queries, cells], Some(layer), Some(head), range.clone())
    };
    (0..layers).map(|layer| (0..heads).map(|head| map(layer, head)).collect()).collect()
}

/// Mean over the chosen layer or all, the chosen head or all.
fn mean(maps: &[Vec<Vec<f32>>], layer: Option<usize>, head: Option<usize>) -> Option<Vec<f32>> {
    let layers = maps.iter().enumerate().filter(|(index, _)| layer.is_none_or(|only| only == *index));
    let heads = layers.flat_map(|(_, heads)| heads.iter().enumerate());
    let chosen: Vec<&Vec<f32>> =
        heads.filter(|(index, _)| head.is_none_or(|only| only == *index)).map(|(_, map)| map).collect();
    let cells = chosen.first()?.len();
    let at = |cell: usize| chosen.iter().map(|map| map[cell]).sum::<f32>() / chosen.len() as f32;
    Some((0..cells).map(at).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_noun_of_the_first_phrase_is_marked() {
        // a large red circle, a small blue star
        let objects = [None, Some(1), Some(1), Some(1), None, Some(0), Some(0), Some(0)];
        assert_eq!(noun_of(8, |word| objects[word]), Some(3));
        assert_eq!(noun_of(3, |_| None), None);
    }

    #[test]
    fn maps_are_taken_by_layer_and_head() {
        let values = (0..2 * 2 * 2 * 4).map(|i| i as f32).collect();
        let attention =
            AttentionWeights { layers: 2, heads: 2, grid: 2, tokens: vec!["a".into(), " b".into()], values };
        let maps = all_maps(&attention, 1..2);
        assert_eq!(maps[1][0], [20.0, 21.0, 22.0, 23.0]);
        assert_eq!(mean(&maps, Some(1), None).unwrap()[0], 24.0);
        assert_eq!(mean(&maps, None, Some(0)).unwrap()[0], 12.0);
        assert_eq!(mean(&maps, Some(9), None), None);
    }
}
