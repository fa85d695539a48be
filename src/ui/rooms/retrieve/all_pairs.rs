//! Recall@1 of every modality by every other.

use super::figures::{both_ways, direction};
use crate::ui::components::chart::{Exports, csv};
use crate::ui::components::wide_table::WideTable;
use crate::ui::context::AppContext;
use crate::ui::format;
use crate::ui::gallery;
use crate::ui::lessons::figures;
use crate::ui::memo::Memo;
use crate::ui::stage::GALLERY;
use crate::ui::view::Medium;
use leptos::prelude::*;
use std::time::Duration;
use strum::VariantArray;

/// Of all pairs, both ways; none on the diagonal, and where nothing is measured yet.
type Recalls = [[Option<f32>; 6]; 6];

/// A button that has all modalities encoded, and then a table of them.
#[component]
pub fn AllPairs(#[prop(into)] is_all: Memo<bool>) -> impl IntoView {
    let app = AppContext::here();
    let recalls = RwSignal::new(Recalls::default());
    let is_whole = Memo::new(move |_| {
        is_all.get() && Medium::VARIANTS.iter().all(|&medium| gallery::is_whole(app, medium))
    });
    Effect::new(move || {
        recalls.set(Recalls::default());
        if is_whole.get() {
            measure(app, recalls, is_whole, 0);
        }
    });
    figures::publish(move || {
        let all = recalls.get();
        let pairs = Medium::VARIANTS.iter().zip(all).flat_map(|(&from, row)| {
            Medium::VARIANTS.iter().zip(row).map(move |(&to, recall)| (direction(from, to), recall))
        });
        pairs.filter_map(|(pair, recall)| Some((format!("retrieve.all.{pair}"), recall?.into()))).collect()
    });
    let table = move || {
        let row = move |(a, from): (usize, &Medium)| {
            let cell = move |b: usize| view! { <td>{move || recalls.with(|all| all[a][b].map_or("–".into(), format::three))}</td> };
            view! { <tr><th scope="row">{from.title()}</th>{(0..6).map(cell).collect_view()}</tr> }
        };
        view! {
            <WideTable label="Recall@1 of all pairs"><table class="numbers">
                <caption>{format!("Recall@1 over {GALLERY} clips, from the row to the column; chance {}", format::three(1.0 / GALLERY as f32))}</caption>
                <thead><tr><th scope="col">"From"</th>
                    {Medium::VARIANTS.iter().map(|to| view! { <th scope="col">{to.title()}</th> }).collect_view()}</tr></thead>
                <tbody>{Medium::VARIANTS.iter().enumerate().map(row).collect_view()}</tbody>
            </table></WideTable>
            <Exports label="Recall@1 of all pairs" csv=move || as_csv(&recalls.get_untracked()) />
        }
    };
    let toggle = move |_| app.go(|view| view.all_pairs = !view.all_pairs);
    view! {
        <div class="row" data-part="all-pairs"><button type="button" class="button" aria-expanded=move || is_all.get().to_string() on:click=toggle>"All 6 × 6"</button></div>
        {move || is_all.get().then(table)}
    }
}

/// Measures one pair after the other, each in a task of its own.
fn measure(app: AppContext, recalls: RwSignal<Recalls>, is_whole: Memo<bool>, pair: usize) {
    let (a, b) = (pair / 6, pair % 6);
    if a < b {
        let [from, to] = [a, b].map(|at| Medium::VARIANTS[at]);
        let [there, back] = untrack(|| both_ways(app, from, to)).map(|metrics| Some(metrics.recall[0]));
        recalls.update(|all| (all[a][b], all[b][a]) = (there, back));
    }
    if pair + 1 < 36 {
        let next = move || {
            if is_whole.try_get_untracked() == Some(true) {
                measure(app, recalls, is_whole, pair + 1);
            }
        };
        set_timeout(next, Duration::ZERO);
    }
}

fn as_csv(recalls: &Recalls) -> String {
    let head: Vec<String> = std::iter::once("from")
        .chain(Medium::VARIANTS.iter().map(|to| to.word()))
        .map(String::from)
        .collect();
    let row = |(from, row): (&Medium, &[Option<f32>; 6])| {
        let values = row.iter().map(|value| value.map_or_else(String::new, |value| value.to_string()));
        std::iter::once(from.word().to_string()).chain(values).collect()
    };
    csv(&head, Medium::VARIANTS.iter().zip(recalls).map(row))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_a_file() {
        let mut recalls = Recalls::default();
        recalls[0][1] = Some(0.5);
        let text = as_csv(&recalls);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[..2], ["from,image,text,sound,video,table,graph", "image,,0.5,,,,"]);
        assert_eq!(lines.len(), 7);
    }
}
