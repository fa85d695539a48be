//! How the caption is decoded, its prompt, and which heads are shown.

use crate::session::protocol::{DecodingChoice, ModelKind};
use crate::ui::components::form::{NumberField, Segments, Slider, TextField};
use crate::ui::components::unknown::drop_missing_layer;
use crate::ui::context::AppContext;
use crate::ui::memo::Memo;
use leptos::prelude::*;

#[derive(Clone, Copy, PartialEq)]
enum Way {
    Greedy,
    Beam,
    Sample,
}

const WAYS: [(Way, &str); 3] = [(Way::Greedy, "Greedy"), (Way::Beam, "Beam"), (Way::Sample, "Sample")];

fn way_of(decoding: DecodingChoice) -> Way {
    match decoding {
        DecodingChoice::Own | DecodingChoice::Greedy => Way::Greedy,
        DecodingChoice::Beam { .. } => Way::Beam,
        DecodingChoice::Sample { .. } => Way::Sample,
    }
}

#[component]
pub fn Controls() -> impl IntoView {
    let app = AppContext::here();
    let chosen = app.pick(|view| view.decoding);
    let own =
        move || app.facts.with(|facts| facts.as_ref().map_or(DecodingChoice::Greedy, |facts| facts.decoding));
    let decoding = Memo::new(move |_| if chosen.get() == DecodingChoice::Own { own() } else { chosen.get() });
    let way = Memo::new(move |_| way_of(decoding.get()));
    let choose = move |way| {
        app.go(|view| {
            view.decoding = match way {
                Way::Greedy => DecodingChoice::Greedy,
                Way::Beam => DecodingChoice::Beam { width: 3 },
                Way::Sample => DecodingChoice::Sample { temperature: 0.8, seed: 1 },
            };
        });
    };
    let prefix = app.pick(|view| view.prefix.clone());
    view! {
        <div class="row controls" data-part="decoding">
            <Segments label="Decoding" options=WAYS.to_vec() chosen=way choose />
            {move || match way.get() {
                Way::Greedy => ().into_any(),
                Way::Beam => view! { <BeamWidth decoding /> }.into_any(),
                Way::Sample => view! { <Sampling decoding /> }.into_any(),
            }}
        </div>
        <div data-part="prompt">
            <TextField label="Prompt" term="prompt" placeholder="empty: the model begins" value=prefix
                change=move |text| app.adjust(|view| { view.prefix = text; view.word = None }) done=move || app.settle() />
        </div>
    }
}

#[component]
fn BeamWidth(decoding: Memo<DecodingChoice>) -> impl IntoView {
    let app = AppContext::here();
    let width = Memo::new(move |_| match decoding.get() {
        DecodingChoice::Beam { width } => width,
        DecodingChoice::Own | DecodingChoice::Greedy | DecodingChoice::Sample { .. } => 1,
    });
    view! {
        <NumberField label="Beam width" term="beam-search" min=1 max=8 value=width change=move |width| app.go(|view| view.decoding = DecodingChoice::Beam { width }) />
    }
}

#[component]
fn Sampling(decoding: Memo<DecodingChoice>) -> impl IntoView {
    let app = AppContext::here();
    let now = Memo::new(move |_| match decoding.get() {
        DecodingChoice::Sample { temperature, seed } => (temperature, seed),
        DecodingChoice::Own | DecodingChoice::Greedy | DecodingChoice::Beam { .. } => (1.0, 1),
    });
    let seed = Memo::new(move |_| now.get().1);
    let sample = move |temperature, seed| DecodingChoice::Sample { temperature, seed };
    view! {
        <Slider label="Temperature" term="temperature" min=0.1 max=2.0 step=0.1 value=Memo::new(move |_| now.get().0) show=|value| format!("{value:.1}")
            change=move |temperature| app.preview(|view| view.decoding = sample(temperature, seed.get_untracked()))
            done=move || app.settle() />
        <NumberField label="Seed" term="seed" min=0 max=u32::MAX value=seed
            change=move |seed| app.go(|view| view.decoding = sample(now.get_untracked().0, seed)) />
    }
}

/// Which layer and head of the decoder the map shows.
#[component]
pub fn Heads() -> impl IntoView {
    let app = AppContext::here();
    let stack = Memo::new(move |_| {
        app.requests
            .load
            .with(|load| load.value.model.as_ref().map(|model| (model.decoder, model.pointing_layer)))
    });
    let (layer, head) = (app.pick(|view| view.layer), app.pick(|view| view.head));
    let has = Memo::new(move |_| stack.get().map(|(stack, _)| [stack.layers as usize, stack.heads as usize]));
    drop_missing_layer(app, has);
    let layers = move || {
        let (stack, pointing) = stack.get()?;
        // Only Playroom's layers have been held against the truth.
        let is_measured =
            app.facts.with(|facts| facts.as_ref().is_some_and(|facts| facts.kind == ModelKind::Playroom));
        let name = |index: usize| match is_measured && index == pointing as usize {
            true => format!("{} (best localisation)", index + 1),
            false => (index + 1).to_string(),
        };
        let option = |index| (Some(index), name(index));
        Some((0..stack.layers as usize).map(option).collect::<Vec<_>>())
    };
    let heads = move || {
        let (stack, _) = stack.get()?;
        let all = [(None, "all".to_owned())].into_iter();
        Some(
            all.chain((0..stack.heads as usize).map(|index| (Some(index), (index + 1).to_string())))
                .collect::<Vec<_>>(),
        )
    };
    let shown_layer = Memo::new(move |_| layer.get().or(stack.get().map(|(_, pointing)| pointing as usize)));
    view! {
        <div class="row controls">
            <Choose label="Layer" options=Memo::new(move |_| layers().unwrap_or_default()) chosen=shown_layer
                choose=move |layer| app.go(|view| view.layer = layer) />
            <Choose label="Head" options=Memo::new(move |_| heads().unwrap_or_default()) chosen=head
                choose=move |head| app.go(|view| view.head = head) />
        </div>
    }
}

/// A choice by number from a list.
#[component]
fn Choose(
    label: &'static str,
    #[prop(into)] options: Memo<Vec<(Option<usize>, String)>>,
    #[prop(into)] chosen: Memo<Option<usize>>,
    choose: impl Fn(Option<usize>) + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let option = move |(value, name): (Option<usize>, String)| {
        let key = value.map_or(String::new(), |value| value.to_string());
        view! { <option value=key selected=move || chosen.get() == value>{name}</option> }
    };
    view! {
        <label class="number"><span>{label}</span>
            <select on:change=move |event| choose(event_target_value(&event).parse().ok())>
                {move || options.get().into_iter().map(option).collect_view()}
            </select>
        </label>
    }
}
