//! How far a visitor is in each lesson, kept in this browser.

use leptos::prelude::window;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

const KEY: &str = "lessons";

/// What a check said, and the figures that it looked at.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Checked {
    pub met: bool,
    pub figures: BTreeMap<String, f64>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// The step that was last open, from zero.
    pub step: usize,
    /// The furthest one.
    pub furthest: usize,
    /// Predictions by step: the place of a choice, or the number.
    pub predictions: BTreeMap<usize, f64>,
    pub checks: BTreeMap<usize, Checked>,
}

/// By the lesson's id.
pub type Records = BTreeMap<String, Record>;

/// What is kept; nothing where storage is denied or holds something else.
pub fn load() -> Records {
    let stored =
        window().local_storage().ok().flatten().and_then(|storage| storage.get_item(KEY).ok().flatten());
    stored.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default()
}

/// Without storage the records last as long as the page.
pub fn store(records: &Records) {
    if let (Ok(Some(storage)), Ok(text)) = (window().local_storage(), serde_json::to_string(records)) {
        let _ = storage.set_item(KEY, &text);
    }
}
