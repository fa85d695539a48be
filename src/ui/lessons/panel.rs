//! The open lesson beside the room: its steps, what is predicted, and what the visitor's own figures say.

use super::context::Lessons;
use super::figures::LiveFigures;
use super::format::{Lesson, Span, Step, Verdict, spans};
use super::light;
use super::record::Checked;
use crate::ui::components::icon::{Glyph, Icon};
use crate::ui::components::term::{Term, Whitepaper};
use crate::ui::context::AppContext;
use crate::ui::memo::Memo;
use crate::ui::view::LessonPlace;
use leptos::prelude::*;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// Between two looks for the part that a step is about.
const LOOKING: Duration = Duration::from_millis(300);

#[component]
pub fn LessonPanel() -> impl IntoView {
    let (app, lessons) = (AppContext::here(), Lessons::here());
    let is_open = app.pick(|view| view.lesson.is_some());
    let is_folded = RwSignal::new(false);
    // The page makes room for it.
    Effect::new(move || {
        if let Some(root) = document().document_element() {
            let _ = root.toggle_attribute_with_force("data-lesson", is_open.get());
        }
    });
    let content = move || match lessons.lesson.get() {
        None => view! { <p class="quiet" role="status">"Loading the lesson"</p> }.into_any(),
        Some((_, Err(reason))) => view! {
            <p class="failure" role="alert">"This lesson could not be loaded."</p>
            <details class="small"><summary>"Technical details"</summary><code>{reason}</code></details>
        }
        .into_any(),
        Some((id, Ok(lesson))) => view! { <Open id lesson /> }.into_any(),
    };
    move || {
        is_open.get().then(|| {
            view! {
                <aside class="lesson" aria-label="Lesson" class:folded=is_folded>
                    <div class="row">
                        <button type="button" class="button fold" aria-expanded=move || (!is_folded.get()).to_string()
                            on:click=move |_| is_folded.update(|folded| *folded = !*folded)>"Lesson"</button>
                        <button type="button" class="button" on:click=move |_| lessons.leave()>
                            <Glyph icon=Icon::Cross />"Leave the lesson"</button>
                    </div>
                    <div class="content">{content}</div>
                </aside>
            }
        })
    }
}

#[component]
fn Open(id: String, lesson: Arc<Lesson>) -> impl IntoView {
    let app = AppContext::here();
    let count = lesson.steps.len();
    // An address may name a step that the lesson does not have.
    let at = Memo::new(move |_| {
        app.view.with(|view| view.lesson.as_ref().map_or(0, |place| place.step)).min(count - 1)
    });
    let head = lesson.clone();
    let step = move || {
        let place = LessonPlace { id: id.clone(), step: at.get() };
        let lesson = lesson.clone();
        view! { <Current place lesson /> }
    };
    view! {
        <h2>{head.title.clone()}</h2>
        <p class="small quiet">{head.goal.clone()}</p>
        <p class="section"><Whitepaper section=head.section.clone() /></p>
        {step}
    }
}

#[component]
fn Current(place: LessonPlace, lesson: Arc<Lesson>) -> impl IntoView {
    let lessons = Lessons::here();
    let step = lesson.steps[place.step].clone();
    watch_target(&step);
    let count = lesson.steps.len();
    let dots = {
        let (id, current) = (place.id.clone(), place.step);
        let dot = move |at: usize| {
            let (id, title) = (id.clone(), lesson.steps[at].title.clone());
            let is_done = move || {
                lessons.records.with(|records| {
                    records.get(&id).and_then(|record| record.checks.get(&at)).is_some_and(|check| check.met)
                })
            };
            let name = format!("Step {} of {count}: {title}", at + 1);
            view! {
                <li><button type="button" class:done=is_done aria-label=name.clone() title=name
                    aria-current=(at == current).then_some("step") on:click=move |_| lessons.step_to(at)>{at + 1}</button></li>
            }
        };
        (0..count).map(dot).collect_view()
    };
    let again = {
        let (id, at) = (place.id.clone(), place.step);
        step.state.clone().map(|state| {
            let press = move |_| lessons.go(&id, at, Some(&state));
            view! { <button type="button" class="button" on:click=press>"Set up this step again"</button> }
        })
    };
    let show = step.target.clone().map(|target| {
        let press = move |_| {
            light::reveal(&target);
            light::focus(&target);
        };
        view! { <button type="button" class="button" on:click=press>"Show where"</button> }
    });
    let at = place.step;
    let end = (at + 1 == count).then(|| {
        view! { <p class="small" role="status">"This is the last step. Leave the lesson to go on by yourself, or choose another under Lessons."</p> }
    });
    view! {
        <nav aria-label="Steps"><ol class="steps">{dots}</ol></nav>
        <h3>{step.title.clone()}</h3>
        <p class="prose"><Rich text=step.text.clone() figures=BTreeMap::new() /></p>
        <div class="row">{show}{again}</div>
        <Predicted place=place.clone() step=step.clone() />
        <Judged place step />
        {end}
        <div class="row turn">
            <button type="button" class="button" disabled={at == 0} on:click=move |_| lessons.step_to(at - 1)>"Back"</button>
            <button type="button" class="button primary" disabled={at + 1 == count} on:click=move |_| lessons.step_to(at + 1)>"Next"</button>
        </div>
    }
}

