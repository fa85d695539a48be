//! Zero-shot classification: every photo goes to the nearest of the visitor's labels.

use crate::session::protocol::{Command, EncodeLane, Input};
use crate::softmax::softmax;
use crate::ui::context::AppContext;
use crate::ui::memo::Memo;
use crate::ui::ranking::cosines;
use crate::ui::throttle::throttle;
use leptos::prelude::*;
use std::time::Duration;

const TYPING_PAUSE: Duration = Duration::from_millis(400);

/// Labels, and what they say of the photos.
#[derive(Clone, Copy)]
pub struct Sorting {
    /// Those that the photos are sorted by, without empty ones.
    pub labels: Memo<Vec<String>>,
    /// For each photo the likeliest label and its probability; empty without labels.
    pub of_photo: Memo<Vec<(usize, f32)>>,
    /// Only photos of this label are shown.
    pub chosen: Memo<Option<usize>>,
    /// The same by its name: a place among other labels would be another label's.
    pub chosen_name: RwSignal<Option<String>>,
}

impl Sorting {
    pub fn new(app: AppContext) -> Self {
        // Together, so that no photo is counted for a label that it was not compared with.
        let typed = throttle(
            move || app.view.with(|view| (split(&view.album.labels), view.album.template.clone())),
            TYPING_PAUSE,
        );
        let labels = Memo::new(move |_| typed.with(|(labels, _)| labels.clone()));
        let command = Memo::new(move |_| {
            let inputs: Vec<_> = typed.with(|(labels, template)| {
                labels.iter().map(|label| Input::from(filled(template, label))).collect()
            });
            (!inputs.is_empty()).then_some(Command::Encode { inputs, lane: EncodeLane::Labels })
        });
        Effect::new(move || {
            if let Some(command) = command.get() {
                app.ask(command);
            }
        });
        let chosen_name = RwSignal::new(None::<String>);
        let chosen = Memo::new(move |_| {
            let name = chosen_name.get()?;
            labels.with(|labels| labels.iter().position(|label| *label == name))
        });
        let of_photo = Memo::new(move |_| {
            let (scale, bias, is_sigmoid) = app
                .facts
                .with(|facts| {
                    facts.as_ref().map(|facts| (facts.logit_scale, facts.logit_bias, facts.is_sigmoid))
                })
                .unwrap_or((100.0, 0.0, false));
            let Some(command) = command.get() else { return Vec::new() };
            app.requests.labels.with(|request| {
                let Some(prompts) = request.answer_to(&command) else { return Vec::new() };
                app.requests.album.with(|album| {
                    let photos = album.value.read();
                    let rows = photos.embeddings.rows().chunks_exact(prompts.width.max(1));
                    rows.map(|row| likeliest(&cosines(row, &prompts.texts), scale, bias, is_sigmoid))
                        .collect()
                })
            })
        });
        Sorting { labels, of_photo, chosen, chosen_name }
    }
}

/// Labels between commas, each once.
fn split(text: &str) -> Vec<String> {
    let mut labels: Vec<String> = Vec::new();
    for label in text.split(',').map(str::trim).filter(|label| !label.is_empty()) {
        if !labels.iter().any(|known| known == label) {
            labels.push(label.to_owned());
        }
    }
    labels
}

/// A label in its template; a template without a place for it gets it at the end.
fn filled(template: &str, label: &str) -> String {
    match template.contains("{}") {
        true => template.replace("{}", label),
        false => format!("{} {label}", template.trim()).trim().to_owned(),
    }
}

/// The best of the logits `scale * cosine + bias`, with its sigmoid, or its softmax over the labels.
fn likeliest(cosines: &[f32], scale: f32, bias: f32, is_sigmoid: bool) -> (usize, f32) {
    let mut best = 0;
    for (at, cosine) in cosines.iter().enumerate() {
        if *cosine > cosines[best] {
            best = at;
        }
    }
    let probability = match is_sigmoid {
        true => 1.0 / (1.0 + (-(scale * cosines[best] + bias)).exp()),
        false => softmax(cosines.iter().map(|cosine| f64::from(scale * cosine)))[best] as f32,
    };
    (best, probability)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_what_stands_between_commas() {
        assert_eq!(split(" dog,cat ,, dog"), ["dog", "cat"]);
        assert!(split(" , ").is_empty());
        assert_eq!(filled("a photo of a {}", "dog"), "a photo of a dog");
        assert_eq!(filled("photo:", "dog"), "photo: dog");
        assert_eq!(filled("", "dog"), "dog");
    }

    #[test]
    fn the_likeliest_label_has_a_probability() {
        let (label, probability) = likeliest(&[0.2, 0.3, 0.1], 100.0, 0.0, false);
        assert_eq!(label, 1);
        assert!((probability - 1.0 / (1.0 + (-10.0_f32).exp() + (-20.0_f32).exp())).abs() < 1e-6);
        let (_, probability) = likeliest(&[0.2], 10.0, -2.0, true);
        assert!((probability - 0.5).abs() < 1e-6);
    }
}
