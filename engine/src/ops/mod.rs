//! Operations: formula, WGSL kernel, CPU twin, emitter, backward emitter and test cases of one op in one file.

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
#[cfg(not(target_arch = "wasm32"))]
mod gemm_native;
mod gemm_panels;
mod gemm_thin;
mod gemm_turned;
#[cfg(target_arch = "wasm32")]
mod gemm_wasm;
pub mod grad_norm;
pub mod info_nce;
pub mod l2_normalize;
pub mod layer_norm;
pub mod linear;
pub mod matmul;
mod mean_tokens;
pub mod packed;
pub mod panels;
pub mod permute;
pub mod place;
pub mod reduce;
pub mod registry;
pub mod scale;
pub mod slice;
pub mod softmax;
pub mod top_k;
mod unfold;

pub use case::Case;
