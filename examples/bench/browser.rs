//! What `benches/worker.mjs` calls.

use std::io;

use js_sys::Uint8Array;
use triptych::io::read_at::{Files, ReadAt};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::Tower;

#[wasm_bindgen]
extern "C" {
    /// Receives a panic's message, because the trap that follows carries none.
    #[wasm_bindgen(js_name = reportPanic)]
    fn report(message: &str);
}

pub fn report_panics() {
    std::panic::set_hook(Box::new(|panic| report(&panic.to_string())));
}

/// A loaded model.
#[wasm_bindgen]
pub struct Bench(Tower);

#[wasm_bindgen]
impl Bench {
    /// From the bytes of `config.json` and `model.safetensors`; throws a message.
    pub async fn open(gpu: bool, config: Uint8Array, weights: Uint8Array) -> Result<Bench, String> {
        Tower::open(gpu, &Fetched { config, weights }).await.map(Bench)
    }

    /// Unit vectors `[B, E]` of pictures `[B, 3, S, S]`; throws a message.
    pub async fn embed(&mut self, batch: usize, pixels: Vec<f32>) -> Result<Vec<f32>, String> {
        Ok(self.0.embed(batch, pixels).await?.as_f32().to_vec())
    }
}

struct Fetched {
    config: Uint8Array,
    weights: Uint8Array,
}

impl Files for Fetched {
    fn open(&self, name: &str) -> io::Result<Option<Box<dyn ReadAt>>> {
        let bytes = match name {
            "config.json" => &self.config,
            "model.safetensors" => &self.weights,
            _ => return Ok(None),
        };
        Ok(Some(Box::new(Bytes(bytes.clone()))))
    }
}

/// Bytes outside of our memory, as the session has them in the browser's storage: a model is not held twice.
struct Bytes(Uint8Array);

impl ReadAt for Bytes {
    fn size(&self) -> u64 {
        self.0.length().into()
    }

    fn read_at(&self, start: u64, bytes: &mut [u8]) -> io::Result<()> {
        let end = start + bytes.len() as u64;
        if end > self.size() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.0.subarray(start as u32, end as u32).copy_to(bytes);
        Ok(())
    }
}
