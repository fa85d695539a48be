//! The contestants in words and formulas.

use crate::lab::fuse::Contestant;
use crate::ui::components::chart::{Dash, SERIES, Tone};
use leptos::prelude::*;

/// A name for tables and legends.
pub fn title(contestant: Contestant) -> &'static str {
    match contestant {
        Contestant::Majority => "Majority class",
        Contestant::Picture => "Image only",
        Contestant::Words => "Text only",
        Contestant::Sound => "Sound only",
        Contestant::Shuffled => "Shuffled",
        Contestant::Early => "Early",
        Contestant::Late => "Late (sum of logits)",
        Contestant::Concat => "Concatenation",
        Contestant::Sum => "Sum (of features)",
        Contestant::Product => "Product",
        Contestant::Gate => "Gate",
        Contestant::Bilinear => "Bilinear",
        Contestant::Pool => "Attention pooling",
        Contestant::Cross => "Cross-attention",
        Contestant::CoAttention => "Co-attention",
        Contestant::Joint => "Joint transformer",
        Contestant::Dropout => "Modality dropout",
        Contestant::Reliability => "Reliability weights",
        Contestant::Imputation => "Imputation",
        Contestant::Experts => "Mixture of experts",
        Contestant::Modulated => "Late + gradient modulation",
    }
}

/// What it does, in one sentence.
pub fn about(contestant: Contestant) -> &'static str {
    match contestant {
        Contestant::Majority => "Always gives the more frequent answer of the training set.",
        Contestant::Picture => "Is given the image only: a fusion that does no better has not used the rest.",
        Contestant::Words => "Is given the text only: a fusion that does no better has not used the rest.",
        Contestant::Sound => "Is given the sound only: a fusion that does no better has not used the rest.",
        Contestant::Shuffled => {
            "Concatenation, with the first modality taken from another sample: what is left is what the others can do without it."
        }
        Contestant::Early => "Raw patches and word embeddings are concatenated before anything is encoded.",
        Contestant::Late => {
            "Each modality has a classifier of its own, and their logits are added with learned weights: no unit sees two modalities, so what \
             only all together tell cannot be learned."
        }
        Contestant::Concat => "The feature vectors are concatenated; the head that follows can combine them.",
        Contestant::Sum => {
            "The feature vectors are added before the head, whose nonlinearity can still combine them: unlike a sum of logits."
        }
        Contestant::Product => {
            "The feature vectors are multiplied element by element: every feature depends on all modalities."
        }
        Contestant::Gate => {
            "A gate that sees all modalities decides for each feature how much of each is taken."
        }
        Contestant::Bilinear => {
            "Every feature of one modality interacts with every feature of the others, at a low rank."
        }
        Contestant::Pool => {
            "A weighted mean of the feature vectors; the weights are a softmax over one score per modality."
        }
        Contestant::Cross => {
            "One modality (the words, or else the image) attends to the others: attention one way."
        }
        Contestant::CoAttention => "Every modality attends to the others.",
        Contestant::Joint => "One transformer over the tokens of all modalities.",
        Contestant::Dropout => "Concatenation; in training, modalities are sometimes removed.",
        Contestant::Reliability => {
            "Each feature vector is weighted by its estimated reliability, learned with noisy samples."
        }
        Contestant::Imputation => "A missing modality is predicted from those that are there.",
        Contestant::Experts => "One expert for each modality and one for all; a router mixes their answers.",
        Contestant::Modulated => {
            "Late fusion; the gradient of a modality that learns faster than the others is reduced."
        }
    }
}

/// The section of the whitepaper.
pub fn section(contestant: Contestant) -> &'static str {
    match contestant {
        Contestant::Majority
        | Contestant::Picture
        | Contestant::Words
        | Contestant::Sound
        | Contestant::Shuffled => "5, unimodal encoders",
        Contestant::Early => "7.1, early fusion",
        Contestant::Late => "7.2, late fusion",
        Contestant::Gate => "8.1, gated fusion",
        Contestant::Concat
        | Contestant::Sum
        | Contestant::Product
        | Contestant::Bilinear
        | Contestant::Pool => "8, simple fusion operators",
        Contestant::Cross => "9, attention",
        Contestant::CoAttention => "9.1, co-attention",
        Contestant::Joint => "20, multimodal transformers",
        Contestant::Dropout | Contestant::Reliability | Contestant::Imputation | Contestant::Experts => {
            "17, missing modalities"
        }
        Contestant::Modulated => "18, modality imbalance",
    }
}

/// A term for each of `count` modalities, joined.
fn each(count: usize, between: &'static str, term: impl Fn(usize) -> AnyView) -> AnyView {
    let joined =
        |m: usize| (m > 1).then_some(between).into_iter().map(|text| text.into_any()).chain([term(m)]);
    (1..=count).flat_map(joined).collect_view().into_any()
}

/// `x` with an index.
fn indexed(name: &'static str, m: usize) -> AnyView {
    view! { <var>{name}</var><sub>{m}</sub> }.into_any()
}

