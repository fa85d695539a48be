//! Files that were not taken into the album, by name and with the reason.

use crate::ui::memo::Memo;
use leptos::prelude::*;

#[derive(Clone, Copy, Default)]
pub struct LeftOut {
    /// A sentence for each.
    failed: RwSignal<Vec<String>>,
    /// The names of those that are in the album already.
    known: RwSignal<Vec<String>>,
}

impl LeftOut {
    pub fn add(self, sentence: String) {
        self.failed.update(|failed| failed.push(sentence));
    }

    pub fn add_known(self, name: String) {
        self.known.update(|known| known.push(name));
    }

    pub fn clear(self) {
        self.failed.set(Vec::new());
        self.known.set(Vec::new());
    }
}

/// The first sentence, how many more there are, and all of them in a list that opens.
#[component]
pub fn LeftOutNote(left_out: LeftOut) -> impl IntoView {
    let LeftOut { failed, known } = left_out;
    let is_open = RwSignal::new(false);
    let first = Memo::new(move |_| {
        failed.with(|failed| match &failed[..] {
            [] => None,
            [one] => Some(one.clone()),
            [first, rest @ ..] => Some(format!("{first} {} more were not added.", rest.len())),
        })
    });
    let already = Memo::new(move |_| match known.with(Vec::len) {
        0 => None,
        1 => Some("One of these photos is in the album already.".to_string()),
        count => Some(format!("{count} of these photos are in the album already.")),
    });
    let has_list = Memo::new(move |_| failed.with(Vec::len) > 1 || already.with(Option::is_some));
    let list = move || {
        let known = known.get().into_iter().map(|name| format!("{name} is in the album already."));
        failed.get().into_iter().chain(known).map(|sentence| view! { <li>{sentence}</li> }).collect_view()
    };
    view! {
        {move || first.get().map(|first| view! { <p class="failure" role="alert">{first}</p> })}
        {move || already.get().map(|already| view! { <p class="quiet" role="status">{already}</p> })}
        {move || has_list.get().then(|| view! {
            <details class="left-out" prop:open=move || is_open.get()>
                <summary on:click=move |event| { event.prevent_default(); is_open.update(|open| *open = !*open); }>
                    "Files that were not added"</summary>
                <ul>{move || is_open.get().then(list)}</ul>
            </details>
        })}
    }
}
