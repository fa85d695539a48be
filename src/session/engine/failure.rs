//! What went wrong, in sentences for the visitor.

use crate::device::DeviceError;
use crate::session::protocol::{Failure, Recovery};

/// Another input is needed.
pub(super) fn unusable(sentence: &str, detail: String) -> Failure {
    Failure { sentence: sentence.to_string(), detail, recovery: Recovery::ChangeInput }
}

impl From<DeviceError> for Failure {
    fn from(error: DeviceError) -> Self {
        let (sentence, recovery) = match &error {
            DeviceError::Lost(_) => ("The graphics device was lost; the CPU can go on.", Recovery::UseCpu),
            DeviceError::NoAdapter(_) => {
                ("This browser offers no WebGPU; the CPU can compute.", Recovery::UseCpu)
            }
            DeviceError::Gpu(_) => {
                ("The graphics device refused the work; the CPU can go on.", Recovery::UseCpu)
            }
            DeviceError::TooLarge { .. } => ("This is too large for the graphics device.", Recovery::UseCpu),
            DeviceError::Memory(_) | DeviceError::Exhausted { .. } => {
                ("This takes more memory than there is.", Recovery::ChangeInput)
            }
            DeviceError::NotFinite { .. } => {
                ("The model computes no finite numbers: its weights are damaged.", Recovery::ChangeInput)
            }
            DeviceError::Missing { .. } | DeviceError::ShapeMismatch { .. } => {
                ("The weights do not belong to this model.", Recovery::Reload)
            }
        };
        Failure { sentence: sentence.to_string(), detail: error.to_string(), recovery }
    }
}
