//! A look into one contestant: whom it takes for whom, how it weighs the modalities, what meets what.

use super::attention::Attention;
use super::map::Map;
use super::modalities::{look, word};
use super::{RaceRoom, title};
use crate::lab::fuse::task::{Information, VALUES};
use crate::lab::fuse::{Contestant, Evaluation, Modality, RaceSettings, WIDTH};
use crate::ui::components::chart::{Axis, Confusion, Histogram, Spread, Tone};
use crate::ui::components::heatmap::Matrix;
use crate::ui::format;
use crate::ui::memo::Memo;
use crate::ui::state::Shared;
use leptos::prelude::*;

const BINS: usize = 20;

#[component]
pub fn Inside(room: RaceRoom) -> impl IntoView {
    let name = Memo::new(move |_| title(room.inside.get()));
    let has = move |part: fn(&Evaluation) -> bool| {
        Memo::new(move |_| {
            room.evaluation.with(|evaluation| evaluation.as_ref().is_some_and(|evaluation| part(evaluation)))
        })
    };
    let (gates, interaction, attention) =
        (has(|s| !s.gates.is_empty()), has(|s| !s.interaction.is_empty()), has(|s| !s.attention.is_empty()));
    let alpha = Memo::new(move |_| {
        let alpha = room.evaluation.with(|all| all.as_ref().map(|evaluation| evaluation.alpha.clone()));
        alpha.unwrap_or_default()
    });
    let counts = Memo::new(move |_| {
        let counts =
            |evaluation: &Shared<Evaluation>| evaluation.confusion.counts.map(|row| row.to_vec()).to_vec();
        room.evaluation.with(|evaluation| evaluation.as_ref().map(counts)).unwrap_or_default()
    });
    let classes = Memo::new(move |_| room.settings.with(classes));
    view! {
        <h2>{move || format!("Details: {}", name.get())}</h2>
        <div class="charts">
            <div data-part="confusion">
                <Confusion label=Memo::new(move |_| format!("Confusion matrix: {}", name.get())) classes counts />
            </div>
            {move || gates.get().then(|| view! { <div data-part="gates"><Gates room /></div> })}
            // Of other modalities they are drawn anew.
            {move || (room.modalities.get(), interaction.get()).1.then(|| view! { <Interaction room /> })}
            {move || (room.modalities.get(), attention.get()).1.then(|| view! { <Attention room /> })}
            {move || Some(alpha.get()).filter(|alpha| !alpha.is_empty()).map(|alpha| {
                let modalities = room.modalities.get();
                view! {
                    <p class="note" data-part="mixing-weights">"Learned mixing weights α of the logits: " <b>{weights(&modalities, &alpha)}</b>
                        ", the same for every sample."</p>
                }
            })}
        </div>
    }
}

/// Names of the two classes, by what is asked.
fn classes(settings: &RaceSettings) -> Vec<String> {
    let share = match Information::Synergy.is_yes_or_no(&settings.modalities) {
        true => settings.mixture().share(Information::Synergy),
        false => 0.0,
    };
    let name = |(is, value): (&str, &str)| match share {
        1.0 => is.to_string(),
        0.0 => value.to_string(),
        _ => format!("{is} / {value}"),
    };
    ["no", "yes"].into_iter().zip(VALUES).map(name).collect()
}

/// `image 0.410, text 0.590`; of experts the last weight is that of the one for all.
pub fn weights(modalities: &[Modality], shares: &[f32]) -> String {
    let names = modalities.iter().map(|&modality| word(modality)).chain(["all"]);
    let named = names.zip(shares).map(|(name, share)| format!("{name} {}", format::three(*share)));
    named.collect::<Vec<_>>().join(", ")
}

/// How the shares of the modalities spread over the held-out samples.
#[component]
fn Gates(room: RaceRoom) -> impl IntoView {
    let groups = Memo::new(move |_| {
        let gates = room.evaluation.with(|all| all.as_ref().map(|evaluation| evaluation.gates.clone()));
        let looks = room.modalities.get().into_iter().map(|modality| (word(modality), look(modality).0));
        let looks = looks.chain([("all", Tone::Fused)]);
        let groups = looks.zip(gates.unwrap_or_default());
        groups.map(|((name, tone), gates)| Spread::new(name, tone, gates)).collect::<Vec<_>>()
    });
    let label = move || match room.inside.get() {
        Contestant::Gate => "Gate: weight of each modality, mean over features",
        Contestant::Experts => "Router: weight of the expert of each modality and of the one for all",
        Contestant::Reliability => "Relative reliability of each modality",
        _ => "Weight of each modality",
    };
    view! {
        <Histogram label=Memo::new(move |_| label().to_string())
            x=Memo::from(Axis::new("Weight", "").within(0.0, 1.0)) groups bins=BINS />
    }
}

/// Which features of the first modality meet which of the second.
#[component]
fn Interaction(room: RaceRoom) -> impl IntoView {
    let matrix = Memo::new(move |_| {
        let values = room
            .evaluation
            .with(|evaluation| evaluation.as_ref().map(|evaluation| evaluation.interaction.clone()));
        let values =
            values.filter(|values| values.len() == WIDTH * WIDTH).unwrap_or_else(|| vec![0.0; WIDTH * WIDTH]);
        let most = values.iter().fold(0.0_f32, |most, value| most.max(value.abs()));
        Shared::new(Matrix::new(WIDTH, WIDTH, values).spanning(-most, most))
    });
    // Three have no such map.
    let pair = room.modalities.with_untracked(|modalities| [modalities[0], modalities[1]]);
    let [first, second] = pair.map(word);
    let say = move |matrix: &Matrix, (row, column): (usize, usize)| {
        format!("{first} feature {row} with {second} feature {column}: {:+.3}", matrix.at(row, column))
    };
    view! {
        <Map part="interaction" label="Interaction of features, for the second class against the first; use the arrow keys"
            axes=pair.map(features) matrix quantity="weight of the pair" say />
    }
}

fn features(modality: Modality) -> &'static str {
    match modality {
        Modality::Picture => "image features",
        Modality::Words => "text features",
        Modality::Sound => "sound features",
    }
}
