//! The shipped model's figures on scenes that neither its training nor its card has seen are those of the card, as far as a
//! hundred scenes can tell.

use std::path::Path;

use pollster::block_on;
use triptych::device::{CpuDevice, Device};
use triptych::eval::playroom::{EvalReport, Options, evaluate};
use triptych::infer::VisionLanguageModel;
use triptych::io::file::Folder;
use triptych::precision::Precision;
use triptych::world::Split;

const SCENES: usize = 100;
const SEED: u64 = 7;

/// Whether a share of `count` trials may come from the probability `p`: within four standard deviations, of which none is below
/// that of one failure in `count`.
fn agrees(found: f64, p: f64, count: usize) -> bool {
    let count = count as f64;
    let variance = (p * (1.0 - p)).max(1.0 / count * (1.0 - 1.0 / count));
    (found - p).abs() <= 4.0 * (variance / count).sqrt()
}

#[test]
fn a_hundred_scenes_agree_with_the_card() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("public/models/playroom");
    let device = Device::Cpu(CpuDevice { exact: false });
    let loaded = VisionLanguageModel::load(device, &Folder(folder.to_path_buf()), Precision::F32);
    let mut model = loaded.expect("the shipped model");
    for (file, split) in [("eval.json", Split::Test), ("eval-compose.json", Split::Compose)] {
        let json = std::fs::read(folder.join(file)).expect(file);
        let card: EvalReport = serde_json::from_slice(&json).expect(file);
        let options = Options { split, seed: SEED, count: SCENES };
        let found = block_on(evaluate(&mut model, options, &mut |_, _, _| ())).expect("the CPU computes");
        // An object or a question is no trial by itself where it shares its scene with others: a scene is.
        let figures = |report: &EvalReport| {
            [
                ("text to image", Some(report.text_to_image.recall_1)),
                ("image to text", Some(report.image_to_text.recall_1)),
                ("hard, embedding", Some(report.hard.embedding)),
                ("hard, late", report.hard.late),
                ("hard, matching", Some(report.hard.matching)),
                ("hard, both", report.hard.matching_and_late),
                ("statements", Some(report.caption.statement_precision)),
                ("objects", Some(report.caption.object_recall)),
                ("questions", Some(report.question.accuracy)),
                ("pointing", Some(report.pointing.accuracy)),
                ("swap", Some(report.swap.group)),
            ]
        };
        for ((name, found), (_, stated)) in figures(&found).into_iter().zip(figures(&card)) {
            let (Some(found), Some(stated)) = (found, stated) else { continue };
            assert!(agrees(found, stated, SCENES), "{name} on {split:?}: {found}, on the card {stated}");
        }
    }
}

#[test]
fn what_is_far_from_the_card_does_not_agree() {
    assert!(agrees(0.90, 0.94, 100) && !agrees(0.80, 0.94, 100));
    assert!(agrees(0.97, 1.0, 100) && !agrees(0.90, 1.0, 100));
}
