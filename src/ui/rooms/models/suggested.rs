//! Checkpoints that are known to run here, as `models.json` beside the page lists them: whoever hosts the page may list others.

use crate::limits;
use crate::session::library::CheckpointId;
use crate::ui::context::AppContext;
use crate::ui::fetch;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::Deserialize;
use serde_json::Value;

/// Relative to the page's base.
const URL: &str = "models.json";
/// Models of a list.
const MOST: usize = 50;
/// Letters of a text.
const LONGEST: usize = 200;

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Suggestion {
    title: String,
    /// `owner/name`, an address, or `./` and a path below the page.
    model: String,
    does: String,
    /// Of the download; the server tells the figure itself before anything comes.
    megabytes: u32,
    licence: String,
    /// What it reaches without training for the task, and the address of who says so.
    zero_shot: Option<String>,
    source: Option<String>,
}

/// What is suggested, and why some of the list is not.
#[derive(Debug, Clone, PartialEq, Default)]
struct Suggestions {
    models: Vec<Suggestion>,
    left_out: Vec<String>,
}

#[derive(Deserialize)]
struct Listed {
    models: Vec<Value>,
}

impl Suggestions {
    /// Reads a list that lies at `base`, an address with a slash at its end.
    fn read(json: &str, base: &str) -> Result<Self, String> {
        limits::small_file("models.json", json.len() as u64).map_err(|error| error.to_string())?;
        let listed: Listed = serde_json::from_str(json).map_err(|error| error.to_string())?;
        if listed.models.len() > MOST {
            return Err(format!("{} models; at most {MOST} are listed", listed.models.len()));
        }
        let mut all = Suggestions::default();
        for (at, value) in listed.models.into_iter().enumerate() {
            match Suggestion::read(value, base) {
                Ok(model) => all.models.push(model),
                Err(reason) => all.left_out.push(format!("model {}: {reason}", at + 1)),
            }
        }
        Ok(all)
    }
}

impl Suggestion {
    fn read(value: Value, base: &str) -> Result<Self, String> {
        let mut model: Suggestion = serde_json::from_value(value).map_err(|error| error.to_string())?;
        let texts = [&model.title, &model.model, &model.does, &model.licence];
        let longest =
            texts.into_iter().chain(&model.zero_shot).chain(&model.source).map(|text| text.chars().count());
        if longest.max() > Some(LONGEST) {
            return Err(format!("a text of more than {LONGEST} letters"));
        }
        if let Some(path) = model.model.strip_prefix("./") {
            model.model = format!("{base}{path}");
        }
        if CheckpointId::parse(&model.model).is_none() {
            return Err(format!("\"{}\" is no name or address of a model", model.model));
        }
        match (&model.zero_shot, &model.source) {
            (None, None) => Ok(model),
            (Some(_), Some(source)) if source.starts_with("https://") => Ok(model),
            _ => Err("zero_shot needs a source that begins with https://".to_string()),
        }
    }
}

/// A table of them; choosing one asks its server what it is.
#[component]
pub fn Suggested(name: RwSignal<String>) -> impl IntoView {
    let suggestions = RwSignal::new(None);
    spawn_local(async move {
        let base = document().base_uri().ok().flatten().unwrap_or_default();
        let read = fetch::text(URL).await.and_then(|json| Suggestions::read(&json, &base));
        suggestions.try_set(Some(read));
    });
    move || match suggestions.get() {
        None => {
            view! { <p class="quiet" role="status">"Fetching the list of suggested models…"</p> }.into_any()
        }
        Some(Ok(all)) => view! { <Table all name /> }.into_any(),
        Some(Err(reason)) => view! {
            <div class="failure" role="alert"><p>"The list of suggested models could not be read."</p>
                <details><summary>"Details"</summary><code>{format!("{URL}: {reason}")}</code></details></div>
        }
        .into_any(),
    }
}

