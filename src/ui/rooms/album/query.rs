//! The query among the photos, and their order.

use super::sorting::Sorting;
use crate::session::protocol::{Command, EncodeLane, Input, Photo};
use crate::ui::context::AppContext;
use crate::ui::memo::Memo;
use crate::ui::state::Thumbnails;
use crate::ui::throttle::throttle;
use leptos::prelude::*;
use std::time::Duration;
use web_time::Instant;

const TYPING_PAUSE: Duration = Duration::from_millis(60);

/// The words as they were typed: what is to be there, and what is to be absent.
#[derive(Debug, Clone, PartialEq, Default)]
struct SearchTerms {
    plus: String,
    minus: Vec<String>,
}

impl SearchTerms {
    /// `a dog on a beach -people -snow`: whatever follows a hyphen that stands before a word, up to the next one, is absent.
    fn parse(text: &str) -> Self {
        let mut parts = format!(" {text}").split(" -").map(|part| part.trim().to_owned()).collect::<Vec<_>>();
        let plus = parts.remove(0);
        SearchTerms { plus, minus: parts.into_iter().filter(|part| !part.is_empty()).collect() }
    }

    /// The texts to embed, the one that is to be there first.
    fn texts(&self) -> Vec<String> {
        let plus = Some(self.plus.clone()).filter(|plus| !plus.is_empty());
        plus.into_iter().chain(self.minus.iter().cloned()).collect()
    }
}

/// What is looked for.
#[derive(Clone, Copy)]
pub struct Query {
    /// The photo that is looked for the like of.
    pub pinned: RwSignal<Option<Photo>>,
    /// Where it stands in the album.
    pub place: Memo<Option<usize>>,
    /// Unit vector; empty while nothing is looked for, and where what is looked for cannot be read.
    pub vector: Memo<Vec<f32>>,
    /// Whether the vector is that of what stands on the page, or there is none: until its words are read, the one before stays.
    pub is_current: Memo<bool>,
}

/// How far the words of a query are read.
#[derive(Clone, PartialEq)]
enum Reading {
    /// Their embeddings; none where there are no words.
    Read(Vec<Vec<f32>>),
    Awaited,
    Failed,
}

impl Query {
    pub fn new(app: AppContext) -> Self {
        let pinned = RwSignal::new(None);
        let place = Memo::new(move |_| {
            let photo = pinned.get()?;
            app.requests
                .album
                .with(|album| album.value.read().photos.iter().position(|other| *other == photo))
        });
        // A photo that was forgotten is looked for no longer, not even when it comes again.
        Effect::new(move || {
            if place.get().is_none() && pinned.with_untracked(Option::is_some) {
                pinned.set(None);
            }
        });
        let search =
            throttle(move || app.view.with(|view| SearchTerms::parse(&view.album.query)), TYPING_PAUSE);
        let command = Memo::new(move |_| {
            let inputs: Vec<_> = search.with(SearchTerms::texts).into_iter().map(Input::from).collect();
            (!inputs.is_empty()).then_some(Command::Encode { inputs, lane: EncodeLane::Search })
        });
        Effect::new(move || {
            if let Some(command) = command.get() {
                app.ask(command);
            }
        });
        let reading = Memo::new(move |_| {
            command.with(|command| match command {
                None => Reading::Read(Vec::new()),
                Some(command) => app.requests.search.with(|request| match request.answer_to(command) {
                    Some(found) => {
                        let rows = found.texts.chunks_exact(found.width.max(1));
                        Reading::Read(rows.map(<[f32]>::to_vec).collect())
                    }
                    None if request.has_failed(command) => Reading::Failed,
                    None => Reading::Awaited,
                }),
            })
        });
        let typed = app.pick(|view| SearchTerms::parse(&view.album.query));
        let is_current = Memo::new(move |_| {
            reading.with(|reading| !matches!(reading, Reading::Awaited))
                && search.with(|search| typed.with(|typed| search == typed))
        });
        let vector = Memo::new(move |earlier: Option<&Vec<f32>>| {
            let words = match reading.get() {
                Reading::Read(words) => words,
                Reading::Awaited => return earlier.cloned().unwrap_or_default(),
                Reading::Failed => return Vec::new(),
            };
            let mut terms = Vec::new();
            if let Some(photo) = place.get() {
                terms.extend(
                    app.requests
                        .album
                        .with(|album| Some((1.0, album.value.read().embeddings.row(photo)?.to_vec()))),
                );
            }
            let has_plus = search.with(|search| !search.plus.is_empty());
            let sign = |at: usize| if at == 0 && has_plus { 1.0 } else { -1.0 };
            terms.extend(words.into_iter().enumerate().map(|(at, row)| (sign(at), row)));
            combined(&terms)
        });
        Query { pinned, place, vector, is_current }
    }
}

