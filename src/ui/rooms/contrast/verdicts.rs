//! What the standings of a race of objectives come to: measures, the best at each, sentences.

use crate::lab::contrast::HELD_OUT;
use crate::lab::contrast::objectives::{Objective, Standing};
use crate::ui::format;

/// A figure by which objectives are compared; more of it is better.
#[derive(Debug, Clone, Copy)]
pub struct Measure {
    pub name: &'static str,
    /// What it is good for.
    pub task: &'static str,
    pub of: fn(&Standing) -> Option<f32>,
    /// What can be said blindly, where a standing tells it.
    pub blind: fn(&Standing) -> Option<f32>,
}

/// One for each probe.
pub const MEASURES: [Measure; 4] = [
    Measure {
        name: "Retrieval R@1",
        task: "retrieval",
        of: |standing| standing.retrieval.map(|found| found.recall_1),
        blind: |_| Some(1.0 / HELD_OUT as f32),
    },
    Measure {
        name: "Content-word accuracy",
        task: "captioning",
        of: |standing| standing.captioning.map(|written| written.content_accuracy),
        blind: |_| None,
    },
    Measure {
        name: "Counting accuracy",
        task: "counting",
        of: |standing| standing.probing.map(|told| told.count_accuracy),
        blind: |standing| standing.probing.map(|told| told.count_majority),
    },
    Measure {
        name: "Colour F1",
        task: "naming colours",
        of: |standing| standing.probing.map(|told| told.colours_f1),
        blind: |standing| standing.probing.map(|told| told.colours_always),
    },
];

impl Measure {
    /// Of the encoder that learned nothing.
    pub fn of_random(&self, standings: &[Standing]) -> Option<f32> {
        standings.iter().find(|standing| standing.objective == Objective::Random).and_then(self.of)
    }

    /// What a sentence can say once all have been measured: who is best, beside the random encoder, and who is no better
    /// than that.
    pub fn verdict(&self, standings: &[Standing]) -> Option<String> {
        let random = self.of_random(standings)?;
        let learned = standings.iter().filter(|standing| standing.objective != Objective::Random);
        let found: Vec<(Objective, f32)> = learned
            .map(|standing| Some((standing.objective, (self.of)(standing)?)))
            .collect::<Option<_>>()?;
        let best = found.iter().copied().reduce(|best, other| if other.1 > best.1 { other } else { best })?;
        if best.1 <= random {
            let (task, random) = (self.task, format::three(random));
            return Some(format!(
                "For {task}, no objective helped: none is above the {random} of the random encoder."
            ));
        }
        let as_good = |(_, value): &&(Objective, f32)| *value == best.1;
        let ties: Vec<&str> = found.iter().filter(as_good).map(|(objective, _)| name(*objective)).collect();
        let (value, beside) = (format::three(best.1), format::three(random));
        let mut text = format!(
            "For {}, best is {}: {value}, beside {beside} of the random encoder.",
            self.task,
            all(&ties)
        );
        if let Some(blind) = standings.iter().find_map(self.blind).filter(|blind| best.1 <= *blind) {
            text.push_str(&format!(" Yet the chance baseline is {}.", format::three(blind)));
        }
        let idle: Vec<&str> = found
            .iter()
            .filter(|(_, value)| *value <= random)
            .map(|(objective, _)| name(*objective))
            .collect();
        if !idle.is_empty() {
            text.push_str(&format!(" No better than random: {}.", all(&idle)));
        }
        Some(text)
    }
}

pub fn name(objective: Objective) -> &'static str {
    match objective {
        Objective::Random => "Random weights",
        Objective::Contrastive => "Contrastive",
        Objective::Matching => "Matching",
        Objective::Masked => "Masked modelling",
        Objective::Captioning => "Captioning",
        Objective::Reconstruction => "Reconstruction",
        Objective::Combined => "All combined",
    }
}

/// `A, B and C`
fn all(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [one] => one.to_string(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::contrast::ContrastRetrieval;
    use crate::lab::contrast::objectives::Phase;

    fn standings(recalls: [f32; 7]) -> Vec<Standing> {
        let standing = |(objective, recall_1)| Standing {
            objective,
            phase: Phase::Done,
            step: 0,
            loss: None,
            retrieval: Some(ContrastRetrieval { recall_1, recall_5: 0.5, mrr: 0.3 }),
            captioning: None,
            probing: None,
            reconstructions: None,
        };
        Objective::ALL.into_iter().zip(recalls).map(standing).collect()
    }

    #[test]
    fn the_best_and_the_idle_are_named() {
        let verdict = |recalls| MEASURES[0].verdict(&standings(recalls)).expect("all are measured");
        let text = verdict([0.1, 0.6, 0.2, 0.1, 0.3, 0.05, 0.6]);
        assert!(text.contains("best is Contrastive and All combined: 0.600, beside 0.100"), "{text}");
        assert!(text.ends_with("No better than random: Masked modelling and Reconstruction."), "{text}");
        let text = verdict([0.001, 0.01, 0.0, 0.0, 0.0, 0.0, 0.0]);
        assert!(text.contains("Yet the chance baseline is 0.010."), "{text}");
        let text = verdict([0.7, 0.6, 0.2, 0.1, 0.3, 0.05, 0.6]);
        assert!(text.contains("no objective helped"), "{text}");
    }

    #[test]
    fn nothing_is_said_before_all_are_measured() {
        let mut some = standings([0.1; 7]);
        some[3].retrieval = None;
        assert_eq!(MEASURES[0].verdict(&some), None);
        assert_eq!(MEASURES[1].verdict(&some), None);
    }
}
