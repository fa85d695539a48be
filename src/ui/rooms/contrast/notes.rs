//! The inspector of one run: what the choices mean, their formula, their numbers.

use super::contrast_run::ContrastRun;
use crate::lab::contrast::{ContrastSettings, Direction, Loss, Space};
use crate::ui::components::inspector::{Figure, Inspector};
use crate::ui::components::term::Term;
use crate::ui::format;
use crate::ui::memo::Memo;
use leptos::prelude::*;

#[component]
pub fn RunNotes(run: ContrastRun) -> impl IntoView {
    let figures = Memo::new(move |_| numbers(run));
    // Wakes only when the words change.
    let kind =
        Memo::new(move |_| run.settings.with(|settings| (settings.space, settings.loss, settings.direction)));
    move || {
        let (space, loss, direction) = kind.get();
        match space {
            Space::Coordinated => view! {
                <Inspector title="Coordinated representations" section="6, representation spaces" figures formula=correlation()>
                    <p>"Images and captions keep spaces of their own. Over the batch, dimension "<i>"d"</i>" of the one is made to
                        correlate with dimension "<i>"d"</i>" of the other, and with no other: a correlation objective like CCA. No
                        pair is compared with another."</p>
                    <p>"Retrieval uses the cosine of the standardised vectors."</p>
                </Inspector>
            }
            .into_any(),
            Space::Joint => view! {
                <Inspector title="Joint representation" section="6, representation spaces" figures formula=joint(loss, direction)>
                    <p>"Image and caption are fused into one vector, from which a score is computed. Details of the two can be
                        compared before the score."</p>
                    <p>"Search is expensive: every image has to be fused with every caption, whereas a shared space encodes
                        each once."</p>
                </Inspector>
            }
            .into_any(),
            Space::Shared => view! {
                <Inspector title=match loss { Loss::InfoNce => "InfoNCE", Loss::Sigmoid => "Sigmoid loss" } section="11, contrastive learning" figures formula=shared(loss, direction, run.is_tau_moving)>
                    <p>"Two encoders, both random at first. Each step takes a batch of images with their captions, increases the
                        similarity of the true pairs and decreases that of all others. The other captions of the batch are the
                        negatives: a larger batch gives more negatives."</p>
                    <p>"The "<Term id="temperature">"temperature"</Term>" decides which "<Term id="negative">"negatives"</Term>" count: at a low one only the most similar negatives get gradient,
                        at a high one all of them alike."</p>
                </Inspector>
            }
            .into_any(),
        }
    }
}

fn numbers(run: ContrastRun) -> Vec<Figure> {
    let dash = || "–".to_owned();
    let last = run.last.get();
    let (loss, temperature) = run.reports.with(|reports| {
        reports.last().map_or((None, None), |report| (Some(report.loss), report.temperature))
    });
    let retrieval = last.as_ref().map(|last| (last.to_text.recall_1, last.chance.recall_1));
    let recall =
        Figure::new("Image-to-text R@1", retrieval.map_or_else(dash, |(found, _)| format::three(found)))
            .beside(retrieval.map_or_else(String::new, |(_, chance)| format!("chance {chance:.2}")));
    let word = last.as_ref().map(|last| last.word_accuracy);
    let word =
        Figure::new("Hard-negative accuracy", word.map_or_else(dash, format::three)).beside("chance 0.5");
    let geometry = last.as_ref().and_then(|last| last.geometry);
    let gap = geometry
        .map(|geometry| Figure::new("Modality gap", format::three(geometry.gap)).beside("of at most 2"));
    let alignment = geometry.map(|geometry| {
        Figure::new("Alignment", format::three(geometry.alignment)).beside("0 where pairs coincide")
    });
    let temperature = temperature.map(|temperature| Figure::new("Temperature τ", format::three(temperature)));
    let mut figures = vec![Figure::new("Loss", loss.map_or_else(dash, format::three)), recall, word];
    figures.extend(temperature.into_iter().chain(alignment).chain(gap));
    figures.push(Figure::new("Parameters", format::magnitude(run.parameters.get().into())));
    let ContrastSettings { batch, .. } = run.settings.get();
    figures.push(Figure::new("Pairs seen", format!("{} pairs", run.reports.with(Vec::len) * batch)));
    figures
}

