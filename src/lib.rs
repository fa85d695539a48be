//! Triptych: a laboratory of multimodal learning, from the shader to the page.
//!
//! Layers, each importing only those before it (`tests/layering.rs` holds them to it):
//! `precision`, `tensor`, `layout`, `kernel`, `plan`, `ops`, `nn`, `model`, `train`, `lab`, `session`, `ui` and `worker`;
//! `device` sits on `plan`, `io` on `tensor` and `world`, `world` on `order`, `search` on it and on `dot`, and `check` holds `ops` and `device`
//! to each other.

#[cfg(feature = "cli")]
pub mod cli;
pub mod eval;
pub mod infer;
pub mod io;
#[cfg(any(target_arch = "wasm32", feature = "ui"))]
pub mod js_error;
pub mod lab;
pub mod model;
pub mod nn;
pub mod session;
pub mod train;
#[cfg(feature = "ui")]
#[allow(unreachable_pub, reason = "what Leptos makes of a component is as public as its function")]
pub mod ui;
pub mod viz;
#[cfg(all(feature = "ui", target_arch = "wasm32"))]
pub mod worker;
pub mod world;

pub use triptych_engine::{
    check, device, dot, fft, kernel, layout, limits, ops, order, pca, pixels, plan, precision, rng, search,
    softmax, tensor,
};
