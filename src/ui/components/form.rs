//! Small controls: a choice among a few, a slider, a switch, a line of text.

use crate::ui::memo::Memo;
use leptos::prelude::*;
use std::fmt::Display;

/// A row of buttons of which one is pressed.
#[component]
pub fn Segments<T>(
    /// What is chosen, read aloud.
    label: &'static str,
    options: Vec<(T, &'static str)>,
    #[prop(into)] chosen: Memo<T>,
    choose: impl Fn(T) + Copy + Send + Sync + 'static,
) -> impl IntoView
where
    T: Copy + PartialEq + Send + Sync + 'static,
{
    let buttons = options.into_iter().map(|(option, name)| {
        let pressed = move || (chosen.get() == option).to_string();
        view! { <button type="button" aria-pressed=pressed on:click=move |_| choose(option)>{name}</button> }
    });
    view! { <div class="segments" role="group" aria-label=label>{buttons.collect_view()}</div> }
}

/// A slider with its value beside it.
#[component]
pub fn Slider(
    label: &'static str,
    min: f32,
    max: f32,
    step: f32,
    #[prop(into)] value: Memo<f32>,
    /// How the value is written.
    show: fn(f32) -> String,
    change: impl Fn(f32) + Copy + Send + Sync + 'static,
    /// The gesture has ended.
    done: impl Fn() + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let hear = move |event| {
        if let Ok(value) = event_target_value(&event).parse() {
            change(value);
        }
    };
    view! {
        <label class="slider">
            <span>{label}</span>
            <input type="range" min=min max=max step=step prop:value=move || value.get().to_string()
                aria-valuetext=move || show(value.get()) on:input=hear on:change=move |_| done() />
            <output aria-live="off">{move || show(value.get())}</output>
        </label>
    }
}

/// A switch.
#[component]
pub fn Switch(
    label: &'static str,
    #[prop(into)] on: Memo<bool>,
    change: impl Fn(bool) + Copy + Send + Sync + 'static,
) -> impl IntoView {
    view! {
        <label class="switch">
            <input type="checkbox" role="switch" prop:checked=move || on.get()
                on:change=move |event| change(event_target_checked(&event)) />
            <span>{label}</span>
        </label>
    }
}

/// Quick sentences to choose from.
#[component]
pub fn Suggestions(
    label: &'static str,
    #[prop(into)] texts: Memo<Vec<String>>,
    choose: impl Fn(String) + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let chip = move |text: String| {
        let chosen = text.clone();
        view! { <li><button type="button" class="chip words" on:click=move |_| choose(chosen.clone())>{text}</button></li> }
    };
    view! {
        <ul class="chips" aria-label=label>
            {move || texts.get().into_iter().map(chip).collect_view()}
        </ul>
    }
}

/// A line of text that tells of itself while it is typed and when it is left.
#[component]
pub fn TextField(
    label: &'static str,
    #[prop(optional)] placeholder: &'static str,
    #[prop(into)] value: Memo<String>,
    change: impl Fn(String) + Copy + Send + Sync + 'static,
    /// Enter was pressed or the line was left.
    done: impl Fn() + Copy + Send + Sync + 'static,
) -> impl IntoView {
    view! {
        <label class="line">
            <span>{label}</span>
            <input type="text" placeholder=placeholder autocomplete="off" autocapitalize="off" spellcheck="false"
                enterkeyhint="search" maxlength="400" prop:value=move || value.get()
                on:input=move |event| change(event_target_value(&event)) on:change=move |_| done() />
        </label>
    }
}

/// A whole number that can be typed or stepped.
#[component]
pub fn NumberField<T>(
    label: &'static str,
    min: T,
    max: T,
    #[prop(into)] value: Memo<T>,
    change: impl Fn(T) + Copy + Send + Sync + 'static,
) -> impl IntoView
where
    T: Copy + Display + PartialOrd + std::str::FromStr + Send + Sync + 'static,
{
    let is_wrong = RwSignal::new(false);
    let hear = move |event| {
        let typed =
            event_target_value(&event).parse::<T>().ok().filter(|number| (min..=max).contains(number));
        is_wrong.set(typed.is_none());
        typed.into_iter().for_each(change);
    };
    let range = move || view! { <small role="alert">{format!("from {min} to {max}")}</small> };
    view! {
        <label class="number">
            <span>{label}</span>
            <input type="number" min=min.to_string() max=max.to_string() step="1" inputmode="numeric"
                aria-invalid=move || is_wrong.get().then_some("true")
                prop:value=move || value.get().to_string() on:change=hear />
            {move || is_wrong.get().then(range)}
        </label>
    }
}
