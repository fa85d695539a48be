//! The query in words.

use super::found::Truth;
use super::ranking::Ranking;
use crate::session::protocol::Lane;
use crate::ui::components::failure::FailureNote;
use crate::ui::components::form::{Suggestions, TextField};
use crate::ui::context::AppContext;
use crate::ui::memo::Memo;
use crate::ui::stage::Gallery;
use crate::world::Rng;
use crate::world::language::{Style, caption};
use leptos::prelude::*;

/// The line to type in, with a few sentences to begin with.
#[component]
pub fn WordsQuery(ranking: Ranking) -> impl IntoView {
    let app = AppContext::here();
    let query = app.pick(|view| view.query.clone());
    let suggestions = Memo::new(move |_| app.gallery.with(|gallery| suggest(gallery)));
    let is_empty = move || query.with(|query| query.trim().is_empty());
    view! {
        <TextField attr:data-part="query" label="Query" placeholder="a large red circle" value=query
            change=move |text| app.adjust(|view| view.query = text) done=move || app.settle() />
        <Suggestions label="Queries to try" texts=suggestions choose=move |text| app.go(|view| view.query = text) />
        <FailureNote lane=Lane::TextQuery failure=Memo::new(move |_| app.requests.text_query.with(|query| query.failure.clone())) />
        <FailureNote lane=Lane::Match failure=Memo::new(move |_| app.requests.matched.with(|request| request.failure.clone())) />
        {move || (!is_empty()).then(|| view! { <Truth ranking /> })}
    }
}

/// A true sentence of each style but the long one, each about another scene.
fn suggest(gallery: &Gallery) -> Vec<String> {
    let styles = [Style::Short, Style::Relation, Style::Count, Style::Negation];
    let say = |style: Style| {
        let scenes = gallery.pictures.iter().filter_map(|picture| picture.scene.as_ref());
        scenes
            .skip(7 * style as usize)
            .find_map(|scene| caption(scene, style, &mut Rng::from_seed(gallery.seed)))
    };
    styles.into_iter().filter_map(say).map(|caption| caption.text).collect()
}
