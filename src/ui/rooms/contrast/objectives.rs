//! Objectives of pre-training side by side: the same encoders, the same seed, the same steps; then frozen and probed.

use super::controls::Setting;
use super::figures::publish_race;
use super::modes::Modes;
use super::partners::{PARTNERS, about, noun};
use super::reconstructions::ReconstructionsPanel;
use super::standings::Standings;
use super::verdicts::{MEASURES, Measure, name};
use crate::lab::contrast::HELD_OUT;
use crate::lab::contrast::objectives::{ObjectiveSettings, Phase, Standing};
use crate::lab::contrast::partner::Partner;
use crate::session::protocol::Experiment;
use crate::ui::components::bars::{Bar, Bars};
use crate::ui::components::form::{
    Decades, LEARNING_RATES, MoreSettings, NumberField, SEEDS, Segments, learning_rate,
};
use crate::ui::components::inspector::{Figure, Inspector};
use crate::ui::components::run_bar::RunBar;
use crate::ui::context::AppContext;
use crate::ui::format;
use crate::ui::memo::Memo;
use crate::ui::state::LabRunState;
use crate::ui::training_run::{StepOf, TrainingRun};
use leptos::prelude::*;

/// Longest phases that can be chosen; a link may ask for more.
const MOST_STEPS: u64 = 1_000;

#[component]
pub fn Objectives() -> impl IntoView {
    let app = AppContext::here();
    let settings = app.pick(|view| view.contrast.objectives.clone());
    let experiment = Memo::new(move |_| Experiment::Objectives(settings.get()));
    let target = |experiment: &Experiment, _| match experiment {
        Experiment::Objectives(settings) => settings.pieces(),
        _ => 0,
    };
    let step = StepOf { get: |view| view.contrast.piece, set: |view, piece| view.contrast.piece = piece };
    let training = TrainingRun::new(app, experiment, target, step);
    let standings = training.read(|state| match state {
        LabRunState::Objectives(race) => race.standings.clone(),
        _ => Vec::new(),
    });
    publish_race(settings, standings);
    view! {
        <section class="stage contrast">
            <Modes />
            <ObjectiveControls />
            <RunBar training />
            <Standings standings settings />
            <Comparison standings />
            <ReconstructionsPanel standings settings />
            <Verdicts standings />
        </section>
        <RaceNotes training settings standings />
    }
}

/// A change of settings is a new race, which is at its beginning.
fn change(app: AppContext, change: impl FnOnce(&mut ObjectiveSettings)) {
    app.go(|view| {
        change(&mut view.contrast.objectives);
        view.contrast.piece = 0;
    });
}

#[component]
fn ObjectiveControls() -> impl IntoView {
    let app = AppContext::here();
    let batch = ObjectiveSettings::BATCH;
    let partner = app.pick(|view| view.contrast.objectives.partner);
    let is_unusual = app.pick(|view| {
        let (own, usual) = (&view.contrast.objectives, ObjectiveSettings::default());
        (own.seed, own.micro_rate) != (usual.seed, usual.micro_rate)
    });
    view! {
        <div class="settings" data-part="settings">
            <Setting name="Second modality">
                <Segments label="Second modality" options=PARTNERS.to_vec() chosen=partner
                    choose=move |partner| change(app, |settings| settings.partner = partner) />
            </Setting>
            <NumberField label="Batch size" term="batch-size" min=*batch.start() max=*batch.end()
                value=app.pick(|view| view.contrast.objectives.batch)
                change=move |batch| change(app, |settings| settings.batch = batch) />
            <NumberField label="Pre-training steps" term="step" min=1 max=MOST_STEPS
                value=app.pick(|view| view.contrast.objectives.steps)
                change=move |steps| change(app, |settings| settings.steps = steps) />
            <NumberField label="Probe steps" min=1 max=MOST_STEPS
                value=app.pick(|view| view.contrast.objectives.probe_steps)
                change=move |steps| change(app, |settings| settings.probe_steps = steps) />
        </div>
        <p class="small quiet">{move || about(partner.get())}</p>
        <MoreSettings is_unusual attr:data-part="more">
            <NumberField label="Seed" term="seed" min=*SEEDS.start() max=*SEEDS.end() value=app.pick(|view| view.contrast.objectives.seed)
                change=move |seed| change(app, |settings| settings.seed = seed) />
            <Decades label="Peak learning rate" term="learning-rate" value=app.pick(|view| view.contrast.objectives.micro_rate)
                ends=LEARNING_RATES show=learning_rate
                choose=move |rate| change(app, |settings| settings.micro_rate = rate) />
        </MoreSettings>
    }
}

