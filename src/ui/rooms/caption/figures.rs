//! What lessons look at.

use super::writing::{Certainty, Draft};
use crate::session::protocol::{Command, DecodingChoice};
use crate::ui::context::AppContext;
use crate::ui::lessons::figures::publish;
use crate::ui::memo::Memo;
use crate::ui::truth::unseen_pairs;
use crate::ui::view::PictureName;

/// Publishes what is known of the finished caption of the picture as it is.
pub fn publish_caption(app: AppContext, draft: Draft) {
    let is_finished = Memo::new(move |_| !draft.is_growing.get() && draft.is_current.get());
    publish(move || {
        let figures = if is_finished.get() { figures(app, draft) } else { Vec::new() };
        figures.into_iter().filter_map(|(name, value)| Some((format!("caption.{name}"), value?))).collect()
    });
}

fn figures(app: AppContext, draft: Draft) -> Vec<(&'static str, Option<f64>)> {
    let count = |count: usize| Some(count as f64);
    let writing = draft.tokens.get();
    let Certainty { tokens, logprob, perplexity } = Certainty::of(&writing.tokens);
    let margin =
        writing.hypotheses.get(1).map(|second| f64::from(writing.hypotheses[0].logprob - second.logprob));
    let decoding = app.requests.caption.with(|caption| match caption.answered.as_deref() {
        Some(Command::Caption { decoding, .. }) => Some(*decoding),
        _ => None,
    });
    let (temperature, beams) = match decoding {
        Some(DecodingChoice::Sample { temperature, .. }) => (Some(f64::from(temperature)), None),
        Some(DecodingChoice::Beam { width }) => (None, Some(f64::from(width))),
        _ => (None, None),
    };
    let given = draft.words.with(|words| words.iter().filter(|said| said.probability.is_none()).count());
    let hits = draft.hits.get();
    let evaluated = draft.evaluated.get();
    let is = |wanted: Option<bool>| {
        evaluated.as_ref().map(|all| all.iter().filter(|one| one.truth == wanted).count() as f64)
    };
    let word = draft.word.get();
    let said = word.and_then(|word| draft.words.with(|words| words.get(word).cloned()));
    let first = said.as_ref().and_then(|said| writing.tokens.get(said.word.tokens.start));
    let runner_up = first.and_then(|token| token.alternatives.get(1));
    let hit = word.and_then(|word| hits.get(word).copied().flatten());
    let (objects, unseen, edited) = app.picture.with(|picture| {
        let scene = picture.scene.as_ref();
        let is_edited = matches!(picture.name, PictureName::Coded(_));
        (scene.map(|scene| scene.objects.len()), scene.map(unseen_pairs), count(is_edited.into()))
    });
    vec![
        ("tokens", count(tokens)),
        ("log-probability", Some(logprob.into())),
        ("perplexity", Some(perplexity.into())),
        ("margin", margin),
        ("temperature", temperature),
        ("beams", beams),
        ("given", count(given)),
        ("true", is(Some(true))),
        ("false", is(Some(false))),
        ("unread", is(None)),
        ("named", count(hits.iter().flatten().count())),
        ("missed", count(hits.iter().filter(|hit| **hit == Some(false)).count())),
        ("word", word.map(|word| word as f64 + 1.0)),
        ("word.probability", said.and_then(|said| said.probability).map(f64::from)),
        ("word.runner-up", runner_up.map(|alternative| alternative.probability.into())),
        ("word.hit", hit.map(|hit| f64::from(u8::from(hit)))),
        ("objects", objects.and_then(count)),
        ("unseen", unseen.and_then(count)),
        ("edited", edited),
    ]
}
