//! Sabotage: what is left when a modality goes missing, is disturbed or comes late.

mod corrupted;
mod desk;
mod drop;
mod figures;
mod imbalance;
mod results;

use super::race::{
    Curves, RaceControls, RaceRoom, RaceSlot, Standings, Subsets, about, formula, publish_race, section,
    title,
};
use crate::lab::fuse::Contestant;
use crate::ui::components::form::{NumberField, Slider};
use crate::ui::components::inspector::{Figure, Inspector};
use crate::ui::components::run_bar::RunBar;
use crate::ui::components::weights::WeightsButton;
use crate::ui::context::AppContext;
use crate::ui::format;
use crate::ui::memo::Memo;
use crate::ui::training_run::StepOf;
use corrupted::CorruptedSample;
use desk::{Desk, Dial};
use figures::publish_sabotage;
use imbalance::Imbalance;
use leptos::prelude::*;
use results::DeskResults;

const PLACE: RaceSlot = RaceSlot {
    get: |view| &view.sabotage,
    get_mut: |view| &mut view.sabotage,
    step: StepOf { get: |view| view.sabotage.step, set: |view, step| view.sabotage.step = step },
};

#[component]
pub fn Sabotage() -> impl IntoView {
    let room = RaceRoom::new(AppContext::here(), PLACE);
    let results = DeskResults::new(room);
    publish_race(room, "sabotage");
    publish_sabotage(room, results);
    view! {
        <section class="stage live">
            <RaceControls room offered=Contestant::all() more=view! { <Remedies room /> }.into_any() />
            <RunBar training=room.training />
            <h2>"Corruption"</h2>
            <Dial room results />
            <Desk room results />
            <Curves room />
            <CorruptedSample room results />
            <Subsets room />
            <h2>"Imbalance"</h2>
            <Imbalance room />
            <Standings room />
        </section>
        <Notes room results />
    }
}

/// How strong the remedies are that a race can be run with.
#[component]
fn Remedies(room: RaceRoom) -> impl IntoView {
    let dropout = Memo::new(move |_| room.settings.with(|settings| settings.dropout));
    let modulation = Memo::new(move |_| room.settings.with(|settings| settings.modulation));
    // Each value is a run of its own: it is taken when the gesture ends.
    let draft = RwSignal::new(0.0);
    Effect::new(move || draft.set(f32::from(modulation.get()) / 10.0));
    let done = move || {
        let tenths = (10.0 * draft.get_untracked()).round() as u8;
        room.set(|settings| settings.modulation = tenths);
    };
    view! {
        <div class="row controls">
            <NumberField label="Modality dropout in %" term="modality-dropout" min=0 max=90 value=dropout
                change=move |dropout| room.set(|settings| settings.dropout = dropout) />
            <Slider label="Gradient modulation α" term="gradient-modulation" min=0.0 max=5.0 step=0.1 value=draft show=|alpha| format!("{alpha:.1}")
                change=move |alpha| draft.set(alpha) done />
        </div>
    }
}

#[component]
fn Notes(room: RaceRoom, results: DeskResults) -> impl IntoView {
    let figures = Memo::new(move |_| {
        let (contestant, step) = (room.inside.get(), room.training.step.get());
        // Random weights have no accuracy that means anything.
        let is_trained = step.is_some_and(|step| step > 0);
        let whole = room
            .evaluation
            .with(|evaluation| evaluation.as_ref().map(|evaluation| evaluation.confusion.accuracy()))
            .filter(|_| is_trained);
        let left = results.at_dial(contestant).filter(|_| is_trained);
        let loss = whole.zip(left).map(|(whole, left)| format!("{:+.1} points", 100.0 * (left - whole)));
        let three = |value: Option<f32>| value.map_or("–".into(), format::three);
        vec![
            Figure::new("Clean accuracy", three(whole)).beside("chance 0.500"),
            Figure::new("Corrupted accuracy", three(left)),
            Figure::new("Difference", loss.unwrap_or("–".into())),
        ]
    });
    move || {
        let contestant = room.inside.get();
        view! {
            <Inspector title=title(contestant) section=section(contestant) figures formula=formula(contestant, room.modalities.with(Vec::len))>
                <p>{about(contestant)}</p>
                <p>"Only the inputs are corrupted, not the weights. Which samples, patches, words and moments are corrupted follows
                    from the seed; a higher strength corrupts the same ones and more."</p>
                <WeightsButton training=room.training contestant=Some(contestant) name=Memo::new(move |_| room.file_name(contestant)) />
            </Inspector>
        }
    }
}
