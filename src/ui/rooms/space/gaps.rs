//! The modality gap of every pair.

use super::vectors::{Rows, Vectors};
use crate::ui::components::chart::{Exports, csv};
use crate::ui::components::term::Term;
use crate::ui::components::wide_table::WideTable;
use crate::ui::format;
use crate::ui::lessons::figures;
use crate::ui::memo::Memo;
use crate::ui::projection::gap;
use crate::ui::view::Medium;
use leptos::prelude::*;

/// Two modalities, and the distance between the means of their unit vectors.
type Gap = (Medium, Medium, f32);

/// Distances between the means of unit vectors (Liang et al. 2022, section 2).
pub fn gaps(all: &[Rows]) -> Vec<Gap> {
    let pairs = all.iter().enumerate().flat_map(|(at, a)| all[at + 1..].iter().map(move |b| (a, b)));
    pairs.map(|(a, b)| (a.medium, b.medium, gap(&a.values, &b.values, a.width))).collect()
}

#[component]
pub fn Gaps(vectors: Vectors) -> impl IntoView {
    let media =
        Memo::new(move |_| vectors.joint.with(|all| all.iter().map(|rows| rows.medium).collect::<Vec<_>>()));
    let found = Memo::new(move |_| vectors.joint.with(|all| gaps(all)));
    figures::publish(move || {
        let named = |(a, b, gap): &Gap| (format!("space.gap.{}.{}", a.word(), b.word()), f64::from(*gap));
        found.with(|all| all.iter().map(named).collect())
    });
    let between = move |a: Medium, b: Medium| {
        found.with(|all| {
            let is_pair = |(x, y, _): &&Gap| (*x, *y) == (a, b) || (*x, *y) == (b, a);
            all.iter().find(is_pair).map_or("–".to_string(), |(_, _, gap)| format::three(*gap))
        })
    };
    let row = move |a: Medium| {
        let cells =
            move || media.get().into_iter().map(|b| view! { <td>{between(a, b)}</td> }).collect_view();
        view! { <tr><th scope="row">{a.title()}</th>{cells}</tr> }
    };
    let heads = move || {
        media.get().into_iter().map(|medium| view! { <th scope="col">{medium.title()}</th> }).collect_view()
    };
    let as_csv = move || {
        let head = ["a", "b", "gap"].map(String::from);
        let row = |(a, b, gap): &Gap| vec![a.word().to_string(), b.word().to_string(), gap.to_string()];
        found.with_untracked(|all| csv(&head, all.iter().map(row)))
    };
    let is_there = Memo::new(move |_| found.with(|all| !all.is_empty()));
    let table = move || {
        view! {
            <WideTable label="Modality gap"><table class="numbers" data-part="gaps">
                <caption><Term id="modality-gap">"Modality gap"</Term> " in the joint space: distance between the mean vectors, at most 2"</caption>
                <thead><tr><td></td>{heads}</tr></thead>
                <tbody>{move || media.get().into_iter().map(row).collect_view()}</tbody>
            </table></WideTable>
            <Exports label="Modality gap" csv=as_csv />
        }
    };
    move || is_there.get().then(table)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pair_has_one_gap() {
        let rows = |medium, x| Rows { medium, width: 2, values: vec![x, 0.0, x, 1.0] };
        let all = [rows(Medium::Image, 0.0), rows(Medium::Text, 1.0), rows(Medium::Graph, 3.0)];
        let expected = [
            (Medium::Image, Medium::Text, 1.0),
            (Medium::Image, Medium::Graph, 3.0),
            (Medium::Text, Medium::Graph, 2.0),
        ];
        assert_eq!(gaps(&all), expected);
    }
}
