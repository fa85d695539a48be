//! The `tokenizers` library in a wasm module of its own (`src/bin/tokenizer.rs`): most visits need none of it.

use std::cell::OnceCell;

use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};

use crate::thrown::thrown;

#[wasm_bindgen]
extern "C" {
    /// Loads the module, once; a function of `src/bin/worker_loader.js`.
    #[wasm_bindgen(catch, js_name = loadTokenizers)]
    async fn load() -> Result<JsValue, JsValue>;

    type Module;
    #[wasm_bindgen(method, catch)]
    fn open(this: &Module, json: &[u8]) -> Result<Opened, JsValue>;

    type Opened;
    #[wasm_bindgen(method, catch)]
    fn encode(this: &Opened, text: &str) -> Result<Vec<u32>, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn decode(this: &Opened, ids: &[u32]) -> Result<String, JsValue>;
    #[wasm_bindgen(method)]
    fn id(this: &Opened, token: &str) -> Option<u32>;
    #[wasm_bindgen(method, js_name = largestId)]
    fn largest_id(this: &Opened) -> u32;
    #[wasm_bindgen(method)]
    fn free(this: &Opened);
}

thread_local! {
    static MODULE: OnceCell<Module> = const { OnceCell::new() };
}

/// A tokenizer in the module's memory, which is given back with it.
pub struct Library(Opened);

/// Makes the module ready for [`Library::open`]; the error is a reason.
pub async fn ready() -> Result<(), String> {
    if MODULE.with(|module| module.get().is_none()) {
        let loaded: Module = load().await.map_err(reason)?.unchecked_into();
        // Whoever else waited for it was given the same module.
        MODULE.with(|module| drop(module.set(loaded)));
    }
    Ok(())
}

impl Library {
    pub fn open(json: &[u8]) -> Result<Self, String> {
        let open = |module: &OnceCell<Module>| module.get().expect("`ready` comes first").open(json);
        MODULE.with(open).map(Library).map_err(reason)
    }

    pub fn encode(&self, text: &str) -> Result<Vec<u32>, String> {
        self.0.encode(text).map_err(reason)
    }

    pub fn decode(&self, ids: &[u32]) -> Result<String, String> {
        self.0.decode(ids).map_err(reason)
    }

    pub fn id(&self, token: &str) -> Option<u32> {
        self.0.id(token)
    }

    pub fn largest_id(&self) -> u32 {
        self.0.largest_id()
    }
}

impl Drop for Library {
    fn drop(&mut self) {
        self.0.free();
    }
}

/// What the module throws is a string; what the browser throws is an error.
fn reason(error: JsValue) -> String {
    error.as_string().unwrap_or_else(|| thrown(&error))
}
