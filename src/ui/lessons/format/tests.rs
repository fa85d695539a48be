use super::*;
use crate::ui::lessons::figures;
use crate::ui::view::View;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

const LESSONS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/lessons");

/// Sections of the whitepaper that teach something to do; each has a lesson of its own.
const TAUGHT: std::ops::RangeInclusive<u32> = 3..=27;

fn files(folder: &Path) -> BTreeMap<String, PathBuf> {
    let file = |entry: std::io::Result<fs::DirEntry>| {
        let path = entry.unwrap().path();
        let id = path.file_name()?.to_str()?.strip_suffix(".json")?.to_string();
        (id != "courses").then_some((id, path))
    };
    fs::read_dir(folder).unwrap().filter_map(file).collect()
}

fn languages() -> Vec<PathBuf> {
    let all = fs::read_dir(LESSONS).unwrap().map(|entry| entry.unwrap().path());
    all.filter(|path| path.is_dir()).collect()
}

/// Every lesson of every language, with the name of its file.
fn lessons() -> Vec<(String, Lesson)> {
    let read = |path: &PathBuf| {
        let name = path.strip_prefix(LESSONS).unwrap().display().to_string();
        let lesson = serde_json::from_str(&fs::read_to_string(path).unwrap());
        (name.clone(), lesson.unwrap_or_else(|error| panic!("{name}: {error}")))
    };
    languages().iter().flat_map(|folder| files(folder).values().map(read).collect::<Vec<_>>()).collect()
}

fn condition(figure: &str, is: Relation, than: f64) -> Condition {
    Condition { figure: figure.into(), is, than: Operand::Number(than), plus: 0.0 }
}

#[test]
fn a_check_waits_for_its_figures_and_then_decides() {
    let check = Check {
        once: vec![condition("step", Relation::AtLeast, 100.0)],
        holds: vec![
            condition("loss", Relation::AtMost, 1.0),
            Condition {
                figure: "recall".into(),
                is: Relation::AtLeast,
                than: Operand::Figure("chance".into()),
                plus: 0.5,
            },
        ],
        met: String::new(),
        unmet: String::new(),
    };
    let judge = |step: f64, loss: f64, recall: Option<f64>| {
        check.judge(&|name: &str| match name {
            "step" => Some(step),
            "loss" => Some(loss),
            "chance" => Some(0.1),
            _ => recall,
        })
    };
    assert_eq!(judge(99.0, 0.5, Some(0.9)), Verdict::Open);
    assert_eq!(judge(100.0, 0.5, None), Verdict::Open);
    assert_eq!(judge(100.0, 0.5, Some(0.6)), Verdict::Met);
    assert_eq!(judge(100.0, 0.5, Some(0.59)), Verdict::Unmet);
    // What has failed needs no further figure.
    assert_eq!(judge(100.0, 1.5, None), Verdict::Unmet);
}

#[test]
fn a_prediction_is_held_against_the_run() {
    let choice = |when| Choice { text: String::new(), when };
    let choices = Prediction {
        question: String::new(),
        choices: vec![choice(vec![condition("x", Relation::AtLeast, 1.0)]), choice(Vec::new())],
        number: None,
    };
    let x = |value: Option<f64>| move |_: &str| value;
    assert_eq!(choices.is_right(0.0, &x(Some(2.0))), Some(true));
    assert_eq!(choices.is_right(0.0, &x(Some(0.0))), Some(false));
    assert_eq!(choices.is_right(0.0, &x(None)), None);
    assert_eq!(choices.is_right(1.0, &x(Some(2.0))), None);
    assert_eq!(choices.is_right(7.0, &x(Some(2.0))), None);
    let number = Prediction {
        question: String::new(),
        choices: Vec::new(),
        number: Some(Number { least: 0.0, most: 1.0, figure: "x".into(), within: 0.1 }),
    };
    assert_eq!(number.is_right(0.5, &x(Some(0.6))), Some(true));
    assert_eq!(number.is_right(0.5, &x(Some(0.7))), Some(false));
}

#[test]
fn a_step_begins_where_those_before_it_do() {
    let step = |state: Option<&str>| Step {
        title: String::new(),
        text: String::new(),
        state: state.map(str::to_owned),
        target: None,
        term: None,
        prediction: None,
        check: None,
    };
    let steps = [Some("ask"), None, Some("fuse"), None].map(step).to_vec();
    let [title, goal, section] = [(); 3].map(|()| String::new());
    let lesson = Lesson { title, goal, section, minutes: 10, steps };
    let states = [(None, 0), (Some(0), 1), (None, 1), (Some(3), 1), (Some(2), 3), (Some(0), 3), (None, 4)];
    let expected = [Some("ask"), None, Some("ask"), Some("ask"), None, Some("fuse"), None];
    assert_eq!(states.map(|(from, to)| lesson.state(from, to)), expected);
}

#[test]
fn texts_have_terms_and_figures() {
    use Span::*;
    assert_eq!(
        spans("An [embedding](embedding) of {a.b}."),
        [Plain("An "), Term("embedding", "embedding"), Plain(" of "), Figure("a.b"), Plain(".")]
    );
    assert_eq!(spans("[open and (shut"), [Plain("[open and (shut")]);
    assert_eq!(spans("a [b] c {"), [Plain("a [b] c {")]);
    assert_eq!(spans(""), []);
}

