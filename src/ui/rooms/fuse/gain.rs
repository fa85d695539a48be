//! What the fusions add to the better modality, in numbers.

use crate::lab::fuse::task::{Information, Task};
use crate::lab::fuse::{Contestant, Evaluation};
use crate::order;
use crate::ui::components::bars::{Bar, Bars};
use crate::ui::format;
use crate::ui::memo::Memo;
use crate::ui::rooms::race::{RaceRoom, title};
use crate::ui::state::Shared;
use leptos::prelude::*;

/// At most what an additive fusion reaches on an exclusive or, and at least what solves it.
const UNSOLVED: f32 = 0.55;
const SOLVED: f32 = 0.9;

#[component]
pub fn Gain(room: RaceRoom) -> impl IntoView {
    let bars = Memo::new(move |_| room.evaluations.with(|evaluations| bars(evaluations)));
    let verdict = move || {
        let task = room.settings.with(|settings| settings.task);
        room.evaluations.with(|evaluations| verdict(evaluations, &task))
    };
    view! {
        <div class="gain">
            <Bars caption="Accuracy on held-out samples, the mark at the better modality alone" what="Contestant"
                unit="Accuracy" modality="fused" bars />
            <p class="prose" aria-live=move || if room.training.is_busy.get() { "off" } else { "polite" }>{verdict}</p>
        </div>
    }
}

fn accuracy(evaluations: &[Shared<Evaluation>], contestant: Contestant) -> Option<f32> {
    evaluations.iter().find(|known| known.contestant == contestant).map(|known| known.confusion.accuracy())
}

/// The better of both modalities alone.
fn alone(evaluations: &[Shared<Evaluation>]) -> Option<f32> {
    Some(accuracy(evaluations, Contestant::Picture)?.max(accuracy(evaluations, Contestant::Words)?))
}

/// The fusions, the best first.
fn fusions(evaluations: &[Shared<Evaluation>]) -> Vec<(Contestant, f32)> {
    let fusions = evaluations.iter().filter(|known| !Contestant::BASELINES.contains(&known.contestant));
    let mut fusions: Vec<_> = fusions.map(|known| (known.contestant, known.confusion.accuracy())).collect();
    order::sort_by(&mut fusions, |a, b| b.1.total_cmp(&a.1));
    fusions
}

fn bars(evaluations: &[Shared<Evaluation>]) -> Vec<Bar> {
    let mark = alone(evaluations);
    let bar = |(contestant, accuracy): (Contestant, f32)| Bar {
        label: title(contestant).into(),
        share: accuracy,
        value: format::three(accuracy),
        mark,
        is_chosen: accuracy >= SOLVED,
    };
    fusions(evaluations).into_iter().map(bar).collect()
}

fn verdict(evaluations: &[Shared<Evaluation>], task: &Task) -> String {
    let (Some(alone), [(best, most), ..]) = (alone(evaluations), &fusions(evaluations)[..]) else {
        return "Nobody has been judged yet.".into();
    };
    let beyond = format!(
        "The better modality alone answers {} rightly, the best fusion ({}) {}.",
        format::percent(alone),
        title(*best).to_lowercase(),
        format::percent(*most)
    );
    if *task != Task::pure(Information::Synergy) {
        return beyond;
    }
    let end = match accuracy(evaluations, Contestant::Late) {
        Some(late) if late <= UNSOLVED && *most >= SOLVED => format!(
            " Late fusion, which only adds what each modality says by itself, stands at {}: an exclusive or has no such sum.",
            format::percent(late)
        ),
        Some(late) if late > UNSOLVED => format!(
            " Late fusion stands at {}, above what it can reach in the long run: on 256 samples, luck is worth some percent.",
            format::percent(late)
        ),
        _ => " Nobody has solved it yet: train on.".into(),
    };
    beyond + &end
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::fuse::Confusion;

    fn race(accuracies: &[(Contestant, u32)]) -> Vec<Shared<Evaluation>> {
        let evaluation = |&(contestant, right): &(Contestant, u32)| {
            Shared::new(Evaluation {
                contestant,
                step: 20,
                parameters: 1,
                confusion: Confusion { counts: [[right, 100 - right], [100 - right, right]] },
                alone: [0.5; 2],
                probabilities: Vec::new(),
                gates: Vec::new(),
                alpha: None,
                interaction: Vec::new(),
                attention: Vec::new(),
            })
        };
        accuracies.iter().map(evaluation).collect()
    }

    #[test]
    fn the_verdict_follows_the_numbers() {
        use Contestant::*;
        let xor = Task::pure(Information::Synergy);
        let solved = race(&[(Picture, 50), (Words, 51), (Late, 52), (Product, 98)]);
        let words = verdict(&solved, &xor);
        assert!(words.contains("alone answers 51 %") && words.contains("(product) 98 %"), "{words}");
        assert!(words.contains("stands at 52 %: an exclusive or"), "{words}");
        let early = race(&[(Picture, 50), (Words, 51), (Late, 52), (Product, 60)]);
        assert!(verdict(&early, &xor).ends_with("train on."));
        assert!(!verdict(&solved, &Task::pure(Information::Redundant)).contains("exclusive"));
        assert_eq!(verdict(&[], &xor), "Nobody has been judged yet.");
        assert_eq!(bars(&solved)[0].label, "Product");
    }
}