#[component]
fn Table(all: Suggestions, name: RwSignal<String>) -> impl IntoView {
    let app = AppContext::here();
    let row = move |model: Suggestion| {
        let label = format!("Details of {}", model.title);
        let address = model.model.clone();
        let look = move |_| {
            name.set(address.clone());
            app.request_offer(&address, false);
        };
        let figure = model.zero_shot.zip(model.source).map(|(figure, source)| {
            view! { {figure} ", " <a href=source rel="noopener noreferrer" target="_blank">"source"</a> }
        });
        view! {
            <tr>
                <th scope="row">{model.title}<span class="small quiet whole">{model.model}</span></th>
                <td>{model.does}</td>
                <td class="figure">{format!("about {} MB", model.megabytes)}</td>
                <td>{model.licence}</td>
                <td>{figure}</td>
                <td><button type="button" class="button" aria-label=label on:click=look>"Details"</button></td>
            </tr>
        }
    };
    let left_out = (!all.left_out.is_empty()).then(|| {
        let sentence = format!("Left out of {URL}: {}.", all.left_out.join("; "));
        view! { <p class="small failure">{sentence}</p> }
    });
    view! {
        <div class="wide-table">
            <table class="numbers models">
                <caption>"Tested models"</caption>
                <thead><tr><th scope="col">"Model"</th><th scope="col">"Does"</th><th scope="col" class="figure">"Download"</th>
                    <th scope="col">"Licence"</th><th scope="col">"Zero-shot"</th><td></td></tr></thead>
                <tbody>{all.models.into_iter().map(row).collect_view()}</tbody>
            </table>
        </div>
        {left_out}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: &str = "https://school.example/lab/";

    fn one(change: &str) -> Result<Suggestions, String> {
        let model = r#"{"title":"a","model":"b/c","does":"finds","megabytes":3,"licence":"MIT"}"#;
        Suggestions::read(&format!("{{\"models\":[{model},{change}]}}"), BASE)
    }

    #[test]
    fn the_list_of_this_page_is_good_and_leads_with_a_model_that_is_small_and_able() {
        let all = Suggestions::read(include_str!("../../../../public/models.json"), BASE).unwrap();
        assert_eq!(all.left_out, [""; 0]);
        assert!(all.models[0].model.contains("TinyCLIP-ViT-39M-16"));
        assert_eq!(all.models[0].zero_shot.as_deref(), Some("63.5 % of ImageNet"));
    }

    #[test]
    fn a_folder_beside_the_page_may_be_suggested() {
        let own = r#"{"title":"d","model":"./models/d/","does":"finds","megabytes":85,"licence":"MIT"}"#;
        let all = one(own).unwrap();
        assert_eq!(all.models[1].model, "https://school.example/lab/models/d/");
        assert_eq!(all.left_out, [""; 0]);
    }

    #[test]
    fn what_is_wrong_in_a_list_is_left_out_and_named() {
        for (wrong, reason) in [
            (r#"{"title":"d"}"#.to_string(), "missing field `model`"),
            (r#"{"title":"d","model":"http://x.org/a","does":"","megabytes":1,"licence":""}"#.into(), "no name or address"),
            (r#"{"title":"d","model":"b/d","does":"","megabytes":-1,"licence":""}"#.into(), "invalid value"),
            (
                r#"{"title":"d","model":"b/d","does":"","megabytes":1,"licence":"","zero_shot":"9","source":"javascript:0"}"#.into(),
                "needs a source",
            ),
            (format!(r#"{{"title":"{}","model":"b/d","does":"","megabytes":1,"licence":""}}"#, "x".repeat(201)), "200 letters"),
        ] {
            let all = one(&wrong).unwrap();
            assert_eq!(all.models.len(), 1, "{wrong}");
            assert!(all.left_out[0].starts_with("model 2: ") && all.left_out[0].contains(reason), "{:?}", all.left_out);
        }
        assert!(one("7,").is_err());
        assert!(Suggestions::read("<!doctype html>", BASE).is_err());
        let many = vec!["1"; MOST + 1].join(",");
        assert!(Suggestions::read(&format!("{{\"models\":[{many}]}}"), BASE).is_err());
    }
}
