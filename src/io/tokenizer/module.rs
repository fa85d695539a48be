//! The `tokenizers` library in a wasm module of its own (`src/bin/tokenizer.rs`): most visits need none of it.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};

use crate::js_error::js_error;

#[wasm_bindgen]
extern "C" {
    /// Loads a module that nobody has used; a function of `src/bin/worker_loader.js`.
    #[wasm_bindgen(catch, js_name = loadTokenizers)]
    async fn load() -> Result<JsValue, JsValue>;

    #[derive(Clone)]
    type Module;
    #[wasm_bindgen(method, catch)]
    fn open(this: &Module, json: &[u8], lowercase: Option<bool>) -> Result<Opened, JsValue>;

    type Opened;
    #[wasm_bindgen(method, catch)]
    fn encode(this: &Opened, text: &str) -> Result<Vec<u32>, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn decode(this: &Opened, ids: &[u32]) -> Result<String, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn id(this: &Opened, token: &str) -> Result<Option<u32>, JsValue>;
    #[wasm_bindgen(method, catch, js_name = largestId)]
    fn largest_id(this: &Opened) -> Result<u32, JsValue>;
    #[wasm_bindgen(method)]
    fn free(this: &Opened);
}

/// The module and whether it has stopped: a panic leaves its memory as it was in the midst of something.
#[derive(Clone)]
struct Instance {
    module: Module,
    has_stopped: Rc<Cell<bool>>,
}

thread_local! {
    static INSTANCE: RefCell<Option<Instance>> = const { RefCell::new(None) };
}

/// A tokenizer in the module's memory, which is given back with it.
pub struct Library {
    opened: Opened,
    has_stopped: Rc<Cell<bool>>,
}

fn running() -> Option<Instance> {
    INSTANCE.with_borrow(|instance| instance.clone().filter(|instance| !instance.has_stopped.get()))
}

/// Makes the module ready for [`Library::open`], a new one where the last has stopped; the error is a reason.
pub(crate) async fn ready() -> Result<(), String> {
    if running().is_none() {
        let module = load().await.map_err(|error| js_error(&error))?.unchecked_into();
        let has_stopped = Rc::default();
        INSTANCE.with_borrow_mut(|instance| *instance = Some(Instance { module, has_stopped }));
    }
    Ok(())
}

/// What the module throws is a string; what the browser throws is an error, after which the module is not used any more.
fn reason(error: JsValue, has_stopped: &Cell<bool>) -> String {
    error.as_string().unwrap_or_else(|| {
        has_stopped.set(true);
        format!("the tokenizers library stopped: {}", js_error(&error))
    })
}

impl Library {
    pub fn open(json: &[u8], lowercase: Option<bool>) -> Result<Self, String> {
        let Instance { module, has_stopped } = running().ok_or_else(stopped)?;
        match module.open(json, lowercase) {
            Ok(opened) => Ok(Library { opened, has_stopped }),
            Err(error) => Err(reason(error, &has_stopped)),
        }
    }

    fn ask<T>(&self, ask: impl FnOnce(&Opened) -> Result<T, JsValue>) -> Result<T, String> {
        match self.has_stopped.get() {
            true => Err(stopped()),
            false => ask(&self.opened).map_err(|error| reason(error, &self.has_stopped)),
        }
    }

    pub fn encode(&self, text: &str) -> Result<Vec<u32>, String> {
        self.ask(|opened| opened.encode(text))
    }

    pub fn decode(&self, ids: &[u32]) -> Result<String, String> {
        self.ask(|opened| opened.decode(ids))
    }

    pub fn id(&self, token: &str) -> Option<u32> {
        self.ask(|opened| opened.id(token)).ok().flatten()
    }

    pub fn largest_id(&self) -> u32 {
        // Where it cannot be told no vocabulary is large enough.
        self.ask(Opened::largest_id).unwrap_or(u32::MAX)
    }
}

impl Drop for Library {
    fn drop(&mut self) {
        if !self.has_stopped.get() {
            self.opened.free();
        }
    }
}

fn stopped() -> String {
    "the tokenizers library has stopped; the model has to be loaded again".to_string()
}