#[test]
fn lessons_keep_to_what_is_promised() {
    let glossary = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/public/glossary.json")).unwrap();
    let glossary: serde_json::Value = serde_json::from_str(&glossary).unwrap();
    for (name, lesson) in lessons() {
        assert!((5..=MOST_STEPS).contains(&lesson.steps.len()), "{name} has {} steps", lesson.steps.len());
        assert!((10..=15).contains(&lesson.minutes), "{name}");
        assert!(lesson.steps[0].state.is_some(), "{name} begins nowhere");
        assert!(lesson.steps.iter().any(|step| step.prediction.is_some()), "{name} asks for no prediction");
        assert!(lesson.steps.iter().any(|step| step.check.is_some()), "{name} checks nothing");
        for (at, step) in lesson.steps.iter().enumerate() {
            let place = format!("{name}, step {}", at + 1);
            if let Some(state) = &step.state {
                let (path, query) = state.split_once('?').unwrap_or((state, ""));
                let (view, misread) = View::read_address(path, query);
                assert_eq!(misread, [], "{place}");
                assert_eq!(view.to_address(), *state, "{place}: the room writes another link");
            }
            for figure in step.figures() {
                assert!(figures::is_known(figure), "{place}: no figure is called {figure}");
            }
            if let Some(prediction) = &step.prediction {
                assert_ne!(prediction.choices.is_empty(), prediction.number.is_none(), "{place}");
                assert!(prediction.choices.len() != 1, "{place}: one choice is none");
            }
            let check = step.check.iter().flat_map(|check| [&check.met, &check.unmet]);
            for text in [&lesson.goal, &step.text].into_iter().chain(check) {
                for span in spans(text) {
                    match span {
                        Span::Term(_, id) => {
                            assert!(glossary["terms"].get(id).is_some(), "{place}: no term {id}")
                        }
                        Span::Figure(figure) => {
                            assert!(step.figures().contains(&figure), "{place} shows {figure} unasked");
                        }
                        Span::Plain(plain) => {
                            assert!(!plain.contains(['[', '{', ']', '}']), "{place}: {plain}")
                        }
                    }
                }
            }
        }
    }
}

#[test]
fn each_check_can_be_met_and_can_fail() {
    for (name, lesson) in lessons() {
        for check in lesson.steps.iter().filter_map(|step| step.check.as_ref()) {
            let conditions = || check.once.iter().chain(&check.holds);
            // All figures that are bounded by numbers, just where they fulfil their bounds; then those bounded by others.
            let mut values: BTreeMap<&str, f64> = BTreeMap::new();
            for condition in conditions() {
                if let Operand::Number(number) = condition.than {
                    values.insert(&condition.figure, number + condition.plus);
                }
            }
            for condition in conditions() {
                if let Operand::Figure(other) = &condition.than {
                    let bound = *values.entry(other).or_insert(0.5) + condition.plus;
                    values.entry(&condition.figure).or_insert(bound);
                }
            }
            assert_eq!(
                check.judge(&|name: &str| values.get(name).copied()),
                Verdict::Met,
                "{name}: {}",
                check.met
            );
            let mut fails = values.clone();
            let first = check.holds.first().unwrap_or_else(|| panic!("{name} checks nothing"));
            let (bound, beyond) = (fails[first.figure.as_str()], 1.0);
            let is_least = first.is == Relation::AtLeast;
            fails.insert(&first.figure, if is_least { bound - beyond } else { bound + beyond });
            assert_eq!(
                check.judge(&|name: &str| fails.get(name).copied()),
                Verdict::Unmet,
                "{name}: {}",
                check.unmet
            );
        }
    }
}

#[test]
fn every_section_that_teaches_something_to_do_has_a_lesson() {
    let taught: BTreeSet<u32> = lessons()
        .iter()
        .filter(|(name, _)| name.starts_with("en/"))
        .flat_map(|(_, lesson)| {
            lesson.section.split(',').map(str::trim).map(str::to_string).collect::<Vec<_>>()
        })
        .map(|section| section.split('.').next().unwrap().parse().unwrap())
        .collect();
    let missing: Vec<u32> =
        TAUGHT.chain([30]).filter(|section| !taught.contains(section) && *section != 24).collect();
    assert!(missing.is_empty(), "{missing:?} are not among {taught:?}");
}

/// The same lesson with its texts taken out.
fn bare(mut lesson: Lesson) -> Lesson {
    for text in [&mut lesson.title, &mut lesson.goal] {
        text.clear();
    }
    for step in &mut lesson.steps {
        step.title.clear();
        step.text.clear();
        if let Some(prediction) = &mut step.prediction {
            prediction.question.clear();
            prediction.choices.iter_mut().for_each(|choice| choice.text.clear());
        }
        if let Some(check) = &mut step.check {
            check.met.clear();
            check.unmet.clear();
        }
    }
    lesson
}

#[test]
fn languages_differ_in_their_texts_only() {
    let all: BTreeMap<String, Lesson> = lessons().into_iter().collect();
    for folder in languages() {
        let language = folder.file_name().unwrap().to_str().unwrap().to_string();
        for id in files(&folder).keys() {
            let english =
                all.get(&format!("en/{id}.json")).unwrap_or_else(|| panic!("{language}/{id} has no English"));
            assert_eq!(
                bare(all[&format!("{language}/{id}.json")].clone()),
                bare(english.clone()),
                "{language}/{id}"
            );
        }
    }
}
