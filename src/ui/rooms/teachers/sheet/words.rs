//! What a sheet says of figures, which it does not have.

use crate::ui::lessons::figures::{meaning, parts};
use crate::ui::lessons::format::{Condition, Number, Operand, Relation, Span, spans};

/// A text without links; where a figure of the run stands, dots.
pub fn plain(text: &str) -> String {
    let span = |span| match span {
        Span::Plain(words) | Span::Term(words, _) => words,
        Span::Figure(_) => "…",
    };
    spans(text).into_iter().map(span).collect()
}

/// A figure's meaning, and what the room names it.
fn named(figure: &str) -> (&str, Option<&str>) {
    parts(figure).unwrap_or((figure, None))
}

/// Without what adding leaves behind: 0.3 for 0.1 and 0.2.
fn rounded(number: f64) -> f64 {
    (number * 1e6).round() / 1e6
}

const fn relation(condition: &Condition) -> &'static str {
    match condition.is {
        Relation::AtLeast => "at least",
        Relation::AtMost => "at most",
    }
}

/// Figures of one meaning that a student writes down: each with what the room names it, and what it ought to be.
#[derive(Debug, PartialEq, Eq)]
pub struct ToWrite {
    pub meaning: String,
    pub lines: Vec<(String, Option<String>)>,
}

/// The figures that conditions look at, each once.
pub fn to_write(conditions: &[Condition]) -> Vec<ToWrite> {
    let mut all: Vec<ToWrite> = Vec::new();
    let mut add = |figure: &str, demand: Option<String>| {
        let (meaning, rest) = named(figure);
        let rest = rest.unwrap_or_default();
        let at = all.iter().position(|known| known.meaning == meaning).unwrap_or_else(|| {
            all.push(ToWrite { meaning: meaning.into(), lines: Vec::new() });
            all.len() - 1
        });
        let lines = &mut all[at].lines;
        match lines.iter_mut().find(|(known, _)| known == rest) {
            Some((_, known)) => *known = known.take().or(demand),
            None => lines.push((rest.into(), demand)),
        }
    };
    for condition in conditions {
        match &condition.than {
            Operand::Number(number) => {
                let bound = rounded(number + condition.plus);
                add(&condition.figure, Some(format!("{} {bound}", relation(condition))));
            }
            Operand::Figure(other) => {
                add(&condition.figure, None);
                add(other, None);
            }
        }
    }
    all
}

/// What a figure is compared with, shortly where it is another of the same meaning.
fn bound(condition: &Condition) -> String {
    match &condition.than {
        Operand::Number(number) => rounded(number + condition.plus).to_string(),
        Operand::Figure(other) => {
            let name = match (named(&condition.figure), named(other)) {
                ((own, Some(_)), (meaning, Some(rest))) if own == meaning => rest.to_string(),
                _ => format!("“{}”", meaning(other).as_deref().unwrap_or(other)),
            };
            match condition.plus {
                0.0 => name,
                plus if plus < 0.0 => format!("{name} less {}", -plus),
                plus => format!("{name} plus {plus}"),
            }
        }
    }
}

/// What all conditions say together; those of one figure that follow each other in one sentence.
pub fn all(conditions: &[Condition]) -> String {
    let sentence = |group: &[Condition]| {
        let (meaning, rest) = named(&group[0].figure);
        let rest = rest.map(|rest| format!(" ({rest})")).unwrap_or_default();
        let bounds: Vec<String> = group.iter().map(bound).collect();
        format!("“{meaning}”{rest} is {} {}", relation(&group[0]), bounds.join(", "))
    };
    let groups = conditions.chunk_by(|a, b| (&a.figure, a.is) == (&b.figure, b.is));
    groups.map(sentence).collect::<Vec<_>>().join(" and ")
}

/// When a predicted number is right.
pub fn near(number: &Number) -> String {
    let figure = &number.figure;
    format!("Right within {} of “{}”.", number.within, meaning(figure).as_deref().unwrap_or(figure))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn condition(figure: &str, is: Relation, than: Operand, plus: f64) -> Condition {
        Condition { figure: figure.into(), is, than, plus }
    }

    fn other(figure: &str) -> Operand {
        Operand::Figure(figure.into())
    }

    #[test]
    fn a_text_loses_its_links_and_figures() {
        assert_eq!(plain("An [embedding](embedding) of {a.b}."), "An embedding of ….");
    }

    #[test]
    fn conditions_are_sentences() {
        let number = condition("x", Relation::AtLeast, Operand::Number(0.1), 0.2);
        let figure = |plus| condition("x", Relation::AtMost, other("chance"), plus);
        assert_eq!(all(std::slice::from_ref(&number)), "“x” is at least 0.3");
        assert_eq!(all(&[figure(0.0)]), "“x” is at most “chance”");
        assert_eq!(all(&[figure(-0.5)]), "“x” is at most “chance” less 0.5");
        assert_eq!(all(&[number, figure(0.5)]), "“x” is at least 0.3 and “x” is at most “chance” plus 0.5");
        let near_half = Number { least: 0.0, most: 1.0, figure: "x".into(), within: 0.1 };
        assert_eq!(near(&near_half), "Right within 0.1 of “x”.");
    }

    #[test]
    fn figures_of_one_meaning_stand_together() {
        let (at_least, [a, b, c]) =
            (Relation::AtLeast, ["a", "b", "c"].map(|run| format!("contrast.loss.{run}")));
        let conditions = [
            condition(&a, at_least, other(&b), 0.0),
            condition(&a, at_least, other(&c), 0.0),
            condition("x", at_least, Operand::Number(1.0), 0.0),
        ];
        let loss = parts(&a).unwrap().0;
        assert_eq!(all(&conditions), format!("“{loss}” (a) is at least b, c and “x” is at least 1"));
        let lines = ["a", "b", "c"].map(|run| (run.to_string(), None)).to_vec();
        let x = ToWrite { meaning: "x".into(), lines: vec![(String::new(), Some("at least 1".into()))] };
        assert_eq!(to_write(&conditions), [ToWrite { meaning: loss.into(), lines }, x]);
    }
}
