//! The class's results by lesson and step, on the page and as CSV.

use super::tally::{Predicted, Spread, StepTally, tally};
use crate::ui::components::chart::{Exports, csv};
use crate::ui::components::wide_table::WideTable;
use crate::ui::lessons::figures::meaning;
use crate::ui::lessons::format::Lesson;
use crate::ui::lessons::{Lessons, Results, read_lesson};
use crate::ui::memo::Memo;
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Lessons that the page does not have are named up to so many.
const NAMED: usize = 5;

/// A lesson's title and what the class did in its steps.
type Counted = (String, Vec<StepTally>);

#[component]
pub fn Table(results: Memo<Vec<Results>>) -> impl IntoView {
    let lessons = Lessons::here();
    let files = RwSignal::new(BTreeMap::<String, Arc<Lesson>>::new());
    let asked = StoredValue::new(BTreeSet::new());
    let done = Memo::new(move |_| {
        results
            .with(|all| all.iter().flat_map(|one| one.lessons.keys().cloned()).collect::<BTreeSet<String>>())
    });
    let known = Memo::new(move |_| match lessons.index.get() {
        Some(Ok(index)) => {
            Some(index.lessons.iter().map(|lesson| lesson.id.clone()).collect::<BTreeSet<_>>())
        }
        _ => None,
    });
    Effect::new(move || {
        let known = known.get().unwrap_or_default();
        for id in done.get().intersection(&known) {
            if asked.try_update_value(|asked| asked.insert(id.clone())) == Some(true) {
                let id = id.clone();
                spawn_local(async move {
                    if let Ok(lesson) = read_lesson(&id).await {
                        // The visitor may have left.
                        files.try_update(|files| files.insert(id, lesson));
                    }
                });
            }
        }
    });
    let rows = Memo::new(move |_| {
        let counted = |(id, lesson): (&String, &Arc<Lesson>)| {
            let steps = results.with(|results| tally(id, lesson, results));
            (!steps.is_empty()).then(|| (lesson.title.clone(), steps))
        };
        files.with(|files| files.iter().filter_map(counted).collect::<Vec<Counted>>())
    });
    let foreign = Memo::new(move |_| {
        let known = known.get()?;
        let foreign: Vec<String> = done.get().difference(&known).take(NAMED).cloned().collect();
        (!foreign.is_empty()).then(|| {
            format!(
                "This page does not have all lessons of these files; not counted: {}.",
                foreign.join(", ")
            )
        })
    });
    let is_shown = Memo::new(move |_| rows.with(|rows| !rows.is_empty()));
    view! {
        {move || foreign.get().map(|sentence| view! { <p class="quiet" role="status">{sentence}</p> })}
        {move || is_shown.get().then(|| view! {
            <WideTable label="What the class predicted and found">
                <table class="numbers class">
                    <caption>"Counted are those who predicted, and those whose run was far enough to be checked."</caption>
                    <thead><tr><th scope="col">"Step"</th><th scope="col">"Predicted"</th><th scope="col">"Checks met"</th>
                        <th scope="col">"Figures of their runs: minimum, median, maximum"</th></tr></thead>
                    {move || rows.get().into_iter().map(body).collect_view()}
                </table>
            </WideTable>
            <Exports label="Class table" csv=move || rows.with_untracked(|rows| written(rows)) />
        })}
    }
}

fn body((title, steps): Counted) -> impl IntoView {
    view! {
        <tbody>
            <tr><th colspan="4" scope="rowgroup">{title}</th></tr>
            {steps.into_iter().map(row).collect_view()}
        </tbody>
    }
}

