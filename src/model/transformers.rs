//! What the `config.json` files of Hugging Face's transformers have in common: names of activations, and rules that
//! sizes must obey.

use serde::{Deserialize, Deserializer};

use super::architecture::ConfigError;
use crate::ops::activation::Activation;

/// An activation by the name it has in `hidden_act`.
pub(super) fn activation<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Activation, D::Error> {
    let name = String::deserialize(deserializer)?;
    match name.as_str() {
        "gelu" => Ok(Activation::Gelu),
        "gelu_pytorch_tanh" | "gelu_new" => Ok(Activation::GeluTanh),
        "quick_gelu" => Ok(Activation::QuickGelu),
        "relu" => Ok(Activation::Relu),
        "silu" | "swish" => Ok(Activation::Silu),
        _ => Err(serde::de::Error::custom(format!(
            "`hidden_act` is `{name}`, expected gelu, gelu_pytorch_tanh, gelu_new, quick_gelu, relu or silu"
        ))),
    }
}

/// Largest size and depth that are taken for a model's and not for a damaged file's.
const MAX_SIZE: usize = 1 << 20;
const MAX_DEPTH: usize = 1024;

/// Checks that every size is positive and plausible, by the names they have in the file.
pub(super) fn sizes(part: &str, sizes: &[(&str, usize)]) -> Result<(), ConfigError> {
    match sizes.iter().find(|(_, size)| !(1..=MAX_SIZE).contains(size)) {
        Some((name, size)) => {
            Err(ConfigError::Size(format!("{part}.{name} is {size}, expected 1 to {MAX_SIZE}")))
        }
        None => Ok(()),
    }
}

/// Checks the depth of a tower, and that its heads share its width evenly.
pub(super) fn tower(part: &str, depth: usize, heads: usize, width: usize) -> Result<(), ConfigError> {
    sizes(part, &[("num_attention_heads", heads), ("hidden_size", width)])?;
    if !(1..=MAX_DEPTH).contains(&depth) {
        let found = format!("{part}.num_hidden_layers is {depth}, expected 1 to {MAX_DEPTH}");
        return Err(ConfigError::Size(found));
    }
    match width.is_multiple_of(heads) {
        true => Ok(()),
        false => Err(ConfigError::Size(format!(
            "{part}.num_attention_heads is {heads}, expected a divisor of hidden_size {width}"
        ))),
    }
}

/// Checks that a picture has RGB channels and at least one patch on a side.
pub(super) fn picture(side: usize, patch: usize, channels: usize) -> Result<(), ConfigError> {
    if channels != 3 {
        return Err(ConfigError::Size(format!("vision_config.num_channels is {channels}, expected 3")));
    }
    sizes("vision_config", &[("image_size", side)])?;
    match (1..=side).contains(&patch) {
        true => Ok(()),
        false => Err(ConfigError::Size(format!(
            "vision_config.patch_size is {patch}, expected 1 to image_size {side}"
        ))),
    }
}
