//! What a contestant still knows with only some of its modalities, and how sure it is.

use super::modalities::named;
use super::{RaceRoom, title};
use crate::lab::fuse::SubsetScore;
use crate::ui::components::chart::{Exports, csv};
use crate::ui::components::wide_table::WideTable;
use crate::ui::format;
use crate::ui::memo::Memo;
use leptos::prelude::*;

const COLUMNS: [&str; 5] =
    ["Given", "Accuracy", "Change, points", "Mean confidence", "Change of confidence, points"];

#[component]
pub fn Subsets(room: RaceRoom) -> impl IntoView {
    let subsets = Memo::new(move |_| {
        let of = |evaluation: &crate::lab::fuse::Evaluation| evaluation.subsets.clone();
        room.evaluation.with(|evaluation| evaluation.as_ref().map(|known| of(known))).unwrap_or_default()
    });
    view! {
        <h3>{move || format!("{}: with only some of the modalities", title(room.inside.get()))}</h3>
        <WideTable label="Accuracy and confidence with only some of the modalities">
            <table class="numbers subsets" data-part="subsets">
                <caption>"On 256 held-out samples, the other modalities missing. Chance accuracy 0.500. Confidence is the probability of the predicted class."</caption>
                <thead><tr>{COLUMNS.map(|name| view! { <th scope="col">{name}</th> }).collect_view()}</tr></thead>
                <tbody>{move || rows(&subsets.get()).into_iter().map(row).collect_view()}</tbody>
            </table>
        </WideTable>
        <Exports label="Accuracy and confidence with only some of the modalities" csv=move || subsets.with_untracked(|all| written(all)) />
    }
}

/// With all first, then with fewer.
fn rows(subsets: &[SubsetScore]) -> Vec<[String; 5]> {
    let Some(whole) = subsets.last() else { return Vec::new() };
    // In points of a hundred; not a negative zero.
    let points = |own: f32, whole: f32| format!("{:+.0}", (100.0 * (own - whole)).round() + 0.0);
    let row = |subset: &SubsetScore| {
        let SubsetScore { present, accuracy, confidence } = subset;
        let changes = match present == &whole.present {
            true => ["–", "–"].map(String::from),
            false => [points(*accuracy, whole.accuracy), points(*confidence, whole.confidence)],
        };
        let [accuracy_change, confidence_change] = changes;
        let (accuracy, confidence) = (format::three(*accuracy), format::three(*confidence));
        [named(present), accuracy, accuracy_change, confidence, confidence_change]
    };
    subsets.iter().rev().map(row).collect()
}

fn row([given, numbers @ ..]: [String; 5]) -> impl IntoView {
    view! {
        <tr><th scope="row">{given}</th>{numbers.map(|number| view! { <td>{number}</td> }).collect_view()}</tr>
    }
}

fn written(subsets: &[SubsetScore]) -> String {
    csv(&COLUMNS.map(String::from), rows(subsets).into_iter().map(Vec::from))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::fuse::Modality::{Picture, Sound};

    #[test]
    fn the_fall_is_told_from_what_is_known_with_all() {
        let score = |present: &[_], accuracy, confidence| SubsetScore {
            present: present.to_vec(),
            accuracy,
            confidence,
        };
        let all =
            [score(&[Picture], 0.5, 0.6), score(&[Sound], 0.9, 0.95), score(&[Picture, Sound], 0.98, 0.95)];
        let rows = rows(&all);
        assert_eq!(rows[0], ["image + sound", "0.980", "–", "0.950", "–"]);
        assert_eq!(rows[1], ["sound", "0.900", "-8", "0.950", "+0"]);
        assert_eq!(rows[2], ["image", "0.500", "-48", "0.600", "-35"]);
        assert!(written(&all).ends_with("image,0.500,-48,0.600,-35\r\n"), "{}", written(&all));
    }
}
