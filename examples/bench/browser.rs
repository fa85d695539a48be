//! What `benches/worker.mjs` calls.

use std::io;

use js_sys::Uint8Array;
use triptych::io::read_at::{Files, ReadAt};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::Tower;
use crate::search::{Found, Search};
use crate::training::Training;
use crate::writing::Writing;

#[wasm_bindgen]
extern "C" {
    /// Receives a panic's message, because the trap that follows carries none.
    #[wasm_bindgen(js_name = reportPanic)]
    fn report(message: &str);
}

pub(crate) fn report_panics() {
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

/// A captioning model and a text.
#[wasm_bindgen]
pub struct DecoderBench(Writing);

#[wasm_bindgen]
impl DecoderBench {
    /// From the bytes of `config.json` and `model.safetensors`, a picture `[1, 3, S, S]` and the tokens of the text; throws
    /// a message.
    pub async fn open(
        gpu: bool,
        config: Uint8Array,
        weights: Uint8Array,
        pixels: Vec<f32>,
        ids: Vec<u32>,
    ) -> Result<DecoderBench, String> {
        Writing::open(gpu, &Fetched { config, weights }, pixels, ids).await.map(DecoderBench)
    }

    /// Logits `[1, V]` of what follows the token at this place; throws a message.
    pub async fn after(&mut self, at: usize) -> Result<Vec<f32>, String> {
        Ok(self.0.after(at).await?.as_f32().to_vec())
    }
}

/// A model in training on the CPU.
#[wasm_bindgen]
pub struct Learner(Training);

#[wasm_bindgen]
impl Learner {
    /// From the bytes of `config.json` and `model.safetensors`, and pictures `[B, 3, S, S]`; throws a message.
    pub async fn open(
        config: Uint8Array,
        weights: Uint8Array,
        batch: usize,
        pixels: Vec<f32>,
    ) -> Result<Learner, String> {
        Training::open(&Fetched { config, weights }, batch, pixels).await.map(Learner)
    }

    /// The loss before the step, in nats; throws a message.
    pub async fn step(&mut self) -> Result<f32, String> {
        self.0.step().await
    }
}

/// Vectors to be searched.
#[wasm_bindgen]
pub struct Seeker {
    search: Search,
    found: Option<Found>,
}

#[wasm_bindgen]
impl Seeker {
    pub fn open() -> Seeker {
        Seeker { search: Search::new(), found: None }
    }

    pub fn find(&mut self) {
        self.found = Some(self.search.find());
    }

    /// Of what was found last, against a full scan.
    pub fn error(&self) -> f32 {
        self.found.as_ref().map_or(f32::NAN, |found| self.search.error(found))
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
