//! What is chosen of a run.

use super::choices::{Closed, USUAL_MILLI, fitting};
use super::contrast_run::ContrastRun;
use crate::lab::contrast::{ContrastSettings, Direction, Loss, Space, Temperature};
use crate::ui::components::form::{
    Decades, LEARNING_RATES, MoreSettings, NumberField, SEEDS, Segments, Switch, learning_rate,
};
use crate::ui::components::term::Term;
use crate::ui::context::AppContext;
use crate::ui::memo::Memo;
use leptos::prelude::*;

const SPACES: [(Space, &str); 3] =
    [(Space::Shared, "Shared"), (Space::Joint, "Joint"), (Space::Coordinated, "Coordinated")];
const LOSSES: [(Loss, &str); 2] = [(Loss::InfoNce, "InfoNCE"), (Loss::Sigmoid, "Sigmoid")];
const WAYS: [(Direction, &str); 3] = [
    (Direction::Both, "Symmetric"),
    (Direction::ToText, "Image to text"),
    (Direction::ToPicture, "Text to image"),
];

/// Longest schedule that can be chosen; a link may ask for more.
const MOST_STEPS: u64 = 2_000;

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

/// What is usually changed first; the rest stands behind.
#[component]
pub fn Controls(run: ContrastRun) -> impl IntoView {
    let app = AppContext::here();
    let closed = app.pick(|view| Closed::under(&view.contrast.settings));
    let is_learned = app.pick(|view| view.contrast.settings.temperature == Temperature::Learned);
    let batch = ContrastSettings::BATCH;
    view! {
        <div class="settings" data-part="settings">
            <Setting name="Loss" term="loss" closed=Memo::new(move |_| closed.get().loss)>
                <Segments label="Loss" options=LOSSES.to_vec() chosen=app.pick(|view| view.contrast.settings.loss)
                    choose=move |loss| change(app, |settings| settings.loss = loss) />
            </Setting>
            <Setting name="Temperature" term="temperature" closed=Memo::new(move |_| closed.get().temperature)>
                <div class="row">
                    <Segments label="Temperature" options=vec![(true, "Learned"), (false, "Fixed")] chosen=is_learned
                        choose=move |is_learned| change(app, |settings| settings.temperature = match is_learned {
                            true => Temperature::Learned,
                            false => Temperature::Fixed { milli: USUAL_MILLI },
                        }) />
                    <Tau run />
                </div>
            </Setting>
            <NumberField label="Batch size" term="batch-size" min=*batch.start() max=*batch.end()
                value=app.pick(|view| view.contrast.settings.batch)
                change=move |batch| change(app, |settings| settings.batch = batch) />
        </div>
        <More closed />
    }
}

#[component]
fn More(closed: Memo<Closed>) -> impl IntoView {
    let app = AppContext::here();
    let width = ContrastSettings::WIDTH;
    let is_unusual = app.pick(|view| {
        let ContrastSettings { loss, temperature, batch, .. } = view.contrast.settings;
        view.contrast.settings != ContrastSettings { loss, temperature, batch, ..ContrastSettings::default() }
    });
    view! {
        <MoreSettings is_unusual attr:data-part="more">
            <Setting name="Representation space">
                <Segments label="Representation space" options=SPACES.to_vec() chosen=app.pick(|view| view.contrast.settings.space)
                    choose=move |space| change(app, |settings| settings.space = space) />
            </Setting>
            <Setting name="Loss direction" closed=Memo::new(move |_| closed.get().direction)>
                <Segments label="Loss direction" options=WAYS.to_vec() chosen=app.pick(|view| view.contrast.settings.direction)
                    choose=move |direction| change(app, |settings| settings.direction = direction) />
            </Setting>
            <Setting name="Hard negatives" term="hard-negative" closed=Memo::new(move |_| closed.get().hard_negatives)>
                <Switch label="Hard negatives: one word changed" on=app.pick(|view| view.contrast.settings.hard_negatives)
                    change=move |on| change(app, |settings| settings.hard_negatives = on) />
            </Setting>
            <NumberField label="Embedding width" term="embedding-width" min=*width.start() max=*width.end()
                value=app.pick(|view| view.contrast.settings.width)
                change=move |width| change(app, |settings| settings.width = width) />
            <NumberField label="Steps" term="step" min=*ContrastSettings::STEPS.start() max=MOST_STEPS
                value=app.pick(|view| view.contrast.settings.steps)
                change=move |steps| change(app, |settings| settings.steps = steps) />
            <NumberField label="Seed" term="seed" min=*SEEDS.start() max=*SEEDS.end() value=app.pick(|view| view.contrast.settings.seed)
                change=move |seed| change(app, |settings| settings.seed = seed) />
            <Decades label="Peak learning rate" term="learning-rate" value=app.pick(|view| view.contrast.settings.micro_rate)
                ends=LEARNING_RATES show=learning_rate
                choose=move |rate| change(app, |settings| settings.micro_rate = rate) />
        </MoreSettings>
    }
}

/// The temperature as it is; whoever moves it fixes it.
#[component]
fn Tau(run: ContrastRun) -> impl IntoView {
    let app = AppContext::here();
    let learned = Memo::new(move |_| {
        let last = run.reports.with(|reports| reports.last().and_then(|report| report.temperature));
        last.map_or(USUAL_MILLI, |temperature| (1e3 * temperature).round().max(1.0) as u32)
    });
    let milli = Memo::new(move |_| match run.settings.with(|settings| settings.temperature) {
        Temperature::Fixed { milli } => milli,
        Temperature::Learned => learned.get(),
    });
    view! {
        <Decades label="τ" value=milli ends=(*ContrastSettings::MILLI.start(), *ContrastSettings::MILLI.end())
            show=|exponent| format!("{:.3}", 10_f32.powf(exponent - 3.0)) moving=run.is_tau_moving
            choose=move |milli| change(app, |settings| settings.temperature = Temperature::Fixed { milli }) />
    }
}

/// A control with its name above it; where it is closed it is greyed and says why.
#[component]
pub fn Setting(
    name: &'static str,
    /// Its key in the glossary.
    #[prop(optional)]
    term: Option<&'static str>,
    #[prop(into, optional)] closed: Memo<Option<&'static str>>,
    children: Children,
) -> impl IntoView {
    view! {
        <fieldset class="setting" disabled=move || closed.get().is_some()>
            <legend>{match term {
                Some(id) => view! { <Term id>{name}</Term> }.into_any(),
                None => name.into_any(),
            }}</legend>
            {children()}
            {move || closed.get().map(|reason| view! { <small>{reason}</small> })}
        </fieldset>
    }
}
