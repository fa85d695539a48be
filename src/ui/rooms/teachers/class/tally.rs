//! A lesson's results of a class, counted by step.

use crate::order;
use crate::ui::lessons::Results;
use crate::ui::lessons::format::{Lesson, Step};

/// Least, median and most of some values.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spread {
    pub count: usize,
    pub least: f64,
    pub median: f64,
    pub most: f64,
}

impl Spread {
    /// None of no values.
    pub fn of(mut values: Vec<f64>) -> Option<Self> {
        order::sort_by(&mut values, f64::total_cmp);
        let (least, most) = (*values.first()?, *values.last()?);
        let count = values.len();
        let median = f64::midpoint(values[(count - 1) / 2], values[count / 2]);
        Some(Spread { count, least, median, most })
    }
}

#[derive(Debug, Clone, PartialEq)]
pub enum Predicted {
    /// By choice.
    Choices(Vec<(String, usize)>),
    Number(Spread),
}

#[derive(Debug, Clone, PartialEq)]
pub struct StepTally {
    /// Counted from zero.
    pub step: usize,
    pub title: String,
    /// None where nobody predicted.
    pub predicted: Option<Predicted>,
    pub checked: usize,
    pub met: usize,
    /// The figures that the step looks at, by name.
    pub figures: Vec<(String, Spread)>,
}

/// The steps of a lesson in which somebody did something.
pub fn tally(id: &str, lesson: &Lesson, class: &[Results]) -> Vec<StepTally> {
    let all = lesson.steps.iter().enumerate().map(|(at, step)| tally_step(id, at, step, class));
    all.filter(|step| step.predicted.is_some() || step.checked > 0).collect()
}

fn tally_step(id: &str, at: usize, step: &Step, class: &[Results]) -> StepTally {
    let records = || class.iter().filter_map(|results| results.lessons.get(id));
    let answers: Vec<f64> = records().filter_map(|record| record.predictions.get(&at).copied()).collect();
    let checks: Vec<_> = records().filter_map(|record| record.checks.get(&at)).collect();
    let mut names = step.figures();
    names.sort_unstable();
    names.dedup();
    let figure = |name: &str| {
        let values = checks.iter().filter_map(|check| check.figures.get(name).copied()).collect();
        Some((name.to_string(), Spread::of(values)?))
    };
    StepTally {
        step: at,
        title: step.title.clone(),
        predicted: predicted(step, answers),
        checked: checks.len(),
        met: checks.iter().filter(|check| check.met).count(),
        figures: names.into_iter().filter_map(figure).collect(),
    }
}

/// What is no answer to the step's question is not counted.
fn predicted(step: &Step, answers: Vec<f64>) -> Option<Predicted> {
    let prediction = step.prediction.as_ref()?;
    if let Some(number) = &prediction.number {
        let near = answers.into_iter().filter(|answer| (number.least..=number.most).contains(answer));
        return Spread::of(near.collect()).map(Predicted::Number);
    }
    let count = |at: usize| answers.iter().filter(|answer| **answer == at as f64).count();
    let choices = prediction.choices.iter().enumerate().map(|(at, choice)| (choice.text.clone(), count(at)));
    let choices: Vec<_> = choices.collect();
    choices.iter().any(|(_, count)| *count > 0).then_some(Predicted::Choices(choices))
}

#[cfg(test)]
mod tests;
