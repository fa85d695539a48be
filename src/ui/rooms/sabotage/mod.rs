//! Sabotage: what is left when a modality goes missing, is disturbed or comes late.

mod desk;
mod imbalance;
mod spoilt;

use super::race::{Curves, Place, RaceRoom, RaceSettings, Standings, about, formula, section, title};
use crate::lab::fuse::Contestant;
use crate::ui::components::choice::Number;
use crate::ui::components::inspector::{Figure, Inspector};
use crate::ui::components::run_bar::RunBar;
use crate::ui::components::weights::WeightsButton;
use crate::ui::lab::Lab;
use crate::ui::live::StepOf;
use crate::ui::memo::Memo;
use crate::ui::show;
use desk::{Desk, Dial, Spoilt};
use imbalance::Imbalance;
use leptos::prelude::*;
use spoilt::SpoiltSample;

const PLACE: Place = Place {
    get: |view| &view.sabotage,
    get_mut: |view| &mut view.sabotage,
    step: StepOf { get: |view| view.sabotage.step, set: |view, step| view.sabotage.step = step },
};

#[component]
pub fn Sabotage() -> impl IntoView {
    let room = RaceRoom::new(Lab::here(), PLACE);
    let spoilt = Spoilt::new(room);
    view! {
        <section class="stage live">
            <RaceSettings room offered=Contestant::all() />
            <Remedies room />
            <RunBar live=room.live />
            <Curves room />
            <h2>"The desk"</h2>
            <Dial room />
            <Desk room spoilt />
            <SpoiltSample room spoilt />
            <h2>"Imbalance"</h2>
            <Imbalance room />
            <Standings room />
        </section>
        <Notes room spoilt />
    }
}

/// How strong the remedies are that a race can be run with.
#[component]
fn Remedies(room: RaceRoom) -> impl IntoView {
    let dropout = Memo::new(move |_| room.settings.with(|settings| settings.dropout));
    let modulation = Memo::new(move |_| room.settings.with(|settings| settings.modulation));
    view! {
        <div class="row controls">
            <Number label="Modality dropout, %" min=0 max=90 value=dropout
                change=move |dropout| room.set(|settings| settings.dropout = dropout) />
            <Number label="Gradient modulation α, tenths" min=0 max=50 value=modulation
                change=move |modulation| room.set(|settings| settings.modulation = modulation) />
        </div>
    }
}

#[component]
fn Notes(room: RaceRoom, spoilt: Spoilt) -> impl IntoView {
    let figures = Memo::new(move |_| {
        let contestant = room.inside.get();
        let whole =
            room.standing.with(|standing| standing.as_ref().map(|standing| standing.confusion.accuracy()));
        let left = spoilt.at_dial(contestant);
        let loss = whole.zip(left).map(|(whole, left)| format!("{:+.1} points", 100.0 * (left - whole)));
        let three = |value: Option<f32>| value.map_or("–".into(), show::three);
        vec![
            Figure::new("With both whole", three(whole)).beside("chance 0.500"),
            Figure::new("At the dial", three(left)),
            Figure::new("Difference", loss.unwrap_or("–".into())),
        ]
    });
    move || {
        let contestant = room.inside.get();
        view! {
            <Inspector title=title(contestant) section=section(contestant) figures formula=formula(contestant)>
                <p>{about(contestant)}</p>
                <p>"The desk spoils what the contestants are given and leaves their weights alone. Which samples, patches and
                    words are hit follows from the seed; more strength hits the same ones and more."</p>
                <WeightsButton live=room.live contestant=Some(contestant) name=room.file_name(contestant) />
            </Inspector>
        }
    }
}
