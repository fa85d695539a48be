//! The caption as words, and where the model looked for each.

use crate::session::protocol::{Stack, Token};
use crate::ui::components::pointing::is_hit;
use crate::ui::components::words::ScoredWord;
use crate::ui::context::AppContext;
use crate::ui::memo::Memo;
use crate::ui::state::{Shared, Writing};
use crate::ui::text::{Word, mean_map, sentence, words};
use crate::ui::truth::{self, EvaluatedStatement, evaluate};
use leptos::prelude::*;
use std::ops::Range;

/// Signals that follow the caption of the engine.
#[derive(Clone, Copy)]
pub struct Draft {
    pub tokens: Memo<Shared<Writing>>,
    pub words: Memo<Vec<ScoredWord>>,
    pub text: Memo<String>,
    pub is_growing: Memo<bool>,
    /// The word that is looked at: pointed at, pinned, or the last one while the caption is being written.
    pub word: Memo<Option<usize>>,
    /// Where the model looked for that word, `[grid * grid]`.
    pub map: Memo<Option<Vec<f32>>>,
    /// The object that the word names.
    pub object: Memo<Option<usize>>,
    /// Whether it was written about the picture as it is now.
    pub is_current: Memo<bool>,
    /// For each word of the finished caption whether attention is highest in the object that it names; none where it names none.
    pub hits: Memo<Vec<Option<bool>>>,
    /// For each word of the finished caption whether attention misses the object that it names.
    pub missed: Memo<Vec<bool>>,
    /// Each statement of the caption, held against the scene.
    pub evaluated: Memo<Option<Vec<EvaluatedStatement>>>,
}

impl Draft {
    pub fn new(app: AppContext, here: RwSignal<Option<usize>>) -> Self {
        let tokens = Memo::new(move |_| app.requests.caption.with(|caption| caption.value.clone()));
        let words = Memo::new(move |_| said(&tokens.get().tokens));
        let text = Memo::new(move |_| words.with(|words| text_of(words)));
        let is_growing = Memo::new(move |_| app.requests.caption.with(|caption| caption.is_busy()));
        let word = Memo::new(move |_| {
            let count = words.with(Vec::len);
            let chosen = here.get().or(app.view.with(|view| view.word)).filter(|&word| word < count);
            chosen.or_else(|| is_growing.get().then(|| count.checked_sub(1)).flatten())
        });
        let stack = Memo::new(move |_| {
            app.requests
                .load
                .with(|load| load.value.model.as_ref().map(|model| (model.decoder, model.pointing_layer)))
        });
        let chosen = app.pick(|view| (view.layer, view.head));
        let map_of_range = move |range: Range<usize>| {
            tokens.with(|writing| map_of(&writing.tokens, range, stack.get()?, chosen.get()))
        };
        let map = Memo::new(move |_| {
            let word = word.get()?;
            map_of_range(words.with(|words| Some(words.get(word)?.word.tokens.clone()))?)
        });
        let is_current = Memo::new(move |_| app.requests.caption.with(|caption| app.is_of_stage(caption)));
        let object = Memo::new(move |_| {
            is_current.get().then_some(())?;
            let word = word.get().and_then(|word| words.with(|words| Some(words.get(word)?.word.clone())))?;
            app.picture.with(|picture| truth::named(&text.get(), &word, picture.scene.as_ref()?))
        });
        let hits = Memo::new(move |_| {
            if is_growing.get() || !is_current.get() {
                return Vec::new();
            }
            let hit = |said: &ScoredWord| {
                app.picture.with(|picture| {
                    let object = truth::named(&text.get(), &said.word, picture.scene.as_ref()?)?;
                    is_hit(&map_of_range(said.word.tokens.clone())?, object, picture)
                })
            };
            words.with(|words| words.iter().map(hit).collect())
        });
        let missed =
            Memo::new(move |_| hits.with(|hits| hits.iter().map(|hit| *hit == Some(false)).collect()));
        let evaluated = Memo::new(move |_| {
            let scene = app.picture.with(|picture| picture.scene.clone())?;
            let mut evaluated = evaluate(&text.get(), !is_growing.get(), &scene);
            if !is_current.get() {
                evaluated.iter_mut().for_each(|statement| statement.truth = None);
            }
            Some(evaluated)
        });
        Draft { tokens, words, text, is_growing, word, map, object, is_current, hits, missed, evaluated }
    }
}

