//! The table of figures in a model card.

use std::fmt::Write;

use super::EvalReport;

/// The line after which the table stands in a card, and the line that follows it.
const MARKS: [&str; 2] = ["<!-- figures: `triptych card` writes them -->", "<!-- end of figures -->"];

/// The card with its table made anew from the reports on `test` and `compose`; none where a mark is missing.
pub fn with_figures(card: &str, test: &EvalReport, compose: &EvalReport) -> Option<String> {
    let (before, rest) = card.split_once(MARKS[0])?;
    let (_, after) = rest.split_once(MARKS[1])?;
    Some(format!("{before}{}\n\n{}\n{}{after}", MARKS[0], table(test, compose), MARKS[1]))
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

fn table(test: &EvalReport, compose: &EvalReport) -> String {
    let mut out = String::from("| figure | ");
    for report in [test, compose] {
        write!(out, "`{}`, seed {}, {} scenes | ", report.split.word(), report.seed, report.count)
            .expect(INFALLIBLE);
    }
    out += "chance or baseline on `test` | aim; on `compose` |\n|---|---|---|---|---|\n";
    let mut line = |name: &str, values: [String; 2], beside: &str, aim: &str| {
        writeln!(out, "| {name} | {} | {} | {beside} | {aim} |", values[0], values[1]).expect(INFALLIBLE);
    };
    let percent = |value: f64| format!("{:.1} %", 100.0 * value);
    // A model may be without some of them.
    for (name, of, beside, aim) in SHARES {
        if let [Some(test), Some(compose)] = [test, compose].map(of) {
            line(name, [percent(test), percent(compose)], beside, aim);
        }
    }
    line("CIDEr-D, of 10", [test, compose].map(|r| format!("{:.2}", r.caption.cider)), "", "");
    let questions = [test, compose].map(|r| percent(r.question.accuracy));
    line("questions right", questions, &blind(test.question.question_only_accuracy), "97.8 %; 94 %");
    for (kind, on_test) in &test.question.by_kind {
        let on_compose =
            compose.question.by_kind.get(kind).map_or("none asked".to_string(), |k| percent(k.accuracy));
        let values = [percent(on_test.accuracy), on_compose];
        line(&format!("questions right: {kind}"), values, &blind(on_test.question_only_accuracy), "");
    }
    let beside =
        format!("{} random, {} centre", percent(test.pointing.random), percent(test.pointing.centre));
    let name = format!("pointing game, layer {}", test.pointing.layer);
    line(&name, [test, compose].map(|r| percent(r.pointing.accuracy)), &beside, "85 %");
    if let [Some(on_test), Some(on_compose)] = [test, compose].map(|r| r.pointing.late) {
        line("pointing game, late interaction", [on_test, on_compose].map(percent), &beside, "");
    }
    out
}

const INFALLIBLE: &str = "a string takes any text";

fn blind(accuracy: f64) -> String {
    format!("{:.1} % from the question alone", 100.0 * accuracy)
}