fn shared(loss: Loss, direction: Direction, is_moving: RwSignal<bool>) -> AnyView {
    let tau = move || view! { <var data-term="temperature" class:lit=is_moving>"τ"</var> };
    let score = match loss {
        Loss::InfoNce => {
            view! { <var>"s"</var><sub>"ij"</sub>" = sim("<var>"i, j"</var>") / "{tau()} }.into_any()
        }
        Loss::Sigmoid => {
            view! { <var>"s"</var><sub>"ij"</sub>" = sim("<var>"i, j"</var>") / "{tau()}" + "<var>"b"</var> }
                .into_any()
        }
    };
    view! { {score}<br />{over_scores(loss, direction)} }.into_any()
}

fn joint(loss: Loss, direction: Direction) -> AnyView {
    view! {
        <var>"s"</var><sub>"ij"</sub>" = "<var>"w"</var>" · "<var>"f"</var>"("<var>"z"</var><sub>"i"</sub><sup>"img"</sup>", "
        <var>"z"</var><sub>"j"</sub><sup>"txt"</sup>")"<br />{over_scores(loss, direction)}
    }
    .into_any()
}

fn over_scores(loss: Loss, direction: Direction) -> AnyView {
    if loss == Loss::Sigmoid {
        return view! {
            <var>"L"</var>" = − 1/"<var data-term="batch">"N"</var>" "<span class="sum">"Σ"</span><sub>"ij"</sub>" log "<var>"σ"</var>"("<var>"y"</var>
            <sub>"ij"</sub>" "<var>"s"</var><sub>"ij"</sub>"),  "<var>"y"</var>" = ±1"
        }
        .into_any();
    }
    let to_text = || {
        view! {
            <span data-term="image-to-text"><var>"L"</var><sub>"txt"</sub></span>" = − "<span class="mean">"mean"<sub>"i"</sub></span>" log "{fraction("ii", "j")}
        }
    };
    let to_picture = || {
        view! {
            <var>"L"</var><sub>"img"</sub>" = − "<span class="mean">"mean"<sub>"j"</sub></span>" log "{fraction("jj", "i")}
        }
    };
    match direction {
        Direction::ToText => to_text().into_any(),
        Direction::ToPicture => to_picture().into_any(),
        Direction::Both => view! {
            {to_text()}<br />{to_picture()}<br />
            <var>"L"</var>" = ("<var>"L"</var><sub>"txt"</sub>" + "<var>"L"</var><sub>"img"</sub>") / 2"
        }
        .into_any(),
    }
}

/// `e^s_own / sum_over e^s_ij`
fn fraction(own: &'static str, over: &'static str) -> impl IntoView {
    let power = |of| view! { "e"<sup><var>"s"</var><sub>{of}</sub></sup> };
    view! { {power(own)}" / "<span class="sum" data-term="batch">"Σ"</span><sub>{over}</sub>" "{power("ij")} }
}

fn correlation() -> AnyView {
    view! {
        <var>"c"</var><sub>"de"</sub>" = corr("<var>"x"</var><sub>"d"</sub>", "<var>"y"</var><sub>"e"</sub>")"<br />
        <var>"L"</var>" = 1/"<var>"E"</var>" ["<span class="sum">"Σ"</span><sub>"d"</sub>" (1 − "<var>"c"</var><sub>"dd"</sub>")"<sup>"2"</sup>
        <br />" + 1/"<var>"E"</var>" "<span class="sum">"Σ"</span><sub>"d≠e"</sub>" "<var>"c"</var><sub>"de"</sub><sup>"2"</sup>"]"
    }
    .into_any()
}
