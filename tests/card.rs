//! The shipped model's card states what was measured.

use triptych::eval::playroom::{EvalReport, with_figures};

#[test]
fn the_cards_figures_are_those_of_the_reports_beside_it() {
    let file = |name: &str| std::fs::read_to_string(format!("public/models/playroom/{name}")).expect(name);
    let report = |name: &str| -> EvalReport { serde_json::from_str(&file(name)).expect(name) };
    let (card, test) = (file("README.md"), report("eval.json"));
    let again = with_figures(&card, &test, &report("eval-compose.json")).expect("the card has marks");
    assert_eq!(card, again, "run: triptych card");
    assert_eq!(test.count, 1_000);

    let mut other = test.clone();
    other.hard.matching += 0.001;
    assert_ne!(with_figures(&card, &other, &report("eval-compose.json")).expect("the card has marks"), card);
}
