//! How much is downloaded, from what the build measured.

use crate::ui::components::wide_table::WideTable;
use crate::ui::{fetch, format};
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::Deserialize;

/// Written by `e2e/complete.mjs`.
const URL: &str = "downloads.json";
/// Computers of a class.
const CLASS: u64 = 30;
/// What they share, in bits a second.
const WIFI: f64 = 20e6;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Group {
    Page,
    Modalities,
    Tokenizers,
}

impl Group {
    const fn words(self) -> &'static str {
        match self {
            Group::Page => "The page with its model, at the first visit",
            Group::Modalities => {
                "Encoders of other modalities and networks of tasks, each when it is first used; all of them"
            }
            Group::Tokenizers => "The tokenizers of published models, when the first is used",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Download {
    group: Group,
    bytes: u64,
    /// As a server sends them that compresses.
    gzip: u64,
}

impl Download {
    /// Seconds until a class has it that shares one Wi-Fi.
    fn seconds(&self) -> f64 {
        (CLASS * self.gzip * 8) as f64 / WIFI
    }
}

#[component]
pub fn Downloads() -> impl IntoView {
    let fetched = RwSignal::new(None);
    spawn_local(async move {
        let text = fetch::text(URL).await;
        let read = text
            .and_then(|text| serde_json::from_str::<Vec<Download>>(&text).map_err(|error| error.to_string()));
        // The visitor may have left.
        fetched.try_set(Some(read));
    });
    let row = |download: Download| {
        view! {
            <tr>
                <th scope="row">{download.group.words()}</th>
                <td>{format::memory(download.gzip)}</td>
                <td>{format::memory(download.bytes)}</td>
                <td>{format::memory(CLASS * download.gzip)}</td>
                <td>{format::duration(download.seconds())}</td>
            </tr>
        }
    };
    let table = move || {
        match fetched.get() {
        None => view! { <p class="quiet" role="status">"Loading the sizes"</p> }.into_any(),
        Some(Err(reason)) => view! {
            <p class="failure" role="alert">"The sizes could not be loaded."</p>
            <details class="small"><summary>"Technical details"</summary><code>{reason}</code></details>
        }
        .into_any(),
        Some(Ok(all)) => view! {
            <WideTable label="Sizes of the downloads">
                <table class="numbers">
                    <caption>"Measured when this page was built. Compressed is what a server sends that compresses files, as most do."</caption>
                    <thead><tr>
                        <th scope="col">"What, and when"</th><th scope="col">"Compressed"</th><th scope="col">"Not compressed"</th>
                        <th scope="col">{format!("{CLASS} computers")}</th><th scope="col">{format!("Time for all of them at {} Mbit/s", WIFI / 1e6)}</th>
                    </tr></thead>
                    <tbody>{all.into_iter().map(row).collect_view()}</tbody>
                </table>
            </WideTable>
        }
        .into_any(),
    }
    };
    view! {
        <h2>"How much is downloaded"</h2>
        {table}
        <p class="prose">"Each file is downloaded once and then kept by the browser. Published models come on top, if you use them: their sizes are in the room
            Models."</p>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_class_shares_its_connection() {
        let page = Download { group: Group::Page, bytes: 10_000_000, gzip: 5_000_000 };
        assert_eq!(page.seconds(), 60.0);
        let json = r#"[{ "group": "page", "bytes": 10000000, "gzip": 5000000 }]"#;
        assert_eq!(serde_json::from_str::<Vec<Download>>(json).unwrap(), [page]);
    }
}
