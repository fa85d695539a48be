//! What was found, as a file of the visitor.

use super::query::{Query, Ranking, best};
use super::sorting::Sorting;
use crate::session::protocol::Photo;
use crate::ui::components::chart::csv;
use crate::ui::components::icon::{Glyph, Icon};
use crate::ui::context::AppContext;
use crate::ui::download::download;
use leptos::prelude::*;
use serde::Serialize;

/// A photo as it is exported.
#[derive(Debug, Clone, PartialEq, Serialize)]
struct Row {
    file: String,
    /// Cosine with what is looked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    cosine: Option<f32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    probability: Option<f32>,
}

/// All photos of the chosen label, also those beyond what is shown.
fn rows(app: AppContext, query: Query, sorting: Sorting) -> Vec<Row> {
    let (labels, of_photo) = (sorting.labels.get_untracked(), sorting.of_photo.get_untracked());
    let all = untrack(|| best(app, query, sorting, usize::MAX));
    app.requests.album.with_untracked(|album| {
        let row = |(photo, cosine): (usize, Option<f32>)| -> Option<Row> {
            let Photo { name, .. } = album.value.read().photos.get(photo)?.clone();
            let sorted = of_photo.get(photo);
            Some(Row {
                file: name,
                cosine,
                label: sorted.and_then(|(label, _)| labels.get(*label).cloned()),
                probability: sorted.map(|(_, probability)| *probability),
            })
        };
        all.into_iter().filter_map(row).collect()
    })
}

fn written(rows: &[Row]) -> String {
    let number = |value: Option<f32>| value.map(|value| value.to_string()).unwrap_or_default();
    let fields = |row: &Row| {
        let label = row.label.clone().unwrap_or_default();
        vec![row.file.clone(), number(row.cosine), label, number(row.probability)]
    };
    csv(&["file", "cosine", "label", "probability"].map(String::from), rows.iter().map(fields))
}

#[component]
pub fn Export(query: Query, sorting: Sorting, ranking: Ranking) -> impl IntoView {
    let app = AppContext::here();
    let is_empty = move || ranking.best.with(Vec::is_empty);
    let as_csv = move |_| download("album.csv", "text/csv", written(&rows(app, query, sorting)).as_bytes());
    let as_json = move |_| {
        let json = serde_json::to_vec_pretty(&rows(app, query, sorting)).expect("plain data serialises");
        download("album.json", "application/json", &json);
    };
    view! {
        <button type="button" class="button" disabled=is_empty on:click=as_csv><Glyph icon=Icon::Download />"CSV"</button>
        <button type="button" class="button" disabled=is_empty on:click=as_json><Glyph icon=Icon::Download />"JSON"</button>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_quotes_what_needs_it() {
        let row = Row { file: "a \"b\", c.jpg".into(), cosine: Some(0.25), label: None, probability: None };
        assert_eq!(written(&[row]), "file,cosine,label,probability\r\n\"a \"\"b\"\", c.jpg\",0.25,,\r\n");
        let label = Some("@cat".into());
        let row = Row { file: "=1+1.jpg".into(), cosine: Some(-0.25), label, probability: Some(0.5) };
        assert_eq!(written(&[row]), "file,cosine,label,probability\r\n\"'=1+1.jpg\",-0.25,\"'@cat\",0.5\r\n");
    }
}
