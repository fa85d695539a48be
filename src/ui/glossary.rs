//! The textbook's terms and the whitepaper's sections in short, fetched when one of them is first asked for.

use super::fetch;
use crate::js_error::js_error;
use crate::ui::memo::Memo;
use js_sys::{Array, JSON, Object, Reflect};
use leptos::oco::Oco;
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::sync::Arc;
use wasm_bindgen::JsValue;

/// Relative to the page's base: `terms` by their ids and `sections` by their numbers.
const URL: &str = "glossary.json";

/// What can be explained.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Topic {
    /// A term by its id.
    Term(Oco<'static, str>),
    /// Sections as a line names them: `11–12, contrastive learning and retrieval`.
    Sections(Oco<'static, str>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The id of a term, the number of a section.
    pub key: String,
    pub name: String,
    pub text: String,
    /// Where the whitepaper has a term; empty for a section.
    pub section: String,
}

#[derive(Debug, PartialEq, Eq)]
pub struct Entries {
    /// In the order of the alphabet.
    pub terms: Vec<Entry>,
    pub sections: Vec<Entry>,
}

impl Entries {
    fn read(json: &str) -> Result<Entries, String> {
        let root = JSON::parse(json).map_err(|error| js_error(&error))?;
        let mut terms = entries(&root, "terms", "term");
        terms.sort_by_cached_key(|entry| entry.name.to_lowercase());
        Ok(Entries { terms, sections: entries(&root, "sections", "title") })
    }

    pub fn term(&self, id: &str) -> Option<&Entry> {
        self.terms.iter().find(|entry| entry.key == id)
    }

    pub fn section(&self, number: &str) -> Option<&Entry> {
        self.sections.iter().find(|entry| entry.key == number)
    }
}

/// The fields of an object that are objects themselves. A test holds the file to what is read here.
fn entries(root: &JsValue, group: &str, name: &str) -> Vec<Entry> {
    let group = Reflect::get(root, &group.into()).unwrap_or_default();
    let Some(group) = Object::try_from(&group) else { return Vec::new() };
    let read = |pair: JsValue| {
        let pair = Array::from(&pair);
        let text = |key: &str| Reflect::get(&pair.get(1), &key.into()).ok()?.as_string();
        Some(Entry {
            key: pair.get(0).as_string()?,
            name: text(name)?,
            text: text("text")?,
            section: text("section").unwrap_or_default(),
        })
    };
    Object::entries(group).iter().filter_map(read).collect()
}

/// The numbers of the sections that a line names. A range stands for all that it spans.
pub fn numbers(line: &str) -> Vec<String> {
    let words = line.split([' ', ',']).filter(|word| word.starts_with(|first: char| first.is_ascii_digit()));
    let span = |word: &str| match word.split_once('–').map(|(from, to)| (from.parse(), to.parse())) {
        Some((Ok(from), Ok(to))) => (from..=to).map(|number: u32| number.to_string()).collect(),
        _ => vec![word.to_string()],
    };
    words.flat_map(span).collect()
}

/// What is explained now, and the entries once they are here.
#[derive(Clone, Copy)]
pub struct Glossary {
    pub topic: RwSignal<Option<Topic>>,
    fetched: RwSignal<Option<Result<Arc<Entries>, String>>>,
    pub entries: Memo<Option<Result<Arc<Entries>, String>>>,
}

impl Glossary {
    pub fn new() -> Self {
        let fetched = RwSignal::new(None);
        Glossary { topic: RwSignal::new(None), fetched, entries: Memo::from(fetched) }
    }

    pub fn here() -> Self {
        expect_context()
    }

    /// Explains a topic.
    pub fn open(self, topic: Topic) {
        self.load();
        self.topic.set(Some(topic));
    }

    /// Fetches the entries, unless they are here.
    pub fn load(self) {
        if !self.fetched.with_untracked(|fetched| matches!(fetched, Some(Ok(_)))) {
            spawn_local(async move {
                let read = fetch::text(URL).await.and_then(|json| Entries::read(&json));
                self.fetched.set(Some(read.map(Arc::new)));
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;
    use std::fs;
    use std::path::Path;

    fn json() -> Value {
        serde_json::from_str(include_str!("../../public/glossary.json")).unwrap()
    }

    /// What stands in the page's sources between `before` and the next quotation mark.
    fn used(folder: &Path, before: &str, found: &mut Vec<String>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                used(&path, before, found);
            } else {
                let source = fs::read_to_string(&path).unwrap();
                // Tests name sections too.
                let source = source.split("mod tests {").next().unwrap();
                let ends = source.split(before).skip(1).filter_map(|rest| rest.split('"').next());
                found.extend(ends.map(String::from));
            }
        }
    }

    fn everywhere(before: &str) -> Vec<String> {
        let mut found = Vec::new();
        used(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/ui"), before, &mut found);
        found
    }

    #[test]
    fn every_entry_is_whole() {
        let json = json();
        let sections = json["sections"].as_object().unwrap();
        let is_text =
            |entry: &Value, key: &str| entry[key].as_str().is_some_and(|text| !text.trim().is_empty());
        for (number, entry) in sections {
            assert!(is_text(entry, "title") && is_text(entry, "text"), "section {number}");
        }
        for (id, entry) in json["terms"].as_object().unwrap() {
            assert!(is_text(entry, "term") && is_text(entry, "text"), "term {id}");
            assert!(sections.contains_key(entry["section"].as_str().unwrap()), "the section of {id}");
        }
    }

    #[test]
    fn every_term_and_section_of_the_page_is_explained() {
        let json = json();
        let terms = [everywhere("<Term id=\""), everywhere(" term=\"")].concat();
        let unknown: Vec<_> = terms.iter().filter(|id| json["terms"].get(id.as_str()).is_none()).collect();
        assert!(!terms.is_empty() && unknown.is_empty(), "of {} terms: {unknown:?}", terms.len());
        // Some rooms choose among several: whatever is quoted and begins as such a line does.
        let is_line = |quoted: &String| {
            quoted.split_once(", ").is_some_and(|(number, title)| {
                let is_number =
                    !number.is_empty() && number.chars().all(|c| c.is_ascii_digit() || ".–".contains(c));
                is_number && title.starts_with(|first: char| first.is_ascii_lowercase())
            })
        };
        let lines: Vec<_> = everywhere("\"").into_iter().filter(is_line).collect();
        assert!(lines.len() > 10, "{lines:?}");
        for line in lines {
            let numbers = numbers(&line);
            assert!(!numbers.is_empty(), "{line}");
            assert!(numbers.iter().all(|number| json["sections"].get(number).is_some()), "{line}");
        }
    }

    #[test]
    fn sections_are_named_by_number_and_range() {
        assert_eq!(numbers("11.1, the contrastive objective"), ["11.1"]);
        assert_eq!(numbers("15, vision-language models, and 27, failure modes"), ["15", "27"]);
        assert_eq!(numbers("11–13, contrastive learning"), ["11", "12", "13"]);
    }
}
