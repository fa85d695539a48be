//! What is chosen of a run.

use super::choices::{Closed, USUAL_MILLI, fitting};
use crate::lab::contrast::{ContrastSettings, Direction, Loss, Space, Temperature};
use crate::ui::components::form::{NumberField, Segments, Slider, Switch};
use crate::ui::context::AppContext;
use crate::ui::memo::Memo;
use leptos::prelude::*;

const SPACES: [(Space, &str); 3] =
    [(Space::Shared, "Shared"), (Space::Joint, "Joint"), (Space::Coordinated, "Coordinated")];
const LOSSES: [(Loss, &str); 2] = [(Loss::InfoNce, "InfoNCE"), (Loss::Sigmoid, "Sigmoid")];
const WAYS: [(Direction, &str); 3] =
    [(Direction::Both, "Both ways"), (Direction::ToText, "To words"), (Direction::ToPicture, "To pictures")];

/// Longest schedule that can be chosen; a link may ask for more.
const MOST_STEPS: u64 = 2_000;

/// Ends of the slider, in millionths; a link may name lower ones.
pub const LEARNING_RATES: (u32, u32) = (100, *ContrastSettings::MICRO_RATE.end());

/// A power of ten of millionths as a rate.
pub fn learning_rate(exponent: f32) -> String {
    format!("{:.4}", 10_f32.powf(exponent - 6.0))
}

/// A change of settings is a new run, which is at its beginning.
fn change(app: AppContext, change: impl FnOnce(&mut ContrastSettings)) {
    app.go(|view| {
        let mut settings = view.contrast.settings.clone();
        change(&mut settings);
        let settings = fitting(settings);
        if settings != view.contrast.settings {
            view.contrast.settings = settings;
            (view.contrast.step, view.contrast.cell) = (0, None);
        }
    });
}

#[component]
pub fn Controls() -> impl IntoView {
    let app = AppContext::here();
    let closed = app.pick(|view| Closed::under(&view.contrast.settings));
    let is_learned = app.pick(|view| view.contrast.settings.temperature == Temperature::Learned);
    view! {
        <div class="settings">
            <Setting name="Space">
                <Segments label="Space" options=SPACES.to_vec() chosen=app.pick(|view| view.contrast.settings.space)
                    choose=move |space| change(app, |settings| settings.space = space) />
            </Setting>
            <Setting name="Loss" closed=Memo::new(move |_| closed.get().loss)>
                <Segments label="Loss" options=LOSSES.to_vec() chosen=app.pick(|view| view.contrast.settings.loss)
                    choose=move |loss| change(app, |settings| settings.loss = loss) />
            </Setting>
            <Setting name="Who looks for whom" closed=Memo::new(move |_| closed.get().direction)>
                <Segments label="Direction" options=WAYS.to_vec() chosen=app.pick(|view| view.contrast.settings.direction)
                    choose=move |direction| change(app, |settings| settings.direction = direction) />
            </Setting>
            <Setting name="Temperature" closed=Memo::new(move |_| closed.get().temperature)>
                <Segments label="Temperature" options=vec![(true, "Learned"), (false, "Fixed")] chosen=is_learned
                    choose=move |is_learned| change(app, |settings| settings.temperature = match is_learned {
                        true => Temperature::Learned,
                        false => Temperature::Fixed { milli: USUAL_MILLI },
                    }) />
                {move || (!is_learned.get()).then(|| view! { <Tau /> })}
            </Setting>
            <Setting name="Hard negatives" closed=Memo::new(move |_| closed.get().hard_negatives)>
                <Switch label="The caption with one word exchanged" on=app.pick(|view| view.contrast.settings.hard_negatives)
                    change=move |on| change(app, |settings| settings.hard_negatives = on) />
            </Setting>
        </div>
        <Sizes />
    }
}

/// Sizes of the batch, of the embedding and of the steps.
#[component]
fn Sizes() -> impl IntoView {
    let app = AppContext::here();
    let (batch, width) = (ContrastSettings::BATCH, ContrastSettings::WIDTH);
    let steps = app.pick(|view| view.contrast.settings.steps);
    view! {
        <div class="settings">
            <NumberField label="Pairs of a batch" min=*batch.start() max=*batch.end()
                value=app.pick(|view| view.contrast.settings.batch)
                change=move |batch| change(app, |settings| settings.batch = batch) />
            <NumberField label="Width of an embedding" min=*width.start() max=*width.end()
                value=app.pick(|view| view.contrast.settings.width)
                change=move |width| change(app, |settings| settings.width = width) />
            <NumberField label="Steps" min=*ContrastSettings::STEPS.start() max=MOST_STEPS value=steps
                change=move |steps| change(app, |settings| settings.steps = steps) />
            <NumberField label="Seed" min=0 max=u64::from(u32::MAX) value=app.pick(|view| view.contrast.settings.seed)
                change=move |seed| change(app, |settings| settings.seed = seed) />
            <Decades label="Peak learning rate" value=app.pick(|view| view.contrast.settings.micro_rate)
                ends=LEARNING_RATES show=learning_rate
                choose=move |rate| change(app, |settings| settings.micro_rate = rate) />
        </div>
    }
}

#[component]
fn Tau() -> impl IntoView {
    let app = AppContext::here();
    let milli = app.pick(|view| match view.contrast.settings.temperature {
        Temperature::Fixed { milli } => milli,
        Temperature::Learned => USUAL_MILLI,
    });
    view! {
        <Decades label="τ" value=milli ends=(*ContrastSettings::MILLI.start(), *ContrastSettings::MILLI.end())
            show=|exponent| format!("{:.3}", 10_f32.powf(exponent - 3.0))
            choose=move |milli| change(app, |settings| settings.temperature = Temperature::Fixed { milli }) />
    }
}

/// A slider over decades of a whole number, which is taken when the gesture ends: each value is a run of its own.
#[component]
pub fn Decades(
    label: &'static str,
    #[prop(into)] value: Memo<u32>,
    ends: (u32, u32),
    /// How a power of ten is written.
    show: fn(f32) -> String,
    choose: impl Fn(u32) + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let log = |value: u32| (value as f32).log10();
    let draft = RwSignal::new(log(value.get_untracked()));
    Effect::new(move || draft.set(log(value.get())));
    let done = move || {
        let whole = 10_f32.powf(draft.get_untracked()).round().clamp(ends.0 as f32, ends.1 as f32) as u32;
        if whole != value.get_untracked() {
            choose(whole);
        }
    };
    view! {
        <Slider label min=log(ends.0) max=log(ends.1) step=0.01 value=draft show
            change=move |exponent| draft.set(exponent) done />
    }
}

/// A control with its name above it; where it is closed it is greyed and says why.
#[component]
fn Setting(
    name: &'static str,
    #[prop(into, optional)] closed: Memo<Option<&'static str>>,
    children: Children,
) -> impl IntoView {
    view! {
        <fieldset class="setting" disabled=move || closed.get().is_some()>
            <legend>{name}</legend>
            {children()}
            {move || closed.get().map(|reason| view! { <small>{reason}</small> })}
        </fieldset>
    }
}