/// How the answer comes of the vectors `h₁` to `hₙ` of `count` modalities.
pub fn formula(contestant: Contestant, count: usize) -> AnyView {
    let mlp = |terms: AnyView| view! { <var>"ŷ"</var> " = MLP(" {terms} ")" }.into_any();
    let row = |names: &'static [&'static str]| {
        let terms =
            each(count, "; ", move |m| names.iter().map(|name| indexed(name, m)).collect_view().into_any());
        view! { "[" {terms} "]" }.into_any()
    };
    let fused = |between| each(count, between, |m| indexed("h", m));
    let weighted = |weight: &'static str, operator: &'static str, x: &'static str| {
        each(count, " + ", move |m| view! { {indexed(weight, m)} {operator} {indexed(x, m)} }.into_any())
    };
    let h = || view! { <var>"h"</var> " = " };
    let fusion = |terms: AnyView| view! { <span data-term="fusion">{terms}</span> };
    match contestant {
        Contestant::Majority => view! { "argmax" <sub><var>"y"</var></sub> " " <var>"p"</var> "(" <var>"y"</var> ")" }.into_any(),
        Contestant::Picture | Contestant::Words | Contestant::Sound => mlp(view! { <var>"h"</var> }.into_any()),
        Contestant::Shuffled | Contestant::Concat => mlp(fusion(row(&["h"])).into_any()),
        Contestant::Dropout => view! {
            {mlp(row(&["m", "h"]))} ", P(" {each(count, " ", |m| indexed("m", m))} " = 0) = " <var data-term="dropout">"p"</var>
        }
        .into_any(),
        Contestant::Early => mlp(fusion(row(&["x"])).into_any()),
        Contestant::Late => {
            view! { <var>"ŷ"</var> " = " {fusion(weighted("α", " ", "ŷ"))} ", Σ" <var>"α"</var> " = 1" }.into_any()
        }
        Contestant::Modulated => view! {
            "(1 − tanh(" <var data-term="modulation">"α"</var> " " {indexed("ρ", 1)} ")) ∂" <var>"L"</var> " / ∂" {indexed("θ", 1)}
            " where " {indexed("ρ", 1)} " > 1"
        }
        .into_any(),
        Contestant::Sum => view! { {h()} {fusion(fused(" + "))} }.into_any(),
        Contestant::Product => view! { {h()} {fusion(fused(" ⊙ "))} }.into_any(),
        Contestant::Gate if count == 2 => view! {
            <span data-term="gate"><var>"g"</var> " = σ(" <var>"W"</var> {row(&["h"])} " + " <var>"b"</var> ")"</span> ", "
            {h()}
            {fusion(view! {
                <var>"g"</var> " ⊙ " {indexed("h", 1)} " + (1 − " <var>"g"</var> ") ⊙ " {indexed("h", 2)}
            }
            .into_any())}
        }
        .into_any(),
        Contestant::Gate => view! {
            <span data-term="gate">{indexed("g", 1)} ", … = softmax(" <var>"W"</var> {row(&["h"])} " + " <var>"b"</var> ")"</span> ", "
            {h()} {fusion(weighted("g", " ⊙ ", "h"))}
        }
        .into_any(),
        Contestant::Bilinear => {
            let terms = each(count, " ⊙ ", |m| view! { {indexed("U", m)} {indexed("h", m)} }.into_any());
            view! { <var>"ŷ"</var> " = " <var>"P"</var> "(" {fusion(terms)} ")" }.into_any()
        }
        Contestant::Pool => {
            view! { {h()} {fusion(weighted("a", " ", "h"))} ", " <var>"a"</var> " = softmax(" <var>"s"</var> ")" }.into_any()
        }
        Contestant::Cross | Contestant::CoAttention | Contestant::Joint => view! {
            <span data-term="attention">
                "softmax(" <var>"Q"</var> <var>"K"</var><sup>"T"</sup> " / " <span class="root">"√"<var>"d"</var></span> ")"
            </span>
            " " <var>"V"</var>
        }
        .into_any(),
        Contestant::Reliability => mlp(row(&["r", "h"])),
        Contestant::Imputation => view! {
            <span data-term="imputation"><var>"ĥ"</var><sub>"m"</sub></span> " = MLP(" <var>"h"</var><sub>"k ≠ m"</sub> ")"
        }
        .into_any(),
        Contestant::Experts => view! {
            <var>"ŷ"</var> " = Σ" <sub><var>"e"</var></sub> " " <var>"π"</var><sub><var>"e"</var></sub> " " <var>"ŷ"</var><sub><var>"e"</var></sub>
        }
        .into_any(),
    }
}

/// Its colour and pattern in every chart: those of its modality for the baselines, else its own. Whoever sees no colours tells
/// neighbours apart by the pattern.
pub fn tone(contestant: Contestant) -> (Tone, Dash) {
    let robust =
        Contestant::ROBUST.into_iter().filter(|contestant| !Contestant::FUSIONS.contains(contestant));
    match contestant {
        Contestant::Majority => (Tone::Quiet, Dash::Dotted),
        Contestant::Picture => (Tone::Picture, Dash::Dashed),
        Contestant::Words => (Tone::Words, Dash::Mixed),
        Contestant::Sound => (Tone::Sound, Dash::Sparse),
        Contestant::Shuffled => (Tone::Quiet, Dash::Long),
        other => {
            let at =
                Contestant::FUSIONS.into_iter().chain(robust).position(|known| known == other).unwrap_or(0);
            (Tone::Nth(at as u8 % SERIES), Dash::nth(at))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_contestants_look_alike() {
        let entrants = [&Contestant::BASELINES[..], &Contestant::all()].concat();
        for (at, one) in entrants.iter().enumerate() {
            for other in &entrants[..at] {
                assert_ne!(tone(*one), tone(*other), "{} and {}", title(*one), title(*other));
                assert_ne!(title(*one), title(*other));
            }
        }
    }
}
