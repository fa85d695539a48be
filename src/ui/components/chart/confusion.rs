//! What was taken for what.

use super::export::Exports;
use super::sheet::csv;
use crate::ui::format;
use crate::ui::memo::Memo;
use leptos::prelude::*;

/// The deepest shade, so that ink stays legible on it in both themes.
const DEEPEST: f32 = 60.0;

/// Counts of every class (a row) being answered as every class (a column), shaded by their share of the row.
#[component]
pub fn Confusion(
    #[prop(into)] label: Memo<String>,
    #[prop(into)] classes: Memo<Vec<String>>,
    /// `counts[truth][answer]`
    #[prop(into)]
    counts: Memo<Vec<Vec<u32>>>,
) -> impl IntoView {
    let head =
        move || classes.get().into_iter().map(|class| view! { <th scope="col">{class}</th> }).collect_view();
    let row = |(truth, (class, counts)): (usize, (String, Vec<u32>))| {
        let total: u32 = counts.iter().sum();
        let cell = move |(answer, count): (usize, u32)| {
            let share = share(count, total);
            let words = format!("{} of the row", format::percent(share));
            view! {
                <td class:right=answer == truth style=format!("--share:{:.0}%", DEEPEST * share) title=words>{count}</td>
            }
        };
        let cells = counts.into_iter().enumerate().map(cell).collect_view();
        view! { <tr><th scope="row">{class}</th>{cells}</tr> }
    };
    let body = move || classes.get().into_iter().zip(counts.get()).enumerate().map(row).collect_view();
    let numbers =
        move || classes.with_untracked(|classes| counts.with_untracked(|counts| written(classes, counts)));
    view! {
        <figure class="plot">
            <figcaption>{move || label.get()}</figcaption>
            <p class="heading">"Rows: ground truth. Columns: prediction. Counts; deeper where they are more of the row, outlined where right."</p>
            <div class="confusion" tabindex="0" role="group" aria-label=move || label.get()>
                <table>
                    <caption class="aloud">{move || label.get()}</caption>
                    <thead><tr><td class="corner"></td>{head}</tr></thead>
                    <tbody>{body}</tbody>
                </table>
            </div>
            <p class="heading">{move || counts.with(|counts| summary(counts))}</p>
            <div class="foot"><Exports label csv=numbers /></div>
        </figure>
    }
}

fn share(count: u32, total: u32) -> f32 {
    count as f32 / total.max(1) as f32
}

/// How many stand on the diagonal.
fn summary(counts: &[Vec<u32>]) -> String {
    let right: u32 = counts.iter().enumerate().filter_map(|(class, row)| row.get(class)).sum();
    let total: u32 = counts.iter().flatten().sum();
    if total == 0 {
        return "Nothing has been answered yet.".into();
    }
    format!("{right} of {total} right, {}", format::percent(share(right, total)))
}

fn written(classes: &[String], counts: &[Vec<u32>]) -> String {
    let head: Vec<String> =
        std::iter::once("ground truth \\ prediction".to_string()).chain(classes.iter().cloned()).collect();
    let row = |(class, row): (&String, &Vec<u32>)| {
        std::iter::once(class.clone()).chain(row.iter().map(u32::to_string)).collect()
    };
    csv(&head, classes.iter().zip(counts).map(row))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_diagonal_is_right() {
        assert_eq!(summary(&[vec![3, 1], vec![0, 4]]), "7 of 8 right, 88 %");
        assert_eq!(summary(&[vec![0, 0], vec![0, 0]]), "Nothing has been answered yet.");
        assert_eq!(share(0, 0), 0.0, "a class that never came");
    }

    #[test]
    fn the_file_names_rows_and_columns() {
        let classes = ["red, blue", "green"].map(String::from);
        let text = written(&classes, &[vec![3, 1], vec![0, 4]]);
        assert_eq!(
            text,
            "ground truth \\ prediction,\"red, blue\",green\r\n\"red, blue\",3,1\r\ngreen,0,4\r\n"
        );
    }
}
