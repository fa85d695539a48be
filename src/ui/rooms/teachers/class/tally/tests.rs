use super::*;
use crate::ui::lessons::{Checked, Record, Records};

fn lesson() -> Lesson {
    let json = r#"{
        "title": "T", "goal": "G", "section": "8", "minutes": 10,
        "steps": [
            { "title": "Read", "text": "" },
            { "title": "Predict", "text": "", "prediction": { "question": "?", "choices": [{ "text": "yes" }, { "text": "no" }] } },
            { "title": "Guess", "text": "",
              "prediction": { "question": "?", "number": { "least": 0, "most": 1, "figure": "a", "within": 0.1 } },
              "check": { "holds": [{ "figure": "a", "is": "at least", "than": 0.5 }], "met": "", "unmet": "" } }
        ]
    }"#;
    serde_json::from_str(json).unwrap()
}

fn student(choice: f64, guess: f64, a: f64) -> Results {
    let figures = [("a".to_string(), a), ("foreign".to_string(), 1.0)].into();
    let record = Record {
        predictions: [(1, choice), (2, guess), (9, 1.0)].into(),
        checks: [(2, Checked { met: a >= 0.5, figures })].into(),
        ..Record::default()
    };
    Results::new("", Records::from([("gates".to_string(), record)]))
}

#[test]
fn a_class_is_counted_by_step() {
    let class =
        [student(0.0, 0.2, 0.4), student(0.0, 0.4, 0.6), student(1.0, 0.9, 0.7), student(7.0, 5.0, 0.9)];
    let steps = tally("gates", &lesson(), &class);
    assert_eq!(steps.iter().map(|step| step.step).collect::<Vec<_>>(), [1, 2]);
    // The fourth answer is none of the choices, and its number is beyond the ends.
    assert_eq!(steps[0].predicted, Some(Predicted::Choices(vec![("yes".into(), 2), ("no".into(), 1)])));
    assert_eq!((steps[0].checked, steps[1].checked, steps[1].met), (0, 4, 3));
    let guessed = Spread { count: 3, least: 0.2, median: 0.4, most: 0.9 };
    assert_eq!(steps[1].predicted, Some(Predicted::Number(guessed)));
    let [(name, spread)] = &steps[1].figures[..] else { panic!("{:?}", steps[1].figures) };
    assert_eq!((name.as_str(), spread.count, spread.least, spread.most), ("a", 4, 0.4, 0.9));
    assert!((spread.median - 0.65).abs() < 1e-12);
}

#[test]
fn nobody_and_other_lessons_count_nothing() {
    assert_eq!(tally("gates", &lesson(), &[]), []);
    assert_eq!(tally("spaces", &lesson(), &[student(0.0, 0.5, 0.5)]), []);
    assert_eq!(Spread::of(Vec::new()), None);
}
