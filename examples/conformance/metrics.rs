//! `metrics/`: BLEU, ROUGE-L and CIDEr-D of captions, of sets and of items.

use std::path::Path;

use serde_json::Value;
use triptych::eval::Candidate;
use triptych::eval::text::{TextScores, scores};
use triptych::eval::{cider, rouge};

use super::{Tally, bytes};

const TOLERANCE: f64 = 1e-6;

pub(crate) fn run(folder: &Path) -> Tally {
    let mut tally = Tally::default();
    for file in ["expected_whitespace.json", "expected_ptb.json"] {
        let document: Value = serde_json::from_slice(&bytes(&folder.join(file))).expect("scores");
        for (name, set) in document["sets"].as_object().expect("sets") {
            let items: Vec<(&String, &Value)> = set["items"].as_object().expect("items").iter().collect();
            let candidates: Vec<Candidate> = items.iter().map(|(_, item)| candidate(item)).collect();
            tally.case(format!("{file} {name}"), compare(&set["corpus"], &scores(&candidates)));
            let ciders = cider::cider_d(&candidates);
            for (i, (id, item)) in items.iter().enumerate() {
                let alone = scores(&candidates[i..=i]);
                let (rouge_l, cider_d) = (rouge::rouge_l(&candidates[i]), ciders[i]);
                let got = TextScores { bleu: alone.bleu, rouge_l, cider_d };
                tally.case(format!("{file} {name} {id}"), compare(item, &got));
            }
        }
    }
    tally
}

fn candidate(item: &Value) -> Candidate<'_> {
    let references = item["ref_tokens"].as_array().expect("references").iter().flat_map(Value::as_str);
    Candidate::new(item["hyp_tokens"].as_str().expect("a caption"), references)
}

fn compare(want: &Value, got: &TextScores) -> Result<(), String> {
    let [b1, b2, b3, b4] = got.bleu;
    let got = [
        ("BLEU_1", b1),
        ("BLEU_2", b2),
        ("BLEU_3", b3),
        ("BLEU_4", b4),
        ("ROUGE_L", got.rouge_l),
        ("CIDEr", got.cider_d),
    ];
    for (name, got) in got {
        let want = want[name].as_f64().expect("a score");
        if got.is_nan() || (got - want).abs() > TOLERANCE {
            return Err(format!("{name} is {got}, expected {want}"));
        }
    }
    Ok(())
}
