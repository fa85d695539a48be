//! What went wrong, and the way on.

use crate::session::protocol::{BackendChoice, Failure, Lane, WayOn};
use crate::ui::lab::Lab;
use crate::ui::memo::Memo;
use leptos::prelude::*;

/// A failure of a lane where it happened, and what is said beside its answers; nothing while there is none.
#[component]
pub fn FailureNote(lane: Lane, #[prop(into)] failure: Memo<Option<Failure>>) -> impl IntoView {
    let lab = Lab::here();
    let button = move |way_on| {
        let (name, go): (_, fn(Lab, Lane)) = match way_on {
            WayOn::Retry => ("Try again", |lab, lane| lab.retry(lane)),
            WayOn::UseCpu => ("Go on with the CPU", |lab, _| lab.start(BackendChoice::Cpu)),
            WayOn::Reload => ("Start the engine again", |lab, _| lab.start(BackendChoice::Auto)),
            WayOn::FetchAgain => ("Fetch the model again", |lab, _| lab.fetch_again()),
            WayOn::ChangeInput => return None,
        };
        Some(view! { <button type="button" class="button" on:click=move |_| go(lab, lane)>{name}</button> })
    };
    let note = move |failure: Failure| {
        let detail = (!failure.detail.is_empty()).then(|| {
            view! { <details><summary>"Details"</summary><code>{failure.detail}</code></details> }
        });
        view! {
            <div class="failure" role="alert">
                <p>{failure.sentence}</p>
                {button(failure.way_on)}
                {detail}
            </div>
        }
    };
    let notes = Memo::new(move |_| -> Vec<String> {
        let of_lane = |(other, sentence): &(Lane, String)| (*other == lane).then(|| sentence.clone());
        lab.notes.with(|notes| notes.iter().filter_map(of_lane).collect())
    });
    view! {
        {move || failure.get().map(note)}
        {move || notes.get().into_iter().map(|note| view! { <p class="note" role="status">{note}</p> }).collect_view()}
    }
}
