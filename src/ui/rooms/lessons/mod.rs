//! Lessons: the whitepaper's table of contents, with a lesson for each section and the rooms that it leads through.

mod export;

use crate::ui::components::term::Whitepaper;
use crate::ui::glossary::{Entries, Entry, Glossary};
use crate::ui::lessons::{Course, Index, IndexEntry, Lessons as Context};
use crate::ui::view::Room;
use export::Export;
use leptos::prelude::*;
use std::sync::Arc;

#[component]
pub fn Lessons() -> impl IntoView {
    let (lessons, glossary) = (Context::here(), Glossary::here());
    lessons.load_index();
    glossary.load();
    let content = move || match (lessons.index.get(), glossary.entries.get()) {
        (Some(Ok(index)), Some(Ok(entries))) => contents(&index, &entries).into_any(),
        (Some(Err(reason)), _) | (_, Some(Err(reason))) => view! {
            <p class="failure" role="alert">"The list of lessons could not be loaded."</p>
            <details class="small"><summary>"Technical details"</summary><code>{reason}</code></details>
        }
        .into_any(),
        _ => view! { <p class="quiet" role="status">"Loading the lessons"</p> }.into_any(),
    };
    view! { <section class="stage lessons">{content}</section> }
}

fn contents(index: &Arc<Index>, entries: &Arc<Entries>) -> impl IntoView + use<> {
    let courses =
        index.courses.iter().map(|course| view! { <CourseCard course=course.clone() index=index.clone() /> });
    let row = |entry: &Entry| {
        let lesson = index.lessons.iter().find(|lesson| lesson.is_of(&entry.key)).cloned();
        let depth = if entry.key.contains('.') { "below" } else { "" };
        view! {
            <tr class=depth>
                <th scope="row"><Whitepaper section=format!("{}, {}", entry.key, entry.name) /></th>
                <td>{lesson.clone().map(|lesson| view! { <LessonLink lesson /> })}</td>
                <td>{lesson.map(|lesson| rooms(&lesson))}</td>
            </tr>
        }
    };
    view! {
        <p class="prose">"A lesson takes 10 to 15 minutes. You predict, run, and check on the figures of your own run. Your progress is kept on this device only."</p>
        <h2>"Courses of 45 minutes"</h2>
        <div class="columns">{courses.collect_view()}</div>
        <h2>"By section of the whitepaper"</h2>
        <table class="contents">
            <thead><tr><th scope="col">"Section"</th><th scope="col">"Lesson"</th><th scope="col">"Rooms"</th></tr></thead>
            <tbody>{entries.sections.iter().map(row).collect_view()}</tbody>
        </table>
        <Export />
    }
}

fn rooms(lesson: &IndexEntry) -> String {
    let titles =
        lesson.rooms.iter().filter_map(|word| word.parse::<Room>().ok()).map(|room| room.info().title);
    titles.collect::<Vec<_>>().join(", ")
}

/// A link that begins a lesson, or goes on where it was left.
#[component]
fn LessonLink(lesson: IndexEntry) -> impl IntoView {
    let lessons = Context::here();
    let id = lesson.id.clone();
    let record = Memo::new(move |_| lessons.records.with(|records| records.get(&id).cloned()));
    let IndexEntry { id, title, goal, minutes, steps, .. } = lesson;
    let begun = id.clone();
    let press = move |event: leptos::ev::MouseEvent| {
        if crate::ui::history::is_ours(&event) {
            event.prevent_default();
            let at = record
                .with_untracked(|record| record.as_ref().map_or(0, |record| record.step.min(steps - 1)));
            lessons.begin(&begun, at);
        }
    };
    let address = format!("{}?lesson={id}.1", crate::ui::history::base());
    let progress = move || {
        record.get().map(|record| {
            let id = id.clone();
            view! {
                <span class="small">{format!("Step {} of {steps}", record.step + 1)}</span>
                <button type="button" class="plain small" on:click=move |_| lessons.forget(&id)>"Begin anew"</button>
            }
        })
    };
    view! {
        <a href=address on:click=press>{title}</a>
        <span class="small quiet">{format!("{minutes} min · ")}{goal}</span>
        {progress}
    }
}

#[component]
fn CourseCard(course: Course, index: Arc<Index>) -> impl IntoView {
    let lesson = |part: &crate::ui::lessons::Part| {
        let lesson = index.lessons.iter().find(|lesson| lesson.id == part.lesson).cloned();
        lesson.map(|lesson| view! { <li><LessonLink lesson /></li> })
    };
    view! {
        <section>
            <h3>{course.title.clone()}</h3>
            <p>{course.about.clone()}</p>
            <ol>{course.parts.iter().map(lesson).collect_view()}</ol>
        </section>
    }
}
