//! What computes, as a package of its own: in the page it alone is compiled for speed. `lib.rs` shows its modules as
//! the package's own.

pub mod check;
pub mod device;
pub mod dot;
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
