//! The table of figures in a model card.

use std::fmt::Write;

use super::EvalReport;

/// The line after which the table stands in a card, and the line that follows it.
const MARKS: [&str; 2] = ["<!-- figures: `triptych card` writes them -->", "<!-- end of figures -->"];

/// The reports that a card tells of, beside it: of `test`, whose chance and baselines stand in the table, and of `compose`, of
/// two seeds each.
pub const REPORTS: [&str; 4] = ["eval.json", "eval-compose.json", "eval-2.json", "eval-compose-2.json"];

/// The card with its table made anew from reports, the first of which gives chance and baselines; none where a mark is
/// missing.
pub fn with_figures(card: &str, reports: &[EvalReport; REPORTS.len()]) -> Option<String> {
    between(card, MARKS, &table(reports))
}

/// The card with a text in place of what stands between two lines; none where one of them is missing.
pub(in crate::eval) fn between(card: &str, marks: [&str; 2], text: &str) -> Option<String> {
    let (before, rest) = card.split_once(marks[0])?;
    let (_, after) = rest.split_once(marks[1])?;
    Some(format!("{before}{}\n\n{text}\n{}{after}", marks[0], marks[1]))
}

/// A figure by name, how a report gives it, if it does, and what stands beside it: chance or a baseline, and the aim.
type Row = (&'static str, fn(&EvalReport) -> Option<f64>, &'static str, &'static str);

const SHARES: [Row; 23] = [
    ("text to image, Recall@1", |r| Some(r.text_to_image.recall_1), "1 / count", "95 %"),
    ("text to image, Recall@5", |r| Some(r.text_to_image.recall_5), "5 / count", ""),
    ("text to image, Recall@10", |r| Some(r.text_to_image.recall_10), "10 / count", ""),
    ("text to image, mean reciprocal rank", |r| Some(r.text_to_image.mrr), "", ""),
    (
        "text to image, Recall@1 after matching the best 16",
        |r| Some(r.text_to_image.reranked_recall_1),
        "1 / count",
        "98 %",
    ),
    ("text to image, Recall@1 by late interaction", |r| r.text_to_image.late_recall_1, "1 / count", ""),
    ("image to text, Recall@1", |r| Some(r.image_to_text.recall_1), "1 / count", "95 %"),
    ("image to text, Recall@5", |r| Some(r.image_to_text.recall_5), "5 / count", ""),
    ("image to text, Recall@10", |r| Some(r.image_to_text.recall_10), "10 / count", ""),
    ("image to text, mean reciprocal rank", |r| Some(r.image_to_text.mrr), "", ""),
    (
        "image to text, Recall@1 after matching the best 16",
        |r| Some(r.image_to_text.reranked_recall_1),
        "1 / count",
        "98 %",
    ),
    ("image to text, Recall@1 by late interaction", |r| r.image_to_text.late_recall_1, "1 / count", ""),
    ("hard retrieval by embedding, 1 of 10", |r| Some(r.hard.embedding), "10 %", "85 %; 75 %"),
    ("hard retrieval by late interaction, 1 of 10", |r| r.hard.late, "10 %", "97 %; 90 %"),
    ("hard retrieval by matching, 1 of 10", |r| Some(r.hard.matching), "10 %", "98 %; 90 %"),
    ("hard retrieval by matching and late interaction, 1 of 10", |r| r.hard.matching_and_late, "10 %", ""),
    (
        "statements of greedy captions that are true",
        |r| Some(r.caption.statement_precision),
        "",
        "98.5 %; 95 %",
    ),
    ("objects that true statements mention", |r| Some(r.caption.object_recall), "", "95 %"),
    ("BLEU-4", |r| Some(r.caption.bleu_4), "", ""),
    ("ROUGE-L", |r| Some(r.caption.rouge_l), "", ""),
    ("swapped pairs, text score", |r| Some(r.swap.text), "25 %", ""),
    ("swapped pairs, image score", |r| Some(r.swap.image), "25 %", ""),
    ("swapped pairs, group score", |r| Some(r.swap.group), "16.7 %", "97 %"),
];

fn table(reports: &[EvalReport; REPORTS.len()]) -> String {
    let mut out = String::from("| figure | ");
    for report in reports {
        write!(out, "`{}`, seed {}, {} scenes | ", report.split.word(), report.seed, report.count)
            .expect(INFALLIBLE);
    }
    out += "chance or baseline on `test` | aim; on `compose` |\n";
    out += &"|---".repeat(reports.len() + 3);
    out += "|\n";
    let mut line = |name: &str, values: [String; REPORTS.len()], beside: &str, aim: &str| {
        writeln!(out, "| {name} | {} | {beside} | {aim} |", values.join(" | ")).expect(INFALLIBLE);
    };
    let percent = |value: f64| format!("{:.1} %", 100.0 * value);
    // A model may be without some of them.
    let all = |of: &dyn Fn(&EvalReport) -> Option<f64>| {
        let found = reports.each_ref().map(of);
        found.iter().all(Option::is_some).then(|| found.map(|value| value.map_or_else(String::new, percent)))
    };
    for (name, of, beside, aim) in SHARES {
        if let Some(values) = all(&of) {
            line(name, values, beside, aim);
        }
    }
    line("CIDEr-D, of 10", reports.each_ref().map(|r| format!("{:.2}", r.caption.cider)), "", "");
    let questions = reports.each_ref().map(|r| percent(r.question.accuracy));
    let test = &reports[0];
    line("questions right", questions, &blind(test.question.question_only_accuracy), "97.8 %; 94 %");
    for (kind, on_test) in &test.question.by_kind {
        let values = reports.each_ref().map(|report| {
            let found = report.question.by_kind.get(kind);
            found.map_or("none asked".to_string(), |found| percent(found.accuracy))
        });
        line(&format!("questions right: {kind}"), values, &blind(on_test.question_only_accuracy), "");
    }
    let beside =
        format!("{} random, {} centre", percent(test.pointing.random), percent(test.pointing.centre));
    let name = format!("pointing game, layer {}", test.pointing.layer);
    line(&name, reports.each_ref().map(|r| percent(r.pointing.accuracy)), &beside, "85 %");
    if let Some(values) = all(&|r| r.pointing.late) {
        line("pointing game, late interaction", values, &beside, "");
    }
    out
}

const INFALLIBLE: &str = "a string takes any text";

fn blind(accuracy: f64) -> String {
    format!("{:.1} % from the question alone", 100.0 * accuracy)
}
