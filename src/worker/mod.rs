//! The engine's host in a Web Worker: bytes in, bytes out, and a break after every piece of work, so that newer
//! requests are heard.

mod directory;
mod inbox;
mod locks;
mod network;
mod picture;
mod scope;

use wasm_bindgen::JsCast;
use web_sys::DedicatedWorkerGlobalScope;

pub use inbox::listen;

/// The worker in which this program runs; none in the page.
pub fn here() -> Option<DedicatedWorkerGlobalScope> {
    js_sys::global().dyn_into().ok()
}
