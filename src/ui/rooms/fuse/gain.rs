//! What the fusions add to the best single modality, and who cannot add anything.

use crate::lab::fuse::{Contestant, Evaluation, Limit, Modality, RaceSettings, limit};
use crate::order;
use crate::ui::components::bars::{Bar, Bars};
use crate::ui::format;
use crate::ui::memo::Memo;
use crate::ui::rooms::race::{RaceRoom, title, word};
use crate::ui::state::Shared;
use leptos::prelude::*;

/// At least what solves a task.
const SOLVED: f32 = 0.9;

#[component]
pub fn Gain(room: RaceRoom) -> impl IntoView {
    let bars = Memo::new(move |_| room.evaluations.with(|evaluations| bars(evaluations)));
    let notes = Memo::new(move |_| {
        room.settings.with(|settings| room.evaluations.with(|evaluations| notes(evaluations, settings)))
    });
    view! {
        <div class="gain" data-part="gain">
            <Bars caption="Accuracy on held-out samples, the mark at the best single modality" what="Model"
                unit="Accuracy" modality="fused" bars />
            <ul class="prose" aria-live=move || if room.training.is_busy.get() { "off" } else { "polite" }>
                {move || notes.get().into_iter().map(|note| view! { <li>{note}</li> }).collect_view()}
            </ul>
        </div>
    }
}

fn accuracy(evaluations: &[Shared<Evaluation>], contestant: Contestant) -> Option<f32> {
    evaluations.iter().find(|known| known.contestant == contestant).map(|known| known.confusion.accuracy())
}

/// The best of the modalities alone.
pub(super) fn alone(evaluations: &[Shared<Evaluation>]) -> Option<f32> {
    let known = Modality::ALL.into_iter().filter_map(|one| accuracy(evaluations, Contestant::alone(one)));
    known.reduce(f32::max)
}

/// The fusions, the best first.
pub(super) fn fusions(evaluations: &[Shared<Evaluation>]) -> Vec<(Contestant, f32)> {
    let fusions = evaluations.iter().filter(|known| !Contestant::BASELINES.contains(&known.contestant));
    let mut fusions: Vec<_> = fusions.map(|known| (known.contestant, known.confusion.accuracy())).collect();
    order::sort_by(&mut fusions, |a, b| b.1.total_cmp(&a.1));
    fusions
}

/// Before the first step there is no ranking.
fn bars(evaluations: &[Shared<Evaluation>]) -> Vec<Bar> {
    let mark = alone(evaluations);
    let bar = |(contestant, accuracy): (Contestant, f32)| Bar {
        label: title(contestant).into(),
        share: accuracy,
        value: format::three(accuracy),
        mark,
        is_chosen: accuracy >= SOLVED,
    };
    if is_untrained(evaluations) { Vec::new() } else { fusions(evaluations).into_iter().map(bar).collect() }
}

fn is_untrained(evaluations: &[Shared<Evaluation>]) -> bool {
    evaluations.iter().all(|known| known.step == 0)
}

/// What the accuracies say, and of whoever has not solved the task, whether it has not yet or cannot.
fn notes(evaluations: &[Shared<Evaluation>], settings: &RaceSettings) -> Vec<String> {
    let limit = |contestant| limit(contestant, &settings.task, &settings.modalities);
    let all = fusions(evaluations);
    let (Some(alone), [(best, most), ..], false) = (alone(evaluations), &all[..], is_untrained(evaluations))
    else {
        return vec!["No model is trained yet: press Train.".into()];
    };
    let mut notes = vec![format!(
        "Best single modality: {}. Best fusion, {}: {}.",
        format::percent(alone),
        title(*best),
        format::percent(*most)
    )];
    let unsolved = || all.iter().filter(|(_, accuracy)| *accuracy < SOLVED);
    for (contestant, accuracy) in unsolved() {
        if let Some(limit) = limit(*contestant) {
            notes.push(format!(
                "{}, {}: cannot solve this task, however long it trains. {}",
                title(*contestant),
                format::percent(*accuracy),
                reason(limit)
            ));
        }
    }
    let is_open = |(contestant, _): &&(Contestant, f32)| limit(*contestant).is_none();
    let open: Vec<&str> = unsolved().filter(is_open).map(|(contestant, _)| title(*contestant)).collect();
    if !open.is_empty() {
        let step = evaluations.iter().map(|known| known.step).max().unwrap_or(0);
        notes.push(format!(
            "Not solved yet after {step} steps, though nothing in their construction forbids it: {}. Continue, or raise the learning rate.",
            open.join(", ")
        ));
    }
    notes
}

/// Why, as the visitor reads it.
fn reason(limit: Limit) -> String {
    match limit {
        Limit::Blind => "It is given no modality.".into(),
        Limit::Only(modality) => format!("It is given the {} only.", word(modality)),
        Limit::Without(modality) => format!("It is given no {} that belongs to the sample.", word(modality)),
        Limit::Untold => "Without text nothing says which modality holds the answer of a sample.".into(),
        Limit::Additive => {
            "It adds one logit per modality, and no such sum is right about both “same” and “different” (XOR).".into()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::fuse::Confusion;
    use crate::lab::fuse::task::{Information, Task};

    fn race(accuracies: &[(Contestant, u32)]) -> Vec<Shared<Evaluation>> {
        let evaluation = |&(contestant, right): &(Contestant, u32)| {
            Shared::new(Evaluation {
                contestant,
                step: 20,
                parameters: 1,
                confusion: Confusion { counts: [[right, 100 - right], [100 - right, right]] },
                subsets: Vec::new(),
                probabilities: Vec::new(),
                gates: Vec::new(),
                alpha: Vec::new(),
                interaction: Vec::new(),
                attention: Vec::new(),
            })
        };
        accuracies.iter().map(evaluation).collect()
    }

    #[test]
    fn cannot_is_told_from_not_yet() {
        use Contestant::*;
        let xor = RaceSettings::default();
        let task = Task::pure(Information::Redundant);
        let solved = race(&[(Picture, 50), (Words, 51), (Late, 52), (Product, 98)]);
        let words = notes(&solved, &xor);
        assert_eq!(words[0], "Best single modality: 51 %. Best fusion, Product: 98 %.");
        assert!(words.len() == 2 && words[1].contains("52 %: cannot solve"), "{words:?}");
        let early = notes(&race(&[(Picture, 50), (Words, 51), (Late, 52), (Product, 60)]), &xor);
        assert!(early[1].contains("cannot") && early[2].contains("yet after 20 steps"), "{early:?}");
        assert!(early[2].contains(": Product."), "{early:?}");
        let redundant = notes(&solved, &RaceSettings { task, ..RaceSettings::default() });
        assert!(
            redundant[1].contains("Late (sum of logits)") && redundant[1].contains("yet"),
            "{redundant:?}"
        );
        assert!(notes(&[], &xor)[0].contains("press Train") && bars(&[]).is_empty());
        assert_eq!(bars(&solved)[0].label, "Product");
    }
}
