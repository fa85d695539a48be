//! What went wrong, and the recovery from it.

use crate::session::protocol::{BackendChoice, Failure, Lane, Recovery};
use crate::ui::context::AppContext;
use crate::ui::memo::Memo;
use leptos::prelude::*;

/// A button's words and what it does.
type Way = (&'static str, fn(AppContext, Lane));

const AGAIN: Way = ("Try again", AppContext::retry);
const IN_MEMORY: Way = ("Continue in memory", AppContext::retry_in_memory);
const FETCH: Way = ("Fetch the model again", |app, _| app.fetch_again());
const BY_CPU: Way = ("Continue on the CPU", |app, _| app.start(BackendChoice::Cpu));
const ANEW: Way = ("Restart the engine", |app, _| app.start(BackendChoice::Auto));

fn ways(recovery: Recovery) -> &'static [Way] {
    match recovery {
        Recovery::Retry => &[AGAIN],
        Recovery::InMemory => &[AGAIN, IN_MEMORY],
        Recovery::UseCpu => &[BY_CPU],
        Recovery::Reload => &[ANEW],
        Recovery::FetchAgain => &[FETCH],
        Recovery::ChangeInput => &[],
    }
}

/// A failure of a lane where it happened, and what is said beside its answers; nothing while there is none.
#[component]
pub fn FailureNote(lane: Lane, #[prop(into)] failure: Memo<Option<Failure>>) -> impl IntoView {
    let app = AppContext::here();
    let button = move |&(name, go): &'static Way| {
        view! { <button type="button" class="button" on:click=move |_| go(app, lane)>{name}</button> }
    };
    let note = move |failure: Failure| {
        let detail = (!failure.detail.is_empty()).then(|| {
            view! { <details><summary>"Details"</summary><code>{failure.detail}</code></details> }
        });
        view! {
            <div class="failure" role="alert">
                <p>{failure.sentence}</p>
                {ways(failure.recovery).iter().map(button).collect_view()}
                {detail}
            </div>
        }
    };
    let notes = Memo::new(move |_| -> Vec<String> {
        let of_lane = |(other, sentence): &(Lane, String)| (*other == lane).then(|| sentence.clone());
        app.notes.with(|notes| notes.iter().filter_map(of_lane).collect())
    });
    view! {
        {move || failure.get().map(note)}
        {move || notes.get().into_iter().map(|note| view! { <p class="note" role="status">{note}</p> }).collect_view()}
    }
}
