//! The shipped model's card states what was measured.

use triptych::eval::playroom::{EvalReport, REPORTS, with_figures};
use triptych::eval::senses::{self, SensesReport, with_senses};
use triptych::world::Split::{Compose, Test};

#[test]
fn the_cards_figures_are_those_of_the_reports_beside_it() {
    let file = |name: &str| std::fs::read_to_string(format!("public/models/playroom/{name}")).expect(name);
    let report = |name: &str| -> EvalReport { serde_json::from_str(&file(name)).expect(name) };
    let (card, reports) = (file("README.md"), REPORTS.map(report));
    let again = with_figures(&card, &reports).expect("the card has marks");
    assert_eq!(card, again, "run: triptych card");
    assert!(reports.iter().all(|report| report.count == 1_000));
    assert_eq!(reports.each_ref().map(|report| report.split), [Test, Compose, Test, Compose]);
    assert!(reports[0].seed != reports[2].seed && reports[1].seed != reports[3].seed);

    let mut others = reports.clone();
    others[0].hard.matching += 0.001;
    assert_ne!(with_figures(&card, &others).expect("the card has marks"), card);
}

#[test]
fn the_cards_tables_of_modalities_are_those_of_the_reports_beside_it() {
    let file = |name: &str| std::fs::read_to_string(format!("public/models/playroom/{name}")).expect(name);
    let reports =
        senses::REPORTS.map(|name| -> SensesReport { serde_json::from_str(&file(name)).expect(name) });
    let card = file("README.md");
    assert_eq!(card, with_senses(&card, &reports).expect("the card has marks"), "run: triptych card");
    assert!(reports.iter().all(|report| report.count == 1_000 && report.split == Test));
    assert_ne!(reports[0].seed, reports[1].seed);
    let aims = [
        ("graph", "picture", 0.90),
        ("graph", "words", 0.90),
        ("table", "picture", 0.80),
        ("motion", "picture", 0.90),
        ("picture", "motion", 0.90),
    ];
    for (report, (from, to, aim)) in reports.iter().flat_map(|report| aims.map(|aim| (report, aim))) {
        assert!(report.retrieval[from][to].recall_1 >= aim, "{from} to {to}, seed {}", report.seed);
    }
    for SensesReport { sound_ceiling, tasks, seed, .. } in &reports {
        let ceiling = sound_ceiling.expect("it is of sound too");
        assert!(ceiling.of_audible.recall_10 >= 0.50, "{ceiling:?}, seed {seed}");
        let sync = tasks.sync.expect("it has the network");
        assert!(
            sync.median_error_frames <= 1.0 && sync.cannot_tell_accuracy >= 0.95,
            "{sync:?}, seed {seed}"
        );
        let source = tasks.source.expect("it has the network");
        assert!(source.pointing >= 0.85, "{source:?}, seed {seed}");
    }
}