/// How sure the model was of the tokens that it chose itself.
pub struct Certainty {
    pub tokens: usize,
    /// Of all of them together.
    pub logprob: f32,
    pub perplexity: f32,
}

impl Certainty {
    pub fn of(tokens: &[Token]) -> Self {
        let chosen = || tokens.iter().filter(|token| !token.forced);
        let (tokens, logprob) = (chosen().count(), chosen().map(|token| token.logprob).sum::<f32>());
        Certainty { tokens, logprob, perplexity: (-logprob / tokens.max(1) as f32).exp() }
    }
}

/// Tokens as words with the probability that the model gave them.
pub fn said(tokens: &[Token]) -> Vec<ScoredWord> {
    let probability = |range: Range<usize>| {
        let tokens = &tokens[range];
        let is_given = tokens.iter().all(|token| token.forced);
        (!is_given).then(|| tokens.iter().map(|token| token.logprob).sum::<f32>().exp())
    };
    let words = words(tokens.iter().map(|token| token.text.as_str()));
    words.into_iter().map(|word| ScoredWord { probability: probability(word.tokens.clone()), word }).collect()
}

pub fn text_of(words: &[ScoredWord]) -> String {
    let words: Vec<Word> = words.iter().map(|said| said.word.clone()).collect();
    sentence(&words)
}

/// Mean attention over the tokens of a word: of the chosen layer or the one that points best, of one head or all.
pub fn map_of(
    tokens: &[Token],
    range: Range<usize>,
    (stack, pointing_layer): (Stack, u32),
    (layer, head): (Option<usize>, Option<usize>),
) -> Option<Vec<f32>> {
    let [layers, heads] = [stack.layers, stack.heads].map(|count| count as usize);
    let tokens = tokens.get(range)?;
    let cells = tokens.first()?.attention.len() / (layers * heads).max(1);
    let layer = layer.filter(|&layer| layer < layers).unwrap_or(pointing_layer as usize);
    let head = head.filter(|&head| head < heads);
    let mut mean = vec![0.0; cells];
    for token in tokens {
        let map = mean_map(&token.attention, [layers, heads, 1, cells], Some(layer), head, 0..1);
        mean.iter_mut().zip(map).for_each(|(sum, value)| *sum += value / tokens.len() as f32);
    }
    Some(mean)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(text: &str, logprob: f32, forced: bool, attention: Vec<f32>) -> Token {
        Token { id: 0, text: text.into(), logprob, forced, alternatives: Vec::new(), attention }
    }

    #[test]
    fn a_word_is_as_sure_as_its_tokens_together() {
        let half = 0.5_f32.ln();
        let tokens = [
            token("a", 0.0, true, vec![]),
            token(" st", half, false, vec![]),
            token("ar", half, false, vec![]),
        ];
        let said = said(&tokens);
        assert_eq!(said[0].probability, None);
        assert!((said[1].probability.unwrap() - 0.25).abs() < 1e-6);
        assert_eq!(text_of(&said), "a star");
    }

    #[test]
    fn what_was_given_is_no_choice_of_the_model() {
        let quarter = 0.25_f32.ln();
        let tokens = [token("a", -9.0, true, vec![]), token(" star", quarter, false, vec![])];
        let Certainty { tokens, logprob, perplexity } = Certainty::of(&tokens);
        assert_eq!((tokens, logprob), (1, quarter));
        assert!((perplexity - 4.0).abs() < 1e-5);
        assert_eq!(Certainty::of(&[]).tokens, 0);
    }

    #[test]
    fn a_words_map_is_the_mean_of_its_tokens_in_the_pointing_layer() {
        // Two layers, one head, two cells.
        let tokens = [
            token("st", 0.0, false, vec![9.0, 9.0, 1.0, 0.0]),
            token("ar", 0.0, false, vec![9.0, 9.0, 0.0, 0.5]),
        ];
        let stack = Stack { layers: 2, heads: 1 };
        assert_eq!(map_of(&tokens, 0..2, (stack, 1), (None, None)), Some(vec![0.5, 0.25]));
        assert_eq!(map_of(&tokens, 0..1, (stack, 1), (Some(0), Some(7))), Some(vec![9.0, 9.0]));
        assert_eq!(map_of(&tokens, 2..2, (stack, 1), (None, None)), None);
    }
}
