//! Right or wrong, by an icon and a word; colour only repeats them.

use super::icon::{Glyph, Icon};
use leptos::prelude::*;

#[component]
pub fn Verdict(
    /// `None` where the world cannot tell.
    truth: Option<bool>,
    /// The words for true, false and unknown.
    #[prop(default = ["true", "false", "unknown"])]
    words: [&'static str; 3],
) -> impl IntoView {
    let (class, icon, word) = match truth {
        Some(true) => ("verdict true", Icon::Check, words[0]),
        Some(false) => ("verdict false", Icon::Cross, words[1]),
        None => ("verdict", Icon::Unknown, words[2]),
    };
    view! { <span class=class><Glyph icon />{word}</span> }
}
