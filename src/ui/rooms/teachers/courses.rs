//! Courses of 45 minutes, each with its plan and its discussion.

use super::links::{LessonLinks, StepLink};
use crate::ui::components::term::Term;
use crate::ui::glossary::Glossary;
use crate::ui::lessons::{Course, Index, Part, Question};
use leptos::prelude::*;
use std::sync::Arc;

#[component]
pub fn Courses(index: Arc<Index>) -> impl IntoView {
    let course = |course: &Course| view! { <Plan course=course.clone() index=index.clone() /> };
    view! {
        <h2>"Courses of 45 minutes"</h2>
        <p class="prose">"Each link to a step opens the page in exactly that state. To send it, open it and press “Copy link”, or copy the link itself."</p>
        {index.courses.iter().map(course).collect_view()}
    }
}

#[component]
fn Plan(course: Course, index: Arc<Index>) -> impl IntoView {
    let Course {
        title,
        about,
        goals,
        prerequisites,
        vocabulary,
        introduction,
        parts,
        discussion,
        further,
        ..
    } = course;
    let part = |part: &Part| {
        let lesson = index.lesson(&part.lesson)?.clone();
        let (id, title) = (lesson.id.clone(), lesson.title.clone());
        Some(view! {
            <tr>
                <td>{part.minutes}</td>
                <td><StepLink lesson=id step=0 label=title />
                    <p class="quiet">{part.note.clone()}</p><LessonLinks lesson /></td>
            </tr>
        })
    };
    let question =
        |item: Question| view! { <details><summary>{item.question}</summary><p>{item.answer}</p></details> };
    let more = |id: &String| {
        let lesson = index.lesson(id)?;
        Some(view! { <li><StepLink lesson=lesson.id.clone() step=0 label=lesson.title.clone() /></li> })
    };
    view! {
        <article class="course">
            <h3>{title}</h3>
            <p class="prose">{about}</p>
            <dl>
                <dt>"Goals"</dt><dd><ul>{goals.into_iter().map(|goal| view! { <li>{goal}</li> }).collect_view()}</ul></dd>
                <dt>"Before"</dt><dd>{prerequisites}</dd>
                <dt>"Words"</dt><dd><Vocabulary ids=vocabulary /></dd>
            </dl>
            <table>
                <thead><tr><th scope="col">"Minutes"</th><th scope="col">"What"</th></tr></thead>
                <tbody>
                    <tr><td>{introduction.minutes}</td><td>"Introduction"<p class="quiet">{introduction.note}</p></td></tr>
                    {parts.iter().map(part).collect_view()}
                    <tr><td>{discussion.minutes}</td><td>"Discussion"<p class="quiet">"Open a question to see an answer."</p>
                        {discussion.questions.into_iter().map(question).collect_view()}</td></tr>
                </tbody>
            </table>
            <p>"If there is time left:"</p>
            <ul class="further">{further.iter().map(more).collect_view()}</ul>
        </article>
    }
}

/// Terms by the names of the glossary, which explain themselves.
#[component]
fn Vocabulary(ids: Vec<String>) -> impl IntoView {
    let glossary = Glossary::here();
    let named = move || {
        let Some(Ok(entries)) = glossary.entries.get() else { return Vec::new() };
        let name = |id: &String| Some((id.clone(), entries.term(id)?.name.clone()));
        ids.iter().filter_map(name).collect()
    };
    let word = |(id, name): (String, String)| view! { <li><Term id>{name}</Term></li> };
    view! { <ul class="vocabulary">{move || named().into_iter().map(word).collect_view()}</ul> }
}
