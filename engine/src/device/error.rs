//! What can go wrong on a device through no fault of the code.

use crate::limits::LimitError;
use crate::tensor::Shape;

/// Why a device does not do what it was asked for, in words for users. Wrong names and shapes of inputs are bugs and panic.
#[derive(Debug, Clone, thiserror::Error)]
pub enum DeviceError {
    /// Holds the reason; also of an adapter that does not grant WebGPU's default limits.
    #[error("no WebGPU adapter: {0}")]
    NoAdapter(String),
    /// Unplugged, reset or closed; every later call returns this again.
    #[error("the device was lost: {0}")]
    Lost(String),
    /// Validation failed, or its memory is full.
    #[error("the GPU refused the work: {0}")]
    Gpu(String),
    /// A stored slot was never written.
    #[error("`{name}` is missing from the weights")]
    Missing {
        /// Of the slot.
        name: String,
    },
    /// A stored tensor has another shape than the slot of that name.
    #[error("`{name}` has shape {found}, expected {expected}")]
    ShapeMismatch {
        /// Of the slot.
        name: String,
        /// By the plan.
        expected: Shape,
        /// On the device.
        found: Shape,
    },
    /// Beyond `maxBufferSize` or `maxStorageBufferBindingSize`.
    #[error("`{name}` needs a buffer of {bytes} bytes; this device allows {limit}")]
    TooLarge {
        /// Of the slot.
        name: String,
        /// That it needs.
        bytes: u64,
        /// In bytes.
        limit: u64,
    },
    /// A plan larger than the memory of the machine.
    #[error(transparent)]
    Memory(#[from] LimitError),
    /// The allocator has no room.
    #[error("could not allocate {bytes} bytes for `{name}`")]
    Exhausted {
        /// Of the slot.
        name: String,
        /// That it needs.
        bytes: u128,
    },
    /// A result holds NaN or an infinity, as after a loss that diverged.
    #[error(
        "`{name}` holds {found} at element {index}, expected finite numbers; first they are not in `{first}`, of {kernel}"
    )]
    NotFinite {
        /// Of the slot that was read.
        name: String,
        /// Of the first such element.
        index: usize,
        /// That element.
        found: f32,
        /// The slot that was first written with such a number.
        first: String,
        /// The one that wrote it.
        kernel: &'static str,
    },
}
