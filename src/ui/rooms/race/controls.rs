//! What a race is run with.

use super::{RaceRoom, title};
use crate::lab::fuse::Contestant;
use crate::lab::fuse::task::{Information, Task};
use crate::ui::components::form::{NumberField, Segments};
use crate::ui::memo::Memo;
use leptos::prelude::*;

const MIXED: Task = Task { parts: [1; 4] };

const KINDS: [(Task, &str); 5] = [
    (Task { parts: [1, 0, 0, 0] }, "Redundant"),
    (Task { parts: [0, 1, 0, 0] }, "Only the picture"),
    (Task { parts: [0, 0, 1, 0] }, "Only the words"),
    (Task { parts: [0, 0, 0, 1] }, "Synergy (XOR)"),
    (MIXED, "All four"),
];

#[component]
pub fn RaceControls(
    room: RaceRoom,
    /// Who may take part besides the baselines.
    offered: Vec<Contestant>,
) -> impl IntoView {
    let task = Memo::new(move |_| room.settings.with(|settings| settings.task));
    let about = move || match KINDS.iter().position(|(kind, _)| *kind == task.get()) {
        Some(0) => "“it is red” of something red: either modality suffices.",
        Some(1) => "“which colour is it”: the answer is in the picture alone.",
        Some(2) => "“answer red please”, whatever the picture shows.",
        Some(3) => "“is it red”: the answer is whether picture and words agree. Neither alone says anything.",
        _ => "A mixture: each kind of sample comes as often as its part says.",
    };
    view! {
        <div class="settings">
            <Segments label="Where the answer stands" options=KINDS.to_vec() chosen=task
                choose=move |task| room.set(|settings| settings.task = task) />
            <p class="small quiet">{about}</p>
            <fieldset class="parts"><legend>"Parts of the mixture"</legend>
                {Information::ALL.map(|information| view! { <Part room information /> }).collect_view()}
            </fieldset>
            <Entrants room offered />
            <Numbers room />
        </div>
    }
}

#[component]
fn Part(room: RaceRoom, information: Information) -> impl IntoView {
    let at = information as usize;
    let part = Memo::new(move |_| room.settings.with(|settings| settings.task.parts[at]));
    view! { <NumberField label=information.name() min=0 max=9 value=part change=move |part| room.set(|settings| settings.task.parts[at] = part) /> }
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
    view! { <ul class="chips" aria-label="Who takes part">{offered.into_iter().map(chip).collect_view()}</ul> }
}

#[component]
fn Numbers(room: RaceRoom) -> impl IntoView {
    let seed = Memo::new(move |_| room.settings.with(|settings| settings.seed));
    let batch = Memo::new(move |_| room.settings.with(|settings| settings.batch));
    let rate = Memo::new(move |_| room.settings.with(|settings| settings.micro_rate));
    view! {
        <div class="row controls">
            <NumberField label="Seed" min=0_u64 max=u64::from(u32::MAX) value=seed
                change=move |seed| room.set(|settings| settings.seed = seed) />
            <NumberField label="Samples a step" min=1 max=256 value=batch
                change=move |batch| room.set(|settings| settings.batch = batch) />
            <NumberField label="Learning rate · 10⁻⁶" min=1 max=100_000 value=rate
                change=move |rate| room.set(|settings| settings.micro_rate = rate) />
        </div>
    }
}
