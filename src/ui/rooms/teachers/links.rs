//! Links of the teacher's page: to a step of a lesson, and to its sheets.

use crate::ui::context::AppContext;
use crate::ui::history::{base, is_ours, link};
use crate::ui::lessons::{IndexEntry, Lessons};
use crate::ui::navigation::open;
use crate::ui::view::{LessonPlace, Room, SheetView, View};
use leptos::ev::MouseEvent;
use leptos::prelude::*;

/// Begins a lesson at a step, counted from zero.
#[component]
pub fn StepLink(
    lesson: String,
    step: usize,
    #[prop(into)] label: String,
    #[prop(optional)] name: Option<String>,
) -> impl IntoView {
    let lessons = Lessons::here();
    let address = address(&lesson, step);
    let press = move |event: MouseEvent| {
        if is_ours(&event) {
            event.prevent_default();
            lessons.begin(&lesson, step);
        }
    };
    view! { <a href=address aria-label=name on:click=press>{label}</a> }
}

/// The path at which a step of a lesson begins.
pub fn address(lesson: &str, step: usize) -> String {
    format!("{}?lesson={}", base(), LessonPlace { id: lesson.into(), step })
}

/// A link to every step of a lesson, and to its sheets.
#[component]
pub fn LessonLinks(lesson: IndexEntry) -> impl IntoView {
    let IndexEntry { id, title, steps, .. } = lesson;
    let step = |at: usize| {
        let name = format!("Step {} of {title}", at + 1);
        view! { <li><StepLink lesson=id.clone() step=at label=(at + 1).to_string() name /></li> }
    };
    view! {
        <div class="links small">
            <span aria-hidden="true">"Steps"</span>
            <ul aria-label=format!("Steps of {title}")>{(0..steps).map(step).collect_view()}</ul>
            <SheetLink lesson=id.clone() of=title.clone() answers=false />
            <SheetLink lesson=id.clone() of=title.clone() answers=true />
        </div>
    }
}

#[component]
fn SheetLink(lesson: String, of: String, answers: bool) -> impl IntoView {
    let app = AppContext::here();
    let sheet = SheetView { lesson: Some(lesson), answers };
    let shown = sheet.clone();
    let address =
        move || app.view.with(|view| link(&View { sheet: sheet.clone(), ..view.clone() }, Room::Teachers));
    let press = move |event: MouseEvent| open(app, &event, |view| view.sheet = shown.clone());
    view! {
        <a href=address on:click=press>{if answers { "Answers" } else { "Worksheet" }}<span class="aloud">" of " {of}</span></a>
    }
}
