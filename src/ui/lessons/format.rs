//! A lesson as its file has it; `lessons/README.md` says what each field is for.

use serde::Deserialize;

/// The most steps of a lesson.
pub const MOST_STEPS: usize = 10;

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lesson {
    pub title: String,
    pub goal: String,
    /// Sections of the whitepaper, with commas.
    pub section: String,
    pub minutes: u32,
    pub steps: Vec<Step>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    pub title: String,
    pub text: String,
    /// The address at which the step begins, below the page's base; none for a step that goes on from the one before.
    pub state: Option<String>,
    /// The `data-part` that the step is about.
    pub target: Option<String>,
    /// The `data-term` of the formula that is highlighted.
    pub term: Option<String>,
    pub prediction: Option<Prediction>,
    pub check: Option<Check>,
}

/// What is asked before the run.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Prediction {
    pub question: String,
    #[serde(default)]
    pub choices: Vec<Choice>,
    pub number: Option<Number>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    pub text: String,
    /// Under which it is right; empty for an opinion.
    #[serde(default)]
    pub when: Vec<Condition>,
}

/// A number from `least` to `most`, right within `within` of a figure.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Number {
    pub least: f64,
    pub most: f64,
    pub figure: String,
    pub within: f64,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Check {
    /// What must have come about before anything is judged.
    #[serde(default)]
    pub once: Vec<Condition>,
    pub holds: Vec<Condition>,
    pub met: String,
    pub unmet: String,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    pub figure: String,
    pub is: Relation,
    pub than: Operand,
    /// Added to the right side.
    #[serde(default)]
    pub plus: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum Relation {
    #[serde(rename = "at least")]
    AtLeast,
    #[serde(rename = "at most")]
    AtMost,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum Operand {
    Number(f64),
    Figure(String),
}

/// What a check says of the figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Not all figures are there yet.
    Open,
    Met,
    Unmet,
}

impl Condition {
    /// Whether the figures fulfil it; none while one of them is not there.
    pub fn holds(&self, figure: &impl Fn(&str) -> Option<f64>) -> Option<bool> {
        let value = figure(&self.figure)?;
        let bound = self.plus
            + match &self.than {
                Operand::Number(number) => *number,
                Operand::Figure(name) => figure(name)?,
            };
        Some(match self.is {
            Relation::AtLeast => value >= bound,
            Relation::AtMost => value <= bound,
        })
    }

    fn figures(&self) -> impl Iterator<Item = &str> {
        let other = match &self.than {
            Operand::Figure(name) => Some(name.as_str()),
            Operand::Number(_) => None,
        };
        std::iter::once(self.figure.as_str()).chain(other)
    }
}

/// Whether all conditions hold; none while one is undecided and none has failed.
fn all(conditions: &[Condition], figure: &impl Fn(&str) -> Option<f64>) -> Option<bool> {
    let held: Vec<_> = conditions.iter().map(|condition| condition.holds(figure)).collect();
    if held.contains(&Some(false)) { Some(false) } else { (!held.contains(&None)).then_some(true) }
}

impl Check {
    pub fn judge(&self, figure: &impl Fn(&str) -> Option<f64>) -> Verdict {
        match (all(&self.once, figure), all(&self.holds, figure)) {
            (Some(true), Some(true)) => Verdict::Met,
            (Some(true), Some(false)) => Verdict::Unmet,
            _ => Verdict::Open,
        }
    }
}

impl Lesson {
    /// The state at which step `to` begins for whoever comes from step `from`: the next step may go on from this one, any other
    /// begins where the steps before it do.
    pub fn state(&self, from: Option<usize>, to: usize) -> Option<&str> {
        let steps = self.steps.get(..=to)?;
        match from {
            Some(from) if from + 1 == to => steps[to].state.as_deref(),
            _ => steps.iter().rev().find_map(|step| step.state.as_deref()),
        }
    }
}

impl Prediction {
    /// Whether the answer came true: the place of a choice, or the number itself. None while the figures do not say, or
    /// for an opinion.
    pub fn is_right(&self, answer: f64, figure: &impl Fn(&str) -> Option<f64>) -> Option<bool> {
        match &self.number {
            Some(number) => Some((figure(&number.figure)? - answer).abs() <= number.within),
            None => {
                let choice = self.choices.get(answer as usize)?;
                if choice.when.is_empty() { None } else { all(&choice.when, figure) }
            }
        }
    }
}

impl Step {
    /// The names of all figures that are looked at.
    pub fn figures(&self) -> Vec<&str> {
        let check = self.check.iter().flat_map(|check| check.once.iter().chain(&check.holds));
        let prediction = self.prediction.iter();
        let choices = prediction.clone().flat_map(|prediction| &prediction.choices);
        let number = prediction.filter_map(|prediction| prediction.number.as_ref());
        let conditions = check.chain(choices.flat_map(|choice| &choice.when));
        conditions.flat_map(Condition::figures).chain(number.map(|number| number.figure.as_str())).collect()
    }
}

/// A piece of a lesson's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Span<'a> {
    Plain(&'a str),
    /// Words that a term of the glossary explains, and its id.
    Term(&'a str, &'a str),
    /// The name of a figure whose value stands here.
    Figure(&'a str),
}

/// The pieces of `a [word](term) and a {figure}`.
pub fn spans(text: &str) -> Vec<Span<'_>> {
    let mut spans = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(['[', '{']) {
        let (before, from) = rest.split_at(at);
        let found = match from.as_bytes()[0] {
            b'{' => from[1..].split_once('}').map(|(figure, after)| (Span::Figure(figure), after)),
            _ => from[1..].split_once("](").and_then(|(words, after)| {
                let (id, after) = after.split_once(')')?;
                Some((Span::Term(words, id), after))
            }),
        };
        let Some((span, after)) = found else { break };
        if !before.is_empty() {
            spans.push(Span::Plain(before));
        }
        spans.push(span);
        rest = after;
    }
    if !rest.is_empty() {
        spans.push(Span::Plain(rest));
    }
    spans
}

#[cfg(test)]
mod tests;
