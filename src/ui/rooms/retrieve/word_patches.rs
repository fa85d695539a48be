//! Late interaction looked at word by word: each word's nearest patch of the image on the stage.

use super::ranking::is_late;
use crate::session::protocol::{Lane, WordAlignment};
use crate::ui::components::attention_overlay::peak;
use crate::ui::components::bars::{Bar, Bars};
use crate::ui::components::chart::measure;
use crate::ui::components::failure::FailureNote;
use crate::ui::components::overlay::Overlay;
use crate::ui::components::picture::PicturePanel;
use crate::ui::components::pointing::is_hit;
use crate::ui::components::words::{ScoredWord, Words};
use crate::ui::context::AppContext;
use crate::ui::format;
use crate::ui::lessons::figures;
use crate::ui::memo::Memo;
use crate::ui::text::{mean_map, sentence, words};
use crate::ui::truth;
use leptos::html::Div;
use leptos::prelude::*;

/// A word of the query over the image.
#[derive(Clone, PartialEq)]
struct WordMap {
    said: ScoredWord,
    /// Its largest cosine, mean over its tokens.
    largest: f32,
    /// Cosine of each patch, mean over its tokens.
    cosines: Vec<f32>,
}

/// The image beside the words of the query, with a line from each word to its nearest patch.
#[component]
pub fn WordPatches() -> impl IntoView {
    let app = AppContext::here();
    let late = is_late(app);
    let all = Memo::new(move |_| match late.get() {
        true => app.requests.word_alignment.with(|request| request.value.as_ref().map(patches_of_words)),
        false => None,
    });
    let is_current = Memo::new(move |_| app.requests.word_alignment.with(|request| app.is_of_stage(request)));
    let is_shown = Memo::new(move |_| all.with(Option::is_some));
    let failure = Memo::new(move |_| app.requests.word_alignment.with(|request| request.failure.clone()));
    view! {
        {move || late.get().then(|| view! { <FailureNote lane=Lane::WordAlignment failure /> })}
        {move || is_shown.get().then(|| view! {
            <Compared all=Memo::new(move |_| all.get().unwrap_or_default()) is_current />
        })}
    }
}

#[component]
fn Compared(all: Memo<Vec<WordMap>>, is_current: Memo<bool>) -> impl IntoView {
    let app = AppContext::here();
    let (here, pinned) = (RwSignal::new(None), app.pick(|view| view.word));
    let words =
        Memo::new(move |_| all.with(|all| all.iter().map(|word| word.said.clone()).collect::<Vec<_>>()));
    let count = Memo::new(move |_| words.with(Vec::len));
    let word = Memo::new(move |_| here.get().or(pinned.get()).filter(|&word| word < count.get()));
    let overlay = Memo::new(move |_| {
        let Some(word) = word.get() else { return Overlay::default() };
        // Nearness below none is none: an overlay shows shares.
        let map = all.with(|all| all[word].cosines.iter().map(|cosine| cosine.max(0.0)).collect());
        let object = is_current.get().then(|| {
            let plain: Vec<_> = words.with(|words| words.iter().map(|said| said.word.clone()).collect());
            app.picture
                .with(|picture| truth::named(&sentence(&plain), plain.get(word)?, picture.scene.as_ref()?))
        });
        Overlay { map: Some(map), object: object.flatten(), patch: None }
    });
    let score =
        move || app.requests.word_alignment.with(|request| request.value.as_ref().map(|maps| maps.score));
    let bars = Memo::new(move |_| {
        let bar = |(at, word): (usize, &WordMap)| Bar {
            label: word.said.word.text.clone(),
            share: word.largest.max(0.0),
            value: format::three(word.largest),
            mark: None,
            is_chosen: pinned.get() == Some(at),
        };
        all.with(|all| all.iter().enumerate().map(bar).collect::<Vec<_>>())
    });
    publish(app, all, is_current, word);
    let area = NodeRef::<Div>::new();
    view! {
        <section class="word-patches" data-part="words" aria-busy=move || (!is_current.get()).to_string()>
            <h2 class="minor">"Words and patches of the chosen image"</h2>
            <div class="beside" node_ref=area>
                <PicturePanel overlay />
                <div class="writing">
                    <div class="text">
                        <Words label="The query, word by word" words here pinned is_growing=false pin=move |word| app.go(|view| view.word = word) />
                    </div>
                    <p class="small quiet">"A line leads from each word to the patch that it is nearest to. Choose a word to see its map and whether the patch lies in the object that it names. Choose an image of the ranking to compare it."</p>
                    <p>"Score of this image: " <data class="big">{move || score().map_or("–".into(), format::three)}</data></p>
                    <Bars caption="Largest cosine of each word" what="Word" unit="Largest cosine" modality="fused" bars />
                </div>
                <Lines area all word />
            </div>
        </section>
    }
}

/// The figures that lessons look at: the score, how its words point, and the word that is looked at.
fn publish(app: AppContext, all: Memo<Vec<WordMap>>, is_current: Memo<bool>, word: Memo<Option<usize>>) {
    figures::publish(move || {
        let score = app.requests.word_alignment.with(|request| request.value.as_ref().map(|maps| maps.score));
        let Some(score) = score.filter(|_| is_current.get()) else { return Vec::new() };
        let games = all.with(|all| pointed(app, all));
        let game = word.get().and_then(|word| games.get(word).copied().flatten());
        let naming: Vec<(bool, f32)> = games.into_iter().flatten().collect();
        let mean =
            |value: &dyn Fn(&(bool, f32)) -> f64| naming.iter().map(value).sum::<f64>() / naming.len() as f64;
        let live = [
            ("score", Some(score.into())),
            ("pointing", Some(mean(&|(hit, _)| f64::from(*hit)))),
            ("pointing.chance", Some(mean(&|(_, chance)| f64::from(*chance)))),
            ("pointing.words", Some(naming.len() as f64)),
            ("word.hit", game.map(|(hit, _)| f64::from(hit))),
            ("word.chance", game.map(|(_, chance)| f64::from(chance))),
        ];
        live.into_iter().filter_map(|(name, value)| Some((format!("retrieve.{name}"), value?))).collect()
    });
}

