//! What a race is run with.

use super::{RaceRoom, title};
use crate::lab::fuse::task::{Information, Task};
use crate::lab::fuse::{Contestant, RaceSettings};
use crate::ui::components::form::{
    Decades, LEARNING_RATES, MoreSettings, NumberField, SEEDS, Segments, learning_rate,
};
use crate::ui::memo::Memo;
use leptos::prelude::*;

const MIXED: Task = Task { parts: [1; 4] };
const IMAGE_IN_HALF: Task = Task { parts: [1, 1, 0, 0] };

const KINDS: [(Task, &str); 6] = [
    (Task { parts: [1, 0, 0, 0] }, "Redundant"),
    (Task { parts: [0, 1, 0, 0] }, "Unique to the image"),
    (Task { parts: [0, 0, 1, 0] }, "Unique to the text"),
    (Task { parts: [0, 0, 0, 1] }, "Synergy (XOR)"),
    (IMAGE_IN_HALF, "Image in half"),
    (MIXED, "All four"),
];

/// What the parts of the mix are called, in the order of [`Information::ALL`].
const PARTS: [&str; 4] = ["redundant", "unique to the image", "unique to the text", "synergy"];

#[component]
pub fn RaceControls(
    room: RaceRoom,
    /// Who may take part besides the baselines.
    offered: Vec<Contestant>,
    /// Settings of this room besides.
    #[prop(optional)]
    more: Option<AnyView>,
) -> impl IntoView {
    let task = Memo::new(move |_| room.settings.with(|settings| settings.task));
    let about = move || match KINDS.iter().position(|(kind, _)| *kind == task.get()) {
        Some(0) => "“it is red” of something red: either modality suffices.",
        Some(1) => "“which colour is it”: the answer is in the image alone.",
        Some(2) => "“answer red please”, whatever the image shows.",
        Some(3) => "“is it red”: the answer is whether image and text agree. Neither alone says anything.",
        Some(4) => {
            "Half of the samples say the colour in words too; for the other half only the image tells it."
        }
        _ => "A mix: each kind of sample comes as often as its part says.",
    };
    let is_unusual = Memo::new(move |_| {
        room.settings.with(|settings| {
            let is_own_mix = KINDS.iter().all(|(kind, _)| *kind != settings.task);
            let RaceSettings { task, contestants, .. } = settings.clone();
            is_own_mix || *settings != RaceSettings { task, contestants, ..room.usual() }
        })
    });
    view! {
        <div class="settings">
            <Segments label="Task: where the answer is" options=KINDS.to_vec() chosen=task
                choose=move |task| room.set(|settings| settings.task = task) />
            <p class="small quiet">{about}</p>
            <Entrants room offered />
        </div>
        <MoreSettings is_unusual>
            <fieldset class="parts"><legend>"Task mix, in parts"</legend>
                {Information::ALL.map(|information| view! { <Part room information /> }).collect_view()}
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
    view! { <NumberField label=PARTS[at] min=0 max=9 value=part change=move |part| room.set(|settings| settings.task.parts[at] = part) /> }
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