/// The sum of signed unit vectors, brought to length one; empty without any.
fn combined(terms: &[(f32, Vec<f32>)]) -> Vec<f32> {
    let mut sum = vec![0.0; terms.first().map_or(0, |(_, row)| row.len())];
    for (sign, row) in terms {
        sum.iter_mut().zip(row).for_each(|(sum, value)| *sum += sign * value);
    }
    let length = sum.iter().map(|value| value * value).sum::<f32>().sqrt();
    if length > 0.0 {
        sum.iter_mut().for_each(|value| *value /= length);
    }
    sum
}

/// The photos in their order.
#[derive(Clone, Copy)]
pub struct Ranking {
    /// The photos that are shown, at most [`Thumbnails::HELD`], with their cosines, the best first; without cosines, and in
    /// the order in which they came, while nothing is looked for.
    pub best: Memo<Vec<(usize, Option<f32>)>>,
    /// How many there are in all.
    pub count: Memo<usize>,
    /// Milliseconds that the last search took.
    pub took: Memo<f64>,
}

impl Ranking {
    pub fn new(app: AppContext, query: Query, sorting: Sorting) -> Self {
        let found = Memo::new(move |_| {
            let begun = Instant::now();
            let best = best(app, query, sorting, Thumbnails::HELD);
            (best, begun.elapsed().as_secs_f64() * 1e3)
        });
        let count = Memo::new(move |_| {
            let photos = app.requests.album.with(|album| album.value.read().photos.len());
            let Some(chosen) = sorting.chosen.get() else { return photos };
            sorting.of_photo.with(|labels| labels.iter().filter(|(label, _)| *label == chosen).count())
        });
        let best = Memo::new(move |_| found.with(|(best, _)| best.clone()));
        Ranking { best, count, took: Memo::new(move |_| found.with(|(_, took)| *took)) }
    }
}

/// The first `most` photos of the chosen label.
pub fn best(app: AppContext, query: Query, sorting: Sorting, most: usize) -> Vec<(usize, Option<f32>)> {
    let vector = query.vector.get();
    let chosen = sorting.chosen.get().map(|label| (label, sorting.of_photo.get()));
    let is_shown = |photo: usize| match &chosen {
        Some((label, of_photo)) => of_photo.get(photo).is_some_and(|(best, _)| best == label),
        None => true,
    };
    app.requests.album.with(|album| {
        if vector.is_empty() {
            let photos = (0..album.value.read().photos.len()).filter(|photo| is_shown(*photo));
            return photos.take(most).map(|photo| (photo, None)).collect();
        }
        let found = album.value.read().embeddings.best(&vector, most, &is_shown);
        found.into_iter().map(|(photo, cosine)| (photo, Some(cosine))).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_after_a_hyphen_are_to_be_absent() {
        let terms = SearchTerms::parse("a well-lit dog -two people -snow");
        assert_eq!(terms.plus, "a well-lit dog");
        assert_eq!(terms.minus, ["two people", "snow"]);
        assert_eq!(SearchTerms::parse("-snow").texts(), ["snow"]);
        assert!(SearchTerms::parse("-snow").plus.is_empty());
        assert_eq!(SearchTerms::parse("  - "), SearchTerms::default());
    }

    #[test]
    fn terms_are_added_and_taken_away() {
        let sum = combined(&[(1.0, vec![1.0, 0.0]), (-1.0, vec![0.0, 1.0])]);
        assert!((sum[0] - 0.5_f32.sqrt()).abs() < 1e-6 && (sum[1] + 0.5_f32.sqrt()).abs() < 1e-6);
        assert!(combined(&[]).is_empty());
        assert_eq!(combined(&[(1.0, vec![1.0, 0.0]), (-1.0, vec![1.0, 0.0])]), [0.0, 0.0]);
    }
}
