//! Sizes of a network, as in the metadata of its file.

use serde::{Deserialize, Serialize};

use crate::model::config_error::ConfigError;

/// Heads of the attention, of which the width is a multiple.
pub(super) const HEADS: usize = 4;

/// Width of the network of [`Task::Events`], whose states that of [`Task::Sync`] reads.
pub(super) const EVENTS_WIDTH: usize = 96;

/// What the sizes of such a network name themselves.
pub const MODEL_TYPE: &str = "triptych-audiovisual";

#[derive(
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    Debug,
    Serialize,
    Deserialize,
    strum::IntoStaticStr,
    strum::Display,
    strum::EnumString,
    strum::VariantArray,
)]
#[strum(const_into_str, serialize_all = "lowercase")]
#[serde(rename_all = "lowercase")]
pub enum Task {
    /// Where in a frame what is heard is.
    Source,
    /// By how many frames sound and video are apart.
    Sync,
    /// When, and of which objects, the hits of a silent video are.
    Events,
    /// The sound of what a picture shows, out of a mixture.
    Separation,
    /// The picture of a vector of any modality.
    Reconstruction,
}

impl Task {
    pub const fn word(self) -> &'static str {
        self.into_str()
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Tells a file of such a network from others.
    pub model_type: String,
    pub task: Task,
    /// `D`.
    pub width: usize,
}

impl Config {
    /// The shipped network of a task.
    pub fn playroom(task: Task) -> Self {
        let width = match task {
            Task::Source => 128,
            Task::Sync => 64,
            Task::Events => EVENTS_WIDTH,
            Task::Separation => 160,
            Task::Reconstruction => 96,
        };
        Config { model_type: MODEL_TYPE.to_string(), task, width }
    }

    /// Checks sizes that come from a file.
    pub fn check(&self) -> Result<(), ConfigError> {
        if self.model_type != MODEL_TYPE {
            let found = &self.model_type;
            return Err(ConfigError::Size(format!("model_type is {found:?}, expected {MODEL_TYPE:?}")));
        }
        let (width, heads) = (self.width, HEADS);
        if !(heads..=1 << 12).contains(&width) || !width.is_multiple_of(heads) {
            return Err(ConfigError::Size(format!(
                "width is {width}, expected a multiple of {heads} up to 4096"
            )));
        }
        if self.task == Task::Events && width != EVENTS_WIDTH {
            return Err(ConfigError::Size(format!(
                "width is {width}, expected {EVENTS_WIDTH}, which the network for sync reads"
            )));
        }
        Ok(())
    }
}
