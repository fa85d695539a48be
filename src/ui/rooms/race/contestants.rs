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
        Contestant::Shuffled => "Shuffled images",
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
        Contestant::Picture => "Is given the image only: a fusion that does no better has not used the text.",
        Contestant::Words => "Is given the text only: a fusion that does no better has not used the image.",
        Contestant::Shuffled => {
            "Concatenation on images that belong to other samples: what is left is what the text alone can do."
        }
        Contestant::Early => "Raw patches and word embeddings are concatenated before either is encoded.",
        Contestant::Late => {
            "Each modality has a classifier of its own, and their logits are added with one learned weight: no unit sees both modalities, so what \
             only both together tell cannot be learned."
        }
        Contestant::Concat => {
            "The two feature vectors are concatenated; the head that follows can combine them."
        }
        Contestant::Sum => {
            "The two feature vectors are added before the head, whose nonlinearity can still combine them: unlike a sum of logits."
        }
        Contestant::Product => {
            "The two feature vectors are multiplied element by element: every feature depends on both."
        }
        Contestant::Gate => {
            "A gate that sees both decides for each feature how much of the image and of the text is taken."
        }
        Contestant::Bilinear => "Every image feature interacts with every text feature, at a low rank.",
        Contestant::Pool => {
            "A weighted mean of the two feature vectors; the weights are a softmax over two scores."
        }
        Contestant::Cross => "The words attend to the cells of the image: attention one way.",
        Contestant::CoAttention => "Words attend to cells and cells to words.",
        Contestant::Joint => "One transformer over the tokens of both modalities.",
        Contestant::Dropout => "Concatenation; in training a modality is sometimes removed.",
        Contestant::Reliability => {
            "Each feature vector is weighted by its estimated reliability, learned with noisy samples."
        }
        Contestant::Imputation => "A missing modality is predicted from the other one.",
        Contestant::Experts => {
            "Three experts, for the image, the text and both; a router mixes their answers."
        }
        Contestant::Modulated => "Late fusion; the gradient of the modality that learns faster is reduced.",
    }
}

/// The section of the whitepaper.
pub fn section(contestant: Contestant) -> &'static str {
    match contestant {
        Contestant::Majority | Contestant::Picture | Contestant::Words | Contestant::Shuffled => {
            "5, unimodal encoders"
        }
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

/// How the answer comes of the vectors `h₁` of the picture and `h₂` of the words.
pub fn formula(contestant: Contestant) -> AnyView {
    let h1 = || view! { <var>"h"</var><sub>"1"</sub> };
    let h2 = || view! { <var>"h"</var><sub>"2"</sub> };
    match contestant {
        Contestant::Majority => view! { "argmax" <sub><var>"y"</var></sub> " " <var>"p"</var> "(" <var>"y"</var> ")" }.into_any(),
        Contestant::Picture => view! { <var>"ŷ"</var> " = MLP(" {h1()} ")" }.into_any(),
        Contestant::Words => view! { <var>"ŷ"</var> " = MLP(" {h2()} ")" }.into_any(),
        Contestant::Shuffled | Contestant::Concat | Contestant::Dropout => {
            view! { <var>"ŷ"</var> " = MLP([" {h1()} "; " {h2()} "])" }.into_any()
        }
        Contestant::Early => view! { <var>"ŷ"</var> " = MLP([" <var>"x"</var><sub>"1"</sub> "; " <var>"x"</var><sub>"2"</sub> "])" }.into_any(),
        Contestant::Late | Contestant::Modulated => view! {
            <var>"ŷ"</var> " = " <var>"α"</var> " " <var>"ŷ"</var><sub>"1"</sub> " + (1 − " <var>"α"</var> ") " <var>"ŷ"</var><sub>"2"</sub>
        }
        .into_any(),
        Contestant::Sum => view! { <var>"h"</var> " = " {h1()} " + " {h2()} }.into_any(),
        Contestant::Product => view! { <var>"h"</var> " = " {h1()} " ⊙ " {h2()} }.into_any(),
        Contestant::Gate => view! {
            <var>"g"</var> " = σ(" <var>"W"</var> "[" {h1()} "; " {h2()} "] + " <var>"b"</var> "), "
            <var>"h"</var> " = " <var>"g"</var> " ⊙ " {h1()} " + (1 − " <var>"g"</var> ") ⊙ " {h2()}
        }
        .into_any(),
        Contestant::Bilinear => view! { <var>"ŷ"</var> " = " <var>"P"</var> "(" <var>"U"</var> {h1()} " ⊙ " <var>"V"</var> {h2()} ")" }.into_any(),
        Contestant::Pool => view! {
            <var>"h"</var> " = " <var>"a"</var><sub>"1"</sub> {h1()} " + " <var>"a"</var><sub>"2"</sub> {h2()}
            ", " <var>"a"</var> " = softmax(" <var>"s"</var> ")"
        }
        .into_any(),
        Contestant::Cross | Contestant::CoAttention | Contestant::Joint => view! {
            "softmax(" <var>"Q"</var> <var>"K"</var><sup>"T"</sup> " / " <span class="root">"√"<var>"d"</var></span> ") " <var>"V"</var>
        }
        .into_any(),
        Contestant::Reliability => view! { <var>"ŷ"</var> " = MLP([" <var>"r"</var><sub>"1"</sub> {h1()} "; " <var>"r"</var><sub>"2"</sub> {h2()} "])" }.into_any(),
        Contestant::Imputation => view! { <var>"ĥ"</var><sub>"1"</sub> " = MLP(" {h2()} "), " <var>"ĥ"</var><sub>"2"</sub> " = MLP(" {h1()} ")" }.into_any(),
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
