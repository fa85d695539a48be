//! Operations: formula, WGSL kernel, CPU twin, emitter, backward emitter and test cases of one op in one file.
//!
//! The functions that take a [`PlanBuilder`](crate::plan::PlanBuilder) are the emitters: they check shapes, allocate the result,
//! push the steps that compute it and, in a plan for training, record how its gradient is pushed back. Wrong shapes are bugs of
//! the model's code and panic. The statics are the kernels.

pub mod activation;
pub mod adamw;
pub mod attention;
mod axes;
pub mod binary;
pub mod case;
pub mod concat;
pub mod conv2d;
pub mod cross_entropy;
pub mod dropout;
pub mod embedding;
mod fast_math;
pub mod gemm;
pub mod grad_norm;
pub mod info_nce;
pub mod l2_normalize;
pub mod layer_norm;
pub mod log_mel;
mod mean_tokens;
pub mod permute;
pub mod reduce;
pub mod registry;
pub mod scale;
pub mod scatter_rows;
pub mod slice;
pub mod softmax;
pub mod top_k;
mod unfold;

pub use case::Case;
#[doc(inline)]
pub use gemm::{linear, matmul};
use gemm::{packed, panels};