/// Bars of what has been measured, the random encoder marked on each.
#[component]
fn Comparison(standings: Memo<Vec<Standing>>) -> impl IntoView {
    let panel = move |measure: Measure| {
        let bars = Memo::new(move |_| standings.with(|standings| bars(&measure, standings)));
        let is_empty = move || bars.with(Vec::is_empty);
        view! {
            <section class:unmeasured=is_empty>
                <h2 class="minor">{measure.name}</h2>
                <Bars caption=measure.name what="Objective" unit="Figure" modality="fused" bars />
            </section>
        }
    };
    let has_any = Memo::new(move |_| {
        standings.with(|standings| {
            MEASURES.iter().any(|measure| standings.iter().any(|one| (measure.of)(one).is_some()))
        })
    });
    view! {
        {move || has_any.get().then(|| view! {
            <div class="charts" data-part="bars">{MEASURES.map(panel).collect_view()}</div>
            <p class="small quiet">"The line on each bar is the chance baseline or, where there is none, the random encoder."</p>
        })}
    }
}

fn bars(measure: &Measure, standings: &[Standing]) -> Vec<Bar> {
    let random = measure.of_random(standings);
    let bar = |standing: &Standing| {
        let value = (measure.of)(standing)?;
        Some(Bar {
            label: name(standing.objective).into(),
            share: value,
            value: format::three(value),
            mark: (measure.blind)(standing).or(random),
            is_chosen: false,
        })
    };
    standings.iter().filter_map(bar).collect()
}

/// What each objective is good for, as soon as that can be said.
#[component]
fn Verdicts(standings: Memo<Vec<Standing>>) -> impl IntoView {
    let said = Memo::new(move |_| {
        standings.with(|standings| {
            MEASURES.iter().filter_map(|measure| measure.verdict(standings)).collect::<Vec<_>>()
        })
    });
    view! {
        <div role="status"><ul class="verdicts">
            {move || said.get().into_iter().map(|text| view! { <li>{text}</li> }).collect_view()}
        </ul></div>
    }
}

/// The loss of an objective in the formula.
fn part(objective: &'static str, name: &'static str) -> impl IntoView {
    view! { <span data-term=objective><var>"L"</var><sub>{name}</sub></span> }
}

#[component]
fn RaceNotes(
    training: TrainingRun,
    settings: Memo<ObjectiveSettings>,
    standings: Memo<Vec<Standing>>,
) -> impl IntoView {
    let figures = Memo::new(move |_| {
        let (done, pieces) = (training.step.get().unwrap_or(0), settings.with(ObjectiveSettings::pieces));
        let ended = standings.with(|all| all.iter().filter(|one| one.phase == Phase::Done).count());
        vec![
            Figure::new("Progress", format::percent(done as f32 / pieces as f32)),
            Figure::new("Objectives measured", format!("{ended}"))
                .beside(format!("of {}", standings.with(Vec::len))),
            Figure::new("Held-out pairs", HELD_OUT.to_string()),
        ]
    });
    let partner = Memo::new(move |_| settings.with(|settings| settings.partner));
    move || {
        let (noun, with_words) = (noun(partner.get()), partner.get() == Partner::Words);
        let captioning = || with_words.then(|| view! { " + "{part("captioning", "cap")} });
        view! {
            <Inspector title="Pre-training objectives" section="21–22, pre-training and objective families" figures
                formula=view! {
                    {part("combined", "all")}" = ("{part("contrastive", "con")}" + "{part("matching", "match")}" + "
                    {part("masked", "mask")}{captioning()}" + "{part("reconstruction", "rec")}{if with_words { ") / 5" } else { ") / 4" }}
                }.into_any()>
                <p>"The same two encoders with the same random weights, "{if with_words { "seven" } else { "six" }}" times. Each is trained for the same
                    number of steps: to tell which "{noun}" belongs to an image ("<i>"contrastive"</i>"), whether a "{noun}" and an image belong together
                    ("<i>"matching"</i>"), to predict the masked parts of both ("<i>"masked"</i>"), "
                    {with_words.then(|| view! { "to write captions ("<i>"captioning"</i>"), " })}
                    "to reconstruct each modality from the other ("<i>"reconstruction"</i>"), all at once, or not at all."</p>
                <p>"Then the encoders are frozen, and small probes are trained on their features for the same few steps: retrieval of the "{noun}", captions,
                    the number of objects and their colours. Where an objective is no better than random weights, the features contain nothing more that
                    this probe can read."</p>
            </Inspector>
        }
    }
}
