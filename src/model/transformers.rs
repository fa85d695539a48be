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

/// Checks that every size is positive, by the names they have in the file.
pub(super) fn positive(part: &str, sizes: &[(&str, usize)]) -> Result<(), ConfigError> {
    match sizes.iter().find(|(_, size)| *size == 0) {
        Some((name, _)) => Err(ConfigError::Size(format!("{part}.{name} is 0, expected a positive number"))),
        None => Ok(()),
    }
}

/// Checks that the heads share the width evenly.
pub(super) fn divides(part: &str, heads: usize, width: usize) -> Result<(), ConfigError> {
    positive(part, &[("num_attention_heads", heads), ("hidden_size", width)])?;
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
    match (1..=side).contains(&patch) {
        true => Ok(()),
        false => Err(ConfigError::Size(format!(
            "vision_config.patch_size is {patch}, expected 1 to image_size {side}"
        ))),
    }
}
