//! For teachers: courses, worksheets, a class's results, and what to know before the class.

mod about;
mod class;
mod courses;
mod downloads;
mod links;
mod sheet;
mod worksheets;

use crate::ui::context::AppContext;
use crate::ui::glossary::Glossary;
use crate::ui::lessons::Lessons;
use about::{Hosting, Introduction, Troubles};
pub use class::Class;
use class::ClassTable;
use courses::Courses;
use downloads::Downloads;
use leptos::prelude::*;
use sheet::Sheet;
use worksheets::Worksheets;

#[component]
pub fn Teachers() -> impl IntoView {
    let sheet = AppContext::here().pick(|view| view.sheet.clone());
    move || match sheet.get() {
        chosen if chosen.lesson.is_some() => view! { <Sheet chosen /> }.into_any(),
        _ => view! { <Page /> }.into_any(),
    }
}

#[component]
fn Page() -> impl IntoView {
    let lessons = Lessons::here();
    lessons.load_index();
    Glossary::here().load();
    let listed = move || match lessons.index.get() {
        None => view! { <p class="quiet" role="status">"Loading the courses"</p> }.into_any(),
        Some(Ok(index)) => view! { <Courses index=index.clone() /><Worksheets index /> }.into_any(),
        Some(Err(reason)) => view! {
            <p class="failure" role="alert">"The list of courses could not be loaded."</p>
            <details class="small"><summary>"Technical details"</summary><code>{reason}</code></details>
        }
        .into_any(),
    };
    view! {
        <section class="stage teachers">
            <Introduction />
            {listed}
            <ClassTable />
            <Troubles />
            <Downloads />
            <Hosting />
        </section>
    }
}
