//! What went wrong, and the way on.

use crate::session::protocol::{BackendChoice, Failure, Lane, WayOn};
use crate::ui::lab::Lab;
use crate::ui::memo::Memo;
use leptos::prelude::*;

/// A button's words and what it does.
type Way = (&'static str, fn(Lab, Lane));

const AGAIN: Way = ("Try again", Lab::retry);
const IN_MEMORY: Way = ("Go on in memory", Lab::retry_in_memory);
const FETCH: Way = ("Fetch the model again", |lab, _| lab.fetch_again());
const BY_CPU: Way = ("Go on with the CPU", |lab, _| lab.start(BackendChoice::Cpu));
const ANEW: Way = ("Start the engine again", |lab, _| lab.start(BackendChoice::Auto));

fn ways(way_on: WayOn) -> &'static [Way] {
    match way_on {
        WayOn::Retry => &[AGAIN],
        WayOn::InMemory => &[AGAIN, IN_MEMORY],
        WayOn::UseCpu => &[BY_CPU],
        WayOn::Reload => &[ANEW],
        WayOn::FetchAgain => &[FETCH],
        WayOn::ChangeInput => &[],
    }
}

/// A failure of a lane where it happened, and what is said beside its answers; nothing while there is none.
#[component]
pub fn FailureNote(lane: Lane, #[prop(into)] failure: Memo<Option<Failure>>) -> impl IntoView {
    let lab = Lab::here();
    let button = move |&(name, go): &'static Way| {
        view! { <button type="button" class="button" on:click=move |_| go(lab, lane)>{name}</button> }
    };
    let note = move |failure: Failure| {
        let detail = (!failure.detail.is_empty()).then(|| {
            view! { <details><summary>"Details"</summary><code>{failure.detail}</code></details> }
        });
        view! {
            <div class="failure" role="alert">
                <p>{failure.sentence}</p>
                {ways(failure.way_on).iter().map(button).collect_view()}
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
