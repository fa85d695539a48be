//! All lessons with links to their steps and sheets.

use super::links::{LessonLinks, StepLink};
use crate::ui::lessons::{Index, IndexEntry};
use leptos::prelude::*;
use std::sync::Arc;

#[component]
pub fn Worksheets(index: Arc<Index>) -> impl IntoView {
    let row = |lesson: &IndexEntry| {
        let IndexEntry { id, title, minutes, goal, .. } = lesson.clone();
        view! {
            <tr>
                <td>{minutes}</td>
                <td><StepLink lesson=id step=0 label=title /><p class="quiet">{goal}</p><LessonLinks lesson=lesson.clone() /></td>
            </tr>
        }
    };
    view! {
        <h2>"All lessons, with worksheets"</h2>
        <p class="prose">"A worksheet has the steps of a lesson with room for predictions and results; it prints on one or two pages of A4 or Letter. The answer sheet
            says what makes a prediction right. It has no numbers, because they come from each student’s own run."</p>
        <details class="more">
            <summary>{format!("Show all {} lessons", index.lessons.len())}</summary>
            <table>
                <thead><tr><th scope="col">"Minutes"</th><th scope="col">"Lesson"</th></tr></thead>
                <tbody>{index.lessons.iter().map(row).collect_view()}</tbody>
            </table>
        </details>
    }
}