/// Of each word whether its nearest patch lies in the object that it names, and how many of the patches do; none where it names none.
fn pointed(app: AppContext, all: &[WordMap]) -> Vec<Option<(bool, f32)>> {
    let plain: Vec<_> = all.iter().map(|map| map.said.word.clone()).collect();
    let text = sentence(&plain);
    app.picture.with(|picture| {
        let game = |map: &WordMap| {
            let object = truth::named(&text, &map.said.word, picture.scene.as_ref()?)?;
            let grid = map.cosines.len().isqrt();
            Some((
                is_hit(&map.cosines, object, picture)?,
                truth::chance_to_hit(picture.masks.get(object)?, grid),
            ))
        };
        all.iter().map(game).collect()
    })
}

/// From the words to their nearest patches, over both.
#[component]
fn Lines(area: NodeRef<Div>, all: Memo<Vec<WordMap>>, word: Memo<Option<usize>>) -> impl IntoView {
    let width = RwSignal::new(0.0);
    measure(area, width);
    let ends = RwSignal::new(Vec::<[f64; 4]>::new());
    Effect::new(move || {
        let best: Vec<_> = all.with(|all| all.iter().map(|word| middle_of_best(&word.cosines)).collect());
        width.track();
        // Where the words stand is known once they are drawn.
        request_animation_frame(move || {
            let found = area.get_untracked().map(|area| line_ends(&area, &best));
            let _ = ends.try_set(found.unwrap_or_default());
        });
    });
    let line = move |(at, [x1, y1, x2, y2]): (usize, [f64; 4])| {
        let class = move || if word.get() == Some(at) { "here" } else { "" };
        view! { <line x1=x1 y1=y1 x2=x2 y2=y2 class=class /><circle cx=x2 cy=y2 r="3" class=class /> }
    };
    view! { <svg class="lines" aria-hidden="true">{move || ends.get().into_iter().enumerate().map(line).collect_view()}</svg> }
}

/// The middle of the patch of the largest cosine, as shares of the image's sides.
fn middle_of_best(cosines: &[f32]) -> Option<[f64; 2]> {
    let (best, grid) = (peak(cosines)?, cosines.len().isqrt());
    Some([best % grid, best / grid].map(|at| (at as f64 + 0.5) / grid as f64))
}

/// From below each word to its place in the image, in pixels of the area.
fn line_ends(area: &web_sys::Element, places: &[Option<[f64; 2]>]) -> Vec<[f64; 4]> {
    let origin = area.get_bounding_client_rect();
    let found = |selector: &str| area.query_selector(selector).ok().flatten();
    let (Some(frame), Some(list)) = (found(".frame"), found("ol.words")) else { return Vec::new() };
    let (frame, items) = (frame.get_bounding_client_rect(), list.children());
    let end = |(at, place): (usize, &Option<[f64; 2]>)| {
        let word = items.item(at as u32)?.get_bounding_client_rect();
        let [x, y] = (*place)?;
        let ends = [
            word.left() + word.width() / 2.0,
            word.bottom(),
            frame.left() + x * frame.width(),
            frame.top() + y * frame.height(),
        ];
        let [left, top] = [origin.left(), origin.top()];
        Some([ends[0] - left, ends[1] - top, ends[2] - left, ends[3] - top])
    };
    places.iter().enumerate().filter_map(end).collect()
}

fn patches_of_words(maps: &WordAlignment) -> Vec<WordMap> {
    let cosines = &maps.cosines;
    let (queries, cells) = (cosines.tokens.len(), (cosines.grid * cosines.grid) as usize);
    words(cosines.tokens.iter().map(String::as_str))
        .into_iter()
        .map(|word| {
            let range = word.tokens.clone();
            let of_range = mean_map(&cosines.values, [1, 1, queries, cells], None, None, range);
            let largest = of_range.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            WordMap { said: ScoredWord { word, probability: None }, largest, cosines: of_range }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::protocol::AttentionWeights;

    #[test]
    fn a_word_of_two_tokens_has_the_mean_of_their_maps() {
        let cosines = AttentionWeights {
            layers: 1,
            heads: 1,
            grid: 2,
            tokens: [" a", " str", "iped"].map(String::from).to_vec(),
            values: [[0.1, 0.2, 0.3, 0.0], [0.0, 1.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.5]].concat(),
        };
        let all = patches_of_words(&WordAlignment { cosines, vectors: Vec::new(), score: 0.0 });
        let texts: Vec<_> = all.iter().map(|word| word.said.word.text.as_str()).collect();
        assert_eq!(texts, ["a", "striped"]);
        assert_eq!((all[1].cosines.clone(), all[1].largest), (vec![0.0, 0.5, 0.0, 0.25], 0.5));
        assert_eq!(middle_of_best(&all[1].cosines), Some([0.75, 0.25]));
        assert_eq!(middle_of_best(&all[0].cosines), Some([0.25, 0.75]));
    }
}
