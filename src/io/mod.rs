//! What comes from outside and goes back: weights, tokenizers, pictures, sounds, tables.

#![warn(clippy::cast_possible_truncation, clippy::unwrap_used)]

#[cfg(not(target_arch = "wasm32"))]
pub mod apng;
#[cfg(not(target_arch = "wasm32"))]
pub mod bpe;
#[cfg(any(not(target_arch = "wasm32"), feature = "tokenizer"))]
mod catch_panic;
#[cfg(not(target_arch = "wasm32"))]
pub mod file;
#[cfg(not(target_arch = "wasm32"))]
pub mod file_lock;
pub mod hub;
#[cfg(not(target_arch = "wasm32"))]
pub mod image;
pub mod memory;
pub mod picture;
mod placeholder;
pub mod preprocess;
pub mod read_at;
pub mod safetensors;
pub mod table_csv;
pub mod tokenizer;
pub mod wav;
pub mod weights;