fn row(step: StepTally) -> impl IntoView {
    let predicted = match step.predicted {
        None => "–".into_any(),
        Some(Predicted::Number(spread)) => line(&spread).into_any(),
        Some(Predicted::Choices(choices)) => {
            let total: usize = choices.iter().map(|(_, count)| count).sum();
            let choice = |(text, count): (String, usize)| {
                let share = format!("--share:{}", count as f32 / total.max(1) as f32);
                view! { <li style=share>{text}" "<b>{count}</b></li> }
            };
            view! { <ul>{choices.into_iter().map(choice).collect_view()}</ul> }.into_any()
        }
    };
    let met = if step.checked > 0 { format!("{} of {}", step.met, step.checked) } else { "–".into() };
    let figure = |(name, spread): (String, Spread)| view! { <li>{meaning(&name).unwrap_or(name)}": "<b>{line(&spread)}</b></li> };
    view! {
        <tr>
            <th scope="row">{format!("{}. {}", step.step + 1, step.title)}</th>
            <td>{predicted}</td>
            <td>{met}</td>
            <td><ul>{step.figures.into_iter().map(figure).collect_view()}</ul></td>
        </tr>
    }
}

/// `0.25, 0.5, 0.75 (12)`
fn line(spread: &Spread) -> String {
    let [least, median, most] = [spread.least, spread.median, spread.most].map(rounded);
    format!("{least}, {median}, {most} ({})", spread.count)
}

/// With at most three decimals.
fn rounded(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}

fn written(lessons: &[Counted]) -> String {
    let head = ["Lesson", "Step", "Title", "What", "Name", "Count", "Of", "Minimum", "Median", "Maximum"];
    let mut rows = Vec::new();
    for (title, steps) in lessons {
        for step in steps {
            let mut add =
                |what: &str, name: &str, count: usize, of: Option<usize>, spread: Option<Spread>| {
                    let numbers = spread.map_or([const { String::new() }; 3], |spread| {
                        [spread.least, spread.median, spread.most].map(|value| value.to_string())
                    });
                    let of = of.map_or_else(String::new, |of| of.to_string());
                    let fields = [
                        title.clone(),
                        (step.step + 1).to_string(),
                        step.title.clone(),
                        what.into(),
                        name.into(),
                    ];
                    rows.push(
                        fields.into_iter().chain([count.to_string(), of]).chain(numbers).collect::<Vec<_>>(),
                    );
                };
            match &step.predicted {
                Some(Predicted::Choices(choices)) => {
                    let total = choices.iter().map(|(_, count)| count).sum();
                    choices.iter().for_each(|(text, count)| add("choice", text, *count, Some(total), None));
                }
                Some(Predicted::Number(spread)) => add("prediction", "", spread.count, None, Some(*spread)),
                None => {}
            }
            if step.checked > 0 {
                add("check met", "", step.met, Some(step.checked), None);
            }
            step.figures
                .iter()
                .for_each(|(name, spread)| add("figure", name, spread.count, None, Some(*spread)));
        }
    }
    csv(&head.map(String::from), rows.into_iter())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_as_csv_has_a_row_for_each_count() {
        let spread = Spread { count: 3, least: 0.25, median: 0.5, most: 1.0 };
        let step = StepTally {
            step: 1,
            title: "Predict".into(),
            predicted: Some(Predicted::Choices(vec![("yes, \"both\"".into(), 2), ("no".into(), 1)])),
            checked: 3,
            met: 2,
            figures: vec![("a.b".into(), spread)],
        };
        let csv = written(&[("Gates".into(), vec![step])]);
        let lines: Vec<&str> = csv.lines().skip(1).collect();
        assert_eq!(
            lines,
            [
                "Gates,2,Predict,choice,\"yes, \"\"both\"\"\",2,3,,,",
                "Gates,2,Predict,choice,no,1,3,,,",
                "Gates,2,Predict,check met,,2,3,,,",
                "Gates,2,Predict,figure,a.b,3,,0.25,0.5,1",
            ]
        );
        assert_eq!(line(&spread), "0.25, 0.5, 1 (3)");
        assert_eq!(rounded(0.123_49), 0.123);
    }
}