/// Outlines what the step is about as soon as it is there, and brings it into view once.
fn watch_target(step: &Step) {
    let (target, term) = (step.target.clone(), step.term.clone());
    let is_revealed = StoredValue::new(false);
    let look = move || {
        let is_there = light::light(target.as_deref(), term.as_deref());
        if let (true, false, Some(target)) = (is_there, is_revealed.get_value(), &target) {
            is_revealed.set_value(true);
            light::reveal(target);
        }
    };
    if let Ok(interval) = set_interval_with_handle(look, LOOKING) {
        on_cleanup(move || {
            interval.clear();
            light::light(None, None);
        });
    }
}

/// A text with its terms as links and its figures as numbers.
#[component]
fn Rich(text: String, figures: BTreeMap<String, f64>) -> impl IntoView {
    let span = |span: Span| match span {
        Span::Plain(plain) => plain.to_owned().into_any(),
        Span::Term(words, id) => {
            let words = words.to_owned();
            view! { <Term id=id.to_owned()>{words}</Term> }.into_any()
        }
        Span::Figure(name) => {
            view! { <b>{figures.get(name).map_or_else(|| "–".into(), |value| written(*value))}</b> }
                .into_any()
        }
    };
    spans(&text).into_iter().map(span).collect_view()
}

/// `128`, `0.953`
fn written(value: f64) -> String {
    if value.fract() == 0.0 { format!("{value:.0}") } else { format!("{value:.3}") }
}

#[component]
fn Predicted(place: LessonPlace, step: Step) -> impl IntoView {
    let (lessons, live) = (Lessons::here(), LiveFigures::here());
    let prediction = step.prediction.clone()?;
    let answer = {
        let place = place.clone();
        Memo::new(move |_| {
            lessons.records.with(|records| records.get(&place.id)?.predictions.get(&place.step).copied())
        })
    };
    let name = format!("prediction-{}-{}", place.id, place.step);
    let field = match prediction.number.clone() {
        Some(number) => {
            let place = place.clone();
            let hear = move |event| {
                if let Ok(value) = event_target_value(&event).parse() {
                    lessons.predict(&place, value);
                }
            };
            view! {
                <label>{format!("From {} to {}: ", number.least, number.most)}
                    <input type="number" min=number.least max=number.most step="any" prop:value=move || answer.get().map(|value| value.to_string()) on:change=hear /></label>
            }
            .into_any()
        }
        None => {
            let choice = |(at, text): (usize, String)| {
                let place = place.clone();
                let is_chosen = move || answer.get() == Some(at as f64);
                view! {
                    <label><input type="radio" name=name.clone() prop:checked=is_chosen on:change=move |_| lessons.predict(&place, at as f64) />
                        <span>{text}</span></label>
                }
            };
            let texts = prediction.choices.iter().map(|choice| choice.text.clone()).enumerate();
            texts.map(choice).collect_view().into_any()
        }
    };
    // Right or wrong is told with the check's verdict: before it, what is on the page is not yet the run.
    let check = step.check.clone();
    let asked = prediction.clone();
    let outcome = move || {
        let answer = answer.get()?;
        let figure = |name: &str| live.get(name);
        let is_due = check.as_ref().is_none_or(|check| check.judge(&figure) != Verdict::Open);
        let is_right = is_due.then(|| asked.is_right(answer, &figure)).flatten()?;
        Some(match is_right {
            true => view! { <p class="verdict true"><Glyph icon=Icon::Check />"You predicted this."</p> },
            false => {
                view! { <p class="verdict false"><Glyph icon=Icon::Cross />"It came out differently from your prediction."</p> }
            }
        })
    };
    Some(view! {
        <fieldset class="prediction"><legend>{prediction.question.clone()}</legend>{field}</fieldset>
        <div role="status">{outcome}</div>
    })
}

#[component]
fn Judged(place: LessonPlace, step: Step) -> impl IntoView {
    let (lessons, live) = (Lessons::here(), LiveFigures::here());
    let check = step.check.clone()?;
    let names: Vec<String> = step.figures().into_iter().map(str::to_owned).collect();
    let judge = check.clone();
    let now = Memo::new(move |_| {
        let verdict = judge.judge(&|name: &str| live.get(name));
        let figures: BTreeMap<String, f64> =
            names.iter().filter_map(|name| Some((name.clone(), live.get(name)?))).collect();
        (verdict != Verdict::Open).then_some(Checked { met: verdict == Verdict::Met, figures })
    });
    let noted = place.clone();
    Effect::new(move || {
        if let Some(checked) = now.get() {
            lessons.check(&noted, checked);
        }
    });
    let shown = Memo::new(move |_| {
        let kept =
            || lessons.records.with(|records| records.get(&place.id)?.checks.get(&place.step).cloned());
        now.get().or_else(kept)
    });
    let said = move || {
        match shown.get() {
        None => view! { <p class="small quiet">"This step is checked on your own run, as soon as its figures are here."</p> }.into_any(),
        Some(Checked { met, figures }) => {
            let (tone, icon) = if met { ("verdict true", Icon::Check) } else { ("verdict false", Icon::Cross) };
            let text = if met { check.met.clone() } else { check.unmet.clone() };
            view! { <p class=tone><Glyph icon /><span><Rich text figures /></span></p> }.into_any()
        }
    }
    };
    Some(view! { <div class="check" role="status">{said}</div> })
}
