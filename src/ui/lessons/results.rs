//! A student's results as a file that a teacher reads. Files come from outside: what is wrong with one is told, never taken over.

use super::format::MOST_STEPS;
use super::record::Records;
use crate::ui::view::LessonPlace;
use serde::{Deserialize, Serialize};
use serde_json::Value;

const KIND: &str = "triptych-results";
const VERSION: u64 = 1;

/// Bytes of a file: those of thirty finished lessons are below 64 kB.
const MAX_BYTES: u64 = 256_000;
/// Letters of a name.
pub const MAX_NAME: usize = 60;
const MAX_LESSONS: usize = 200;
/// Figures of one check.
const MAX_FIGURES: usize = 50;

/// What a student has done, and a name only if one was typed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Results {
    kind: String,
    version: u64,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    pub lessons: Records,
}

/// Why a file is left out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error("it is larger than {} kB", MAX_BYTES / 1000)]
    Large,
    #[error("it is no JSON")]
    NoJson,
    #[error("it is not a file of “Export my results”")]
    Foreign,
    #[error("it is of format {0}, and this page reads format {VERSION}: load the page again")]
    Version(u64),
    #[error("its content is damaged: {0}")]
    Damaged(String),
    #[error("the same results of {0} were read before")]
    Twice(String),
    #[error("{0} files were read, which is the most")]
    Many(usize),
    #[error("the browser could not read it")]
    Unreadable,
}

/// Whether a file of so many bytes is read at all.
pub fn check_size(bytes: u64) -> Result<(), Refused> {
    if bytes > MAX_BYTES { Err(Refused::Large) } else { Ok(()) }
}

impl Results {
    pub fn new(name: &str, lessons: Records) -> Self {
        let name = name.trim().chars().take(MAX_NAME).collect();
        Results { kind: KIND.into(), version: VERSION, name, lessons }
    }

    pub fn to_json(&self) -> Vec<u8> {
        serde_json::to_vec_pretty(self).expect("plain data serialises")
    }

    pub fn read(bytes: &[u8]) -> Result<Results, Refused> {
        check_size(bytes.len() as u64)?;
        let value: Value = serde_json::from_slice(bytes).map_err(|_| Refused::NoJson)?;
        if value["kind"] != KIND {
            return Err(Refused::Foreign);
        }
        match value["version"].as_u64() {
            Some(VERSION) => {}
            Some(other) => return Err(Refused::Version(other)),
            None => return Err(Refused::Damaged("no version".into())),
        }
        let results = Results::deserialize(value).map_err(|error| Refused::Damaged(error.to_string()))?;
        results.check().map_err(|what| Refused::Damaged(what.into()))?;
        Ok(results)
    }

    fn check(&self) -> Result<(), &'static str> {
        if self.name.chars().count() > MAX_NAME {
            return Err("a name that is too long");
        }
        if self.lessons.len() > MAX_LESSONS {
            return Err("too many lessons");
        }
        for (id, record) in &self.lessons {
            if format!("{id}.1").parse::<LessonPlace>().is_err() {
                return Err("a lesson whose name is none");
            }
            if record.predictions.keys().chain(record.checks.keys()).any(|step| *step >= MOST_STEPS) {
                return Err("a step that no lesson has");
            }
            if record.checks.values().any(|checked| checked.figures.len() > MAX_FIGURES) {
                return Err("too many figures in one step");
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
