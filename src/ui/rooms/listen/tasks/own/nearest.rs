//! The images of the gallery to which a recording is nearest.

use super::{OwnRecording, Recording};
use crate::order;
use crate::session::protocol::{Command, EncodeLane, Input, Lane, Modality};
use crate::softmax::softmax;
use crate::ui::components::failure::FailureNote;
use crate::ui::components::form::Segments;
use crate::ui::components::gallery_progress::GalleryProgress;
use crate::ui::components::term::Term;
use crate::ui::context::AppContext;
use crate::ui::gallery;
use crate::ui::memo::Memo;
use crate::ui::ranking::cosines;
use crate::ui::rooms::retrieve::{Found, FoundPicture};
use crate::ui::stage::GALLERY;
use crate::ui::state::Shared;
use crate::ui::view::Medium;
use leptos::prelude::*;

/// Images shown.
const SHOWN: usize = 5;

#[component]
pub fn OwnNearest() -> impl IntoView {
    let app = AppContext::here();
    let OwnRecording { recording, by, .. } = OwnRecording::here();
    let command = Memo::new(move |_| {
        let query = |of: &Shared<Recording>| Some(Shared::new(Command::query(input(of, by.get())?)));
        recording.with(|recording| recording.as_ref().and_then(query))
    });
    let has = Memo::new(move |_| {
        recording.with(|of| of.as_ref().map_or([false; 2], |of| [of.sound.is_some(), of.frames.is_some()]))
    });
    let question = move || match (has.get(), by.get()) {
        ([true, false], _) | ([true, true], Modality::Sound) => "Which images does it sound like?",
        ([false, true], _) | ([true, true], _) => "Which images does it look like?",
        ([false, false], _) => "Which images does it sound or look like?",
    };
    let choice = move || match has.get() {
        [true, true] => {
            let options = vec![(Modality::Motion, "By video"), (Modality::Sound, "By sound")];
            let choose = move |modality| by.set(modality);
            view! { <Segments label="By what it is compared" options chosen=Memo::new(move |_| by.get()) choose /> }
                .into_any()
        }
        [true, false] => "The answer is by the sound alone.".into_any(),
        [false, true] => "The answer is by the video alone.".into_any(),
        [false, false] => ().into_any(),
    };
    Effect::new(move || command.get().into_iter().for_each(|command| app.ask(Command::clone(&command))));
    let lanes = Memo::new(
        move |_| if command.with(Option::is_some) { vec![EncodeLane::Gallery] } else { Vec::new() },
    );
    gallery::encode(app, lanes);
    let failure = Memo::new(move |_| {
        let is_asked = command.with(Option::is_some);
        is_asked.then(|| app.requests.clip_query.with(|query| query.failure.clone())).flatten()
    });
    let found = Memo::new(move |_| {
        if !gallery::is_whole(app, Medium::Image) {
            return Vec::new();
        }
        let vector = command.with(|command| {
            app.requests.clip_query.with(|request| match (request.answered.as_deref(), command) {
                (Some(answered), Some(command)) if *answered == **command => request.value.others.clone(),
                _ => Vec::new(),
            })
        });
        let scale = app.facts.with(|facts| facts.as_ref().map_or(1.0, |facts| facts.logit_scale));
        gallery::rows(app, Medium::Image, |rows, _| nearest(&cosines(&vector, rows), scale))
    });
    let list = move || {
        command.with(Option::is_some).then(|| view! {
            <ol class="found" aria-label="The nearest images, best first" aria-busy=move || (found.with(Vec::is_empty) && failure.with(Option::is_none)).to_string()>
                {move || found.get().into_iter().map(|found| view! { <FoundPicture found /> }).collect_view()}
            </ol>
            <p class="small quiet">"Cosine, and p, its "<Term id="softmax">"softmax"</Term>
                {format!(" over the gallery’s {GALLERY} images; chance is 1 of {GALLERY}, {:.1} %.", 100.0 / GALLERY as f64)}</p>
        })
    };
    view! {
        <h2>{question}</h2>
        <p class="small quiet">"The model knows only Playroom: synthetic sounds, and coloured shapes that move on plain ground. For any other sound the answer
            says what it resembles among these, not what made it; of a filmed scene it says what it would say of shapes."</p>
        <div class="row told">{choice}</div>
        <GalleryProgress lanes />
        <FailureNote lane=Lane::ClipQuery failure />
        {list}
    }
}

/// What is compared of a recording: what it has, of two the one that is chosen.
fn input(of: &Recording, by: Modality) -> Option<Input> {
    match (&of.sound, &of.frames) {
        (Some(sound), frames) if frames.is_none() || by == Modality::Sound => {
            Some(Input::Sound(sound.to_vec()))
        }
        (_, frames) => frames.as_ref().map(|frames| Input::Video(frames.to_vec())),
    }
}

/// The best images by cosine, each with its share of `softmax(scale * cosine)` over all.
fn nearest(cosines: &[f32], scale: f32) -> Vec<Found> {
    let shares = softmax(cosines.iter().map(|cosine| f64::from(scale * cosine)));
    let found = |(at, item): (usize, usize)| Found {
        item,
        rank: at + 1,
        cosine: cosines[item],
        probability: shares[item] as f32,
        matched: None,
        truth: None,
    };
    order::argsort_desc(cosines).into_iter().take(SHOWN).enumerate().map(found).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_come_first_with_their_shares_of_all() {
        let found = nearest(&[0.1, 0.3, 0.3, -0.2, 0.0, 0.2, -1.0], 10.0);
        assert_eq!(found.iter().map(|found| found.item).collect::<Vec<_>>(), [1, 2, 5, 0, 4]);
        assert_eq!(found[0].probability, found[1].probability);
        let best = found.iter().map(|found| found.probability).sum::<f32>();
        assert!(best < 1.0 && best > 0.98, "{best}");
        assert!(nearest(&[], 10.0).is_empty());
    }

    #[test]
    fn whoever_brings_one_of_the_two_is_answered_by_it() {
        let of = |sound: bool, frames: bool| Recording {
            name: String::new(),
            seconds: 2.0,
            sound: sound.then(|| Shared::new(vec![0.5])),
            frames: frames.then(|| Shared::new(Vec::new())),
            note: None,
        };
        let (sound, video) = (Input::Sound(vec![0.5]), Input::Video(Vec::new()));
        for by in [Modality::Sound, Modality::Motion] {
            assert_eq!(input(&of(true, false), by), Some(sound.clone()));
            assert_eq!(input(&of(false, true), by), Some(video.clone()));
        }
        assert_eq!(input(&of(true, true), Modality::Sound), Some(sound));
        assert_eq!(input(&of(true, true), Modality::Motion), Some(video));
    }
}
