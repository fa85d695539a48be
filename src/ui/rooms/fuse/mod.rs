//! Fuse: ways to bring two or three modalities together, raced.

mod figures;
mod gain;

use super::race::{
    Answers, Curves, Inside, RaceControls, RaceRoom, RaceSlot, SampleChoice, Standings, Subsets, about,
    formula, milliseconds, publish_race, section, shown_sample, title,
};
use crate::lab::fuse::{Contestant, Evaluation, parameter_budget};
use crate::ui::components::icon::{Glyph, Icon};
use crate::ui::components::inspector::{Figure, Inspector};
use crate::ui::components::run_bar::RunBar;
use crate::ui::components::term::Term;
use crate::ui::components::weights::WeightsButton;
use crate::ui::context::AppContext;
use crate::ui::format;
use crate::ui::memo::Memo;
use crate::ui::state::Shared;
use crate::ui::training_run::StepOf;
use crate::ui::view::Room;
use figures::publish_fusions;
use gain::Gain;
use leptos::prelude::*;

const PLACE: RaceSlot = RaceSlot {
    get: |view| &view.fuse,
    get_mut: |view| &mut view.fuse,
    step: StepOf { get: |view| view.fuse.step, set: |view, step| view.fuse.step = step },
};

#[component]
pub fn Fuse() -> impl IntoView {
    let room = RaceRoom::new(AppContext::here(), PLACE);
    publish_race(room, "fuse");
    publish_fusions(room);
    view! {
        <section class="stage live">
            <RaceControls room offered=Contestant::FUSIONS.to_vec() />
            <RunBar training=room.training />
            <Curves room />
            <Gain room />
            <Standings room />
            <ToSabotage room />
            <Inside room />
            <Subsets room />
            <Sample room />
        </section>
        <Notes room />
    }
}

/// Takes the race as it stands to the room Sabotage.
#[component]
fn ToSabotage(room: RaceRoom) -> impl IntoView {
    let go = move |_| {
        room.app.go(|view| {
            view.sabotage.settings = view.fuse.settings.clone();
            view.sabotage.step = view.fuse.step;
            view.sabotage.inside = view.fuse.inside;
            view.room = Room::Sabotage;
        });
    };
    view! {
        <p><button type="button" class="button" on:click=go disabled=move || room.training.is_busy.get()>
            <Glyph icon=Icon::Sabotage />"Corrupt these models in Sabotage"</button></p>
    }
}

/// One sample, and everybody's answer to it.
#[component]
fn Sample(room: RaceRoom) -> impl IntoView {
    let sample = shown_sample(room);
    let answers = Memo::new(move |_| {
        let at = room.view.with(|view| view.sample);
        let answer = |evaluation: &Shared<Evaluation>| {
            Some(super::race::ContestantAnswer {
                contestant: evaluation.contestant,
                probability: *evaluation.probabilities.get(at)?,
                gates: evaluation.gates.iter().filter_map(|of| of.get(at).copied()).collect(),
            })
        };
        room.evaluations.with(|evaluations| evaluations.iter().filter_map(answer).collect::<Vec<_>>())
    });
    view! {
        <h2>"One sample"</h2>
        <div class="beside sample" data-part="sample">
            <div><SampleChoice room sample /></div>
            <Answers room sample answers />
        </div>
    }
}

#[component]
fn Notes(room: RaceRoom) -> impl IntoView {
    let figures = Memo::new(move |_| {
        let contestant = room.inside.get();
        let evaluation = room.evaluation.get();
        let of = |part: fn(&Evaluation) -> String| evaluation.as_deref().map_or("–".into(), part);
        let budget = parameter_budget(room.modalities.with(Vec::len));
        let time = room.race.with_untracked(|race| milliseconds(race, contestant));
        vec![
            Figure::new("Accuracy", of(|evaluation| format::three(evaluation.confusion.accuracy())))
                .beside("chance 0.500"),
            Figure::new("F1", of(|evaluation| format::three(evaluation.confusion.f1()))),
            Figure::new("Parameters", of(|evaluation| evaluation.parameters.to_string()))
                .beside(format!("every model {budget} ± 2.5 %")),
            Figure::new("Time per step", time.map_or("–".into(), |time| format!("{time:.1} ms"))),
        ]
    });
    move || {
        let contestant = room.inside.get();
        view! {
            <Inspector title=title(contestant) section=section(contestant) figures formula=formula(contestant, room.modalities.with(Vec::len))>
                <p>{about(contestant)}</p>
                <p>"All models start from the same seed, see the same samples in the same order and have the same number of
                    parameters: what differs is the "<Term id="fusion">"fusion"</Term>" of the modalities."</p>
                <WeightsButton training=room.training contestant=Some(contestant) name=Memo::new(move |_| room.file_name(contestant)) />
            </Inspector>
        }
    }
}
