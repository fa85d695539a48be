use super::*;
use crate::ui::lessons::{Checked, Record};

fn records() -> Records {
    let checked = Checked { met: true, figures: [("a.b".to_string(), 0.5)].into() };
    let record =
        Record { step: 3, furthest: 4, predictions: [(1, 2.0)].into(), checks: [(2, checked)].into() };
    Records::from([("gates".to_string(), record)])
}

/// The export with one thing changed.
fn spoilt(change: impl FnOnce(&mut Value)) -> Result<Results, Refused> {
    let mut value = serde_json::from_slice(&Results::new("Ada", records()).to_json()).unwrap();
    change(&mut value);
    Results::read(&serde_json::to_vec(&value).unwrap())
}

#[test]
fn what_is_exported_is_read_again() {
    for name in ["", "Ada", "阿达"] {
        let results = Results::new(name, records());
        assert_eq!(Results::read(&results.to_json()), Ok(results));
    }
}

#[test]
fn nothing_is_exported_but_results_and_a_typed_name() {
    let keys = |name: &str| {
        let value: Value = serde_json::from_slice(&Results::new(name, records()).to_json()).unwrap();
        value.as_object().unwrap().keys().cloned().collect::<Vec<_>>()
    };
    assert_eq!(keys(" "), ["kind", "lessons", "version"]);
    assert_eq!(keys("Ada"), ["kind", "lessons", "name", "version"]);
    assert_eq!(Results::new(&"é".repeat(99), records()).name.chars().count(), MAX_NAME);
}

#[test]
fn what_is_no_export_is_refused_with_the_reason() {
    assert_eq!(Results::read(&vec![b' '; MAX_BYTES as usize + 1]), Err(Refused::Large));
    assert_eq!(check_size(MAX_BYTES), Ok(()));
    for text in [&b""[..], b"{", b"\xff\xfe", &[b'['; 5000]] {
        assert_eq!(Results::read(text), Err(Refused::NoJson));
    }
    for text in ["[]", "{}", "1", r#"{"kind":"other","version":1}"#, r#"{"kind":1}"#] {
        assert_eq!(Results::read(text.as_bytes()), Err(Refused::Foreign), "{text}");
    }
    assert_eq!(spoilt(|value| value["version"] = 2.into()), Err(Refused::Version(2)));
    assert!(spoilt(|_| ()).is_ok());
}

#[test]
fn damage_and_excess_are_refused() {
    let damages: [fn(&mut Value); 9] = [
        |value| value["version"] = "1".into(),
        |value| value["lessons"] = 1.into(),
        |value| value["more"] = 1.into(),
        |value| value["name"] = "a".repeat(MAX_NAME + 1).into(),
        |value| value["lessons"]["../gates"] = value["lessons"]["gates"].clone(),
        |value| value["lessons"]["gates"]["predictions"]["10"] = 1.into(),
        |value| value["lessons"]["gates"]["predictions"]["-1"] = 1.into(),
        |value| value["lessons"]["gates"]["checks"]["2"]["met"] = "yes".into(),
        |value| {
            (0..=MAX_FIGURES).for_each(|at| {
                value["lessons"]["gates"]["checks"]["2"]["figures"][at.to_string()] = at.into()
            })
        },
    ];
    for (at, damage) in damages.into_iter().enumerate() {
        assert!(matches!(spoilt(damage), Err(Refused::Damaged(_))), "{at}");
    }
    let many = |value: &mut Value| {
        (0..=MAX_LESSONS)
            .for_each(|at| value["lessons"][format!("l{at}")] = value["lessons"]["gates"].clone());
    };
    assert_eq!(spoilt(many), Err(Refused::Damaged("too many lessons".into())));
}
