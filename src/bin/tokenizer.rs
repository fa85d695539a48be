//! The `tokenizers` library as a module of its own, which the worker loads for published checkpoints
//! (`src/io/tokenizer/module.rs`).

#[cfg(target_arch = "wasm32")]
#[allow(unreachable_pub, reason = "wasm-bindgen exports what is public")]
mod exports {
    use triptych::io::tokenizer::Library;
    use wasm_bindgen::prelude::wasm_bindgen;

    #[wasm_bindgen]
    pub struct Opened(Library);

    /// Throws a reason as a string, as the methods do.
    #[wasm_bindgen]
    pub fn open(json: &[u8], lowercase: Option<bool>) -> Result<Opened, String> {
        Library::open(json, lowercase).map(Opened)
    }

    #[wasm_bindgen]
    impl Opened {
        pub fn encode(&self, text: &str) -> Result<Vec<u32>, String> {
            self.0.encode(text)
        }

        pub fn decode(&self, ids: &[u32]) -> Result<String, String> {
            self.0.decode(ids)
        }

        pub fn id(&self, token: &str) -> Option<u32> {
            self.0.id(token)
        }

        #[wasm_bindgen(js_name = largestId)]
        pub fn largest_id(&self) -> u32 {
            self.0.largest_id()
        }
    }
}

#[cfg(target_arch = "wasm32")]
fn main() {}

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    eprintln!("this program runs in a browser's Web Worker: cargo xtask serve");
    std::process::exit(2);
}
