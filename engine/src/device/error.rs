//! What can go wrong on a device through no fault of the code.

use crate::limits::LimitError;
use crate::tensor::Shape;

#[derive(Debug, Clone, thiserror::Error)]
pub enum DeviceError {
    #[error("no WebGPU adapter: {0}")]
    NoAdapter(String),
    #[error("the device was lost: {0}")]
    Lost(String),
    #[error("the GPU refused the work: {0}")]
    Gpu(String),
    #[error("`{name}` is missing from the weights")]
    Missing { name: String },
    #[error("`{name}` has shape {found}, expected {expected}")]
    Misshapen { name: String, expected: Shape, found: Shape },
    #[error("`{name}` needs a buffer of {bytes} bytes; this device allows {limit}")]
    TooLarge { name: String, bytes: u64, limit: u64 },
    #[error(transparent)]
    Memory(#[from] LimitError),
    #[error("`{name}` needs {bytes} bytes of memory, which are not there")]
    Exhausted { name: String, bytes: u128 },
    #[error(
        "`{name}` holds {found} at element {index}, expected finite numbers; first they are not in `{first}`, of {kernel}"
    )]
    NotFinite { name: String, index: usize, found: f32, first: String, kernel: &'static str },
}
