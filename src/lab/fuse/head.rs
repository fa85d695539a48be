//! What the networks of all contestants end in. `B` samples, `K` features.

use super::task::CLASSES;
use crate::nn::linear;
use crate::ops::activation::Activation;
use crate::plan::{PlanBuilder, SlotId};

/// Width `D` of the features of both modalities.
pub const WIDTH: usize = 32;

/// Two layers to the logits: `[B, K]` to `[B, 2]`.
pub(super) fn head(b: &mut PlanBuilder, name: &str, x: SlotId, hidden: usize) -> SlotId {
    b.scope(name, |b| {
        let x = linear(b, "fc1", x, hidden, Some(Activation::Gelu));
        linear(b, "fc2", x, CLASSES, None)
    })
}
