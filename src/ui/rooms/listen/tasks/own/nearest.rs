//! The images of the gallery to which a recording is nearest.

use super::OwnSound;
use crate::order;
use crate::session::protocol::{Command, EncodeLane, Input, Lane};
use crate::softmax::softmax;
use crate::ui::components::failure::FailureNote;
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
pub fn OwnPanel() -> impl IntoView {
    let app = AppContext::here();
    let recording = OwnSound::here().recording;
    let command = Memo::new(move |_| {
        let query = |samples: &[f32]| Shared::new(Command::query(Input::Sound(samples.to_vec())));
        recording.with(|recording| recording.as_ref().map(|of| query(&of.samples)))
    });
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
        <h2>"Which images does it sound like?"</h2>
        <p class="small quiet">"The model knows only the synthetic sounds of Playroom. For any other sound the answer says what it resembles among them, not
            what made it."</p>
        <GalleryProgress lanes />
        <FailureNote lane=Lane::ClipQuery failure />
        {list}
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
}
