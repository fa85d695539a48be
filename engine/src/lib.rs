#![doc = include_str!("../README.md")]
#![warn(missing_docs)]

pub mod check;
pub mod device;
mod dispatch;
pub mod dot;
pub mod fft;
pub mod kernel;
pub mod layout;
pub mod limits;
pub mod ops;
pub mod order;
pub mod pca;
pub mod pixels;
pub mod plan;
pub mod precision;
pub mod rng;
pub mod search;
pub mod softmax;
pub mod tensor;
