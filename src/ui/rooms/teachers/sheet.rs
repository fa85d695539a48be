//! A lesson as a sheet of paper: for students with room to write, for teachers with answers.

mod words;

use super::links::address;
use crate::ui::components::icon::{Glyph, Icon};
use crate::ui::context::AppContext;
use crate::ui::lessons::format::{Check, Choice, Lesson, Prediction, Step};
use crate::ui::lessons::read_lesson;
use crate::ui::view::SheetView;
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::sync::Arc;
use words::{ToWrite, all, to_write};

/// Steps with two lines each to write on, such that all of it stands on two pages.
const MOST_WITH_ROOM: usize = 7;

#[component]
pub fn Sheet(chosen: SheetView) -> impl IntoView {
    let app = AppContext::here();
    let SheetView { lesson, answers } = chosen;
    let id = lesson.unwrap_or_default();
    let fetched = RwSignal::new(None);
    let wanted = id.clone();
    spawn_local(async move {
        let read = read_lesson(&wanted).await;
        // The visitor may have left.
        fetched.try_set(Some(read));
    });
    // What stood here before may have been scrolled far down.
    window().scroll_to_with_x_and_y(0.0, 0.0);
    let paper = move || match fetched.get() {
        None => view! { <p class="quiet" role="status">"Loading the sheet"</p> }.into_any(),
        Some(Ok(lesson)) => view! { <Paper id=id.clone() lesson answers /> }.into_any(),
        Some(Err(reason)) => view! {
            <p class="failure" role="alert">"This lesson could not be loaded."</p>
            <details class="small"><summary>"Technical details"</summary><code>{reason}</code></details>
        }
        .into_any(),
    };
    let print = move |_| {
        // A browser that does not print shows nothing, and has its own menu.
        let _ = window().print();
    };
    let back = move |_| app.go(|view| view.sheet = SheetView::default());
    let turn = move |_| app.go(|view| view.sheet.answers = !answers);
    view! {
        <section class="stage teachers">
            <div class="row controls">
                <button type="button" class="button primary" on:click=print><Glyph icon=Icon::Print />"Print"</button>
                <button type="button" class="button" on:click=turn>{if answers { "Show the worksheet" } else { "Show the answers" }}</button>
                <button type="button" class="button" on:click=back>"Back to the courses"</button>
            </div>
            {paper}
        </section>
    }
}

#[component]
fn Paper(id: String, lesson: Arc<Lesson>, answers: bool) -> impl IntoView {
    let origin = window().location().origin().unwrap_or_default();
    // The answers go with the worksheet, which has what is to be done.
    let is_on_it = |step: &Step| !answers || step.prediction.is_some() || step.check.is_some();
    let has_room = lesson.steps.len() <= MOST_WITH_ROOM;
    let step = |(at, step): (usize, &Step)| {
        is_on_it(step).then(|| view! { <Task number=at + 1 step=step.clone() answers has_room /> })
    };
    let head = match answers {
        true => view! { <p class="kicker">"Answer sheet"</p> }.into_any(),
        false => view! { <p class="fields"><span>"Name"</span><span>"Date"</span><span>"Class"</span></p> }
            .into_any(),
    };
    view! {
        <article class="sheet">
            <h2>{lesson.title.clone()}</h2>
            {head}
            <p><b>"Goal: "</b>{words::plain(&lesson.goal)}</p>
            <p class="quiet">{format!("{} minutes · whitepaper {} · ", lesson.minutes, lesson.section)}<span class="address">{origin}{address(&id, 0)}</span></p>
            <ol>{lesson.steps.iter().enumerate().map(step).collect_view()}</ol>
        </article>
    }
}

#[component]
fn Task(number: usize, step: Step, answers: bool, has_room: bool) -> impl IntoView {
    let asked = step.prediction.map(|prediction| view! { <Asked prediction answers /> });
    let is_written = step.check.is_some() || asked.is_some();
    let checked = step.check.map(|check| view! { <Checked check answers /> });
    view! {
        <li>
            <h3>{format!("{number}. {}", step.title)}</h3>
            {(!answers).then(|| view! { <p>{words::plain(&step.text)}</p> })}
            {asked}
            {checked}
            {(is_written && !answers).then(|| view! {
                <p class="fields"><span>"What came out, and why?"</span></p>
                {has_room.then(|| view! { <p class="fields"><span></span></p> })}
            })}
        </li>
    }
}

#[component]
fn Asked(prediction: Prediction, answers: bool) -> impl IntoView {
    let field = match prediction.number {
        Some(number) => {
            let right = answers.then(|| words::near(&number)).map(|right| view! { <i>{right}</i> });
            let line = (!answers).then(|| view! { <p class="fields"><span>{format!("My prediction, from {} to {}", number.least, number.most)}</span></p> });
            view! { {line}{right} }.into_any()
        }
        None => {
            let choice = |choice: Choice| {
                let right = (answers && !choice.when.is_empty())
                    .then(|| format!(" – right if {}", all(&choice.when)));
                view! { <li><i class="box" aria-hidden="true"></i><span>{choice.text}{right.map(|right| view! { <i>{right}</i> })}</span></li> }
            };
            view! { <ul>{prediction.choices.into_iter().map(choice).collect_view()}</ul> }.into_any()
        }
    };
    view! { <div class="asked"><p><b>"Predict: "</b>{prediction.question}</p>{field}</div> }
}

#[component]
fn Checked(check: Check, answers: bool) -> impl IntoView {
    if answers {
        return view! {
            <p><b>"Check: "</b>{all(&check.holds)}"."</p>
            <p><b>"If so: "</b>{words::plain(&check.met)}</p>
            <p><b>"If not: "</b>{words::plain(&check.unmet)}</p>
        }
        .into_any();
    }
    let figure = |(name, demand): (String, Option<String>)| {
        let demand = demand.map(|demand| format!("({demand}?)"));
        view! { <span>{name}<span class="blank"></span>{demand}</span> }
    };
    let line = |ToWrite { meaning, lines }: ToWrite| {
        view! { <p class="checked"><span><b>"Write down: "</b>{meaning}</span>{lines.into_iter().map(figure).collect_view()}</p> }
    };
    view! {
        {to_write(&check.holds).into_iter().map(line).collect_view()}
        <p class="checked"><b>"Check on the page: "</b><span><i class="box" aria-hidden="true"></i>"it held"</span>
            <span><i class="box" aria-hidden="true"></i>"it came out differently"</span></p>
    }
    .into_any()
}
