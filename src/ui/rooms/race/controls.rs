//! What a race is run with.

use super::kinds::{ORDER, about, kinds, title as title_of};
use super::{RaceRoom, title};
use crate::lab::fuse::task::{Information, Task};
use crate::lab::fuse::{Contestant, Modality, RaceSettings};
use crate::ui::components::form::{
    Decades, LEARNING_RATES, MoreSettings, NumberField, SEEDS, Segments, learning_rate,
};
use crate::ui::memo::Memo;
use leptos::prelude::*;

const SETS: [(&[Modality], &str); 4] = [
    (Modality::SETS[0], "Image + text"),
    (Modality::SETS[1], "Image + sound"),
    (Modality::SETS[2], "Text + sound"),
    (Modality::SETS[3], "Image + text + sound"),
];

#[component]
pub fn RaceControls(
    room: RaceRoom,
    /// Who may take part besides the baselines.
    offered: Vec<Contestant>,
    /// Settings of this room besides.
    #[prop(optional)]
    more: Option<AnyView>,
) -> impl IntoView {
    let task = Memo::new(move |_| room.settings.with(RaceSettings::mixture));
    let set = Memo::new(move |_| {
        let known = |settings: &RaceSettings| SETS.iter().position(|(set, _)| *set == settings.modalities);
        SETS[room.settings.with(known).unwrap_or(0)].0
    });
    let choose = move |modalities: &[Modality]| {
        room.set(|settings| {
            settings.modalities = modalities.to_vec();
            if settings.mixture().is_empty() {
                settings.task = Task::pure(Information::Synergy);
            }
        });
    };
    let is_unusual = Memo::new(move |_| {
        room.settings.with(|settings| {
            let is_own_mix = kinds(&settings.modalities).iter().all(|(kind, _)| *kind != settings.mixture());
            let RaceSettings { task, modalities, contestants, .. } = settings.clone();
            is_own_mix || *settings != RaceSettings { task, modalities, contestants, ..room.usual() }
        })
    });
    view! {
        <div class="settings" data-part="settings">
            <Segments label="Modalities" options=SETS.to_vec() chosen=set choose />
            {move || view! {
                <Segments label="Task: where the answer is" options=kinds(set.get()) chosen=task
                    choose=move |task| room.set(|settings| settings.task = task) />
            }}
            <p class="small quiet">{move || room.settings.with(about)}</p>
            <Entrants room offered />
        </div>
        <MoreSettings is_unusual>
            <fieldset class="parts" data-part="mix"><legend>"Task mix, in parts"</legend>
                {move || {
                    let parts = ORDER.into_iter().filter(|information| information.is_among(set.get()));
                    parts.map(|information| view! { <Part room information /> }).collect_view()
                }}
            </fieldset>
            <Numbers room />
            {more}
        </MoreSettings>
    }
}

#[component]
fn Part(room: RaceRoom, information: Information) -> impl IntoView {
    let at = information as usize;
    let part = Memo::new(move |_| room.settings.with(|settings| settings.task.parts[at]));
    view! { <NumberField label=title_of(information) min=0 max=9 value=part change=move |part| room.set(|settings| settings.task.parts[at] = part) /> }
}

/// Chips of those who may take part.
#[component]
fn Entrants(room: RaceRoom, offered: Vec<Contestant>) -> impl IntoView {
    let chosen = Memo::new(move |_| room.settings.with(|settings| settings.contestants.clone()));
    let order = StoredValue::new(offered.clone());
    let toggle = move |contestant: Contestant| {
        room.set(|settings| {
            let takes_part = |other: &Contestant| match *other == contestant {
                true => !settings.contestants.contains(other),
                false => settings.contestants.contains(other),
            };
            settings.contestants =
                order.with_value(|order| order.iter().copied().filter(takes_part).collect());
        });
    };
    let chip = move |contestant: Contestant| {
        let pressed = move || chosen.with(|chosen| chosen.contains(&contestant)).to_string();
        view! { <li><button type="button" class="chip" aria-pressed=pressed on:click=move |_| toggle(contestant)>{title(contestant)}</button></li> }
    };
    view! { <ul class="chips" aria-label="Models">{offered.into_iter().map(chip).collect_view()}</ul> }
}

#[component]
fn Numbers(room: RaceRoom) -> impl IntoView {
    let seed = Memo::new(move |_| room.settings.with(|settings| settings.seed));
    let batch = Memo::new(move |_| room.settings.with(|settings| settings.batch));
    let rate = Memo::new(move |_| room.settings.with(|settings| settings.micro_rate));
    view! {
        <div class="row controls">
            <NumberField label="Seed" term="seed" min=*SEEDS.start() max=*SEEDS.end() value=seed
                change=move |seed| room.set(|settings| settings.seed = seed) />
            <NumberField label="Batch size" term="batch-size" min=1 max=256 value=batch
                change=move |batch| room.set(|settings| settings.batch = batch) />
            <Decades label="Learning rate" term="learning-rate" value=rate ends=LEARNING_RATES show=learning_rate
                choose=move |rate| room.set(|settings| settings.micro_rate = rate) />
        </div>
    }
}
