//! The engine's host in a Web Worker.

#[cfg(target_arch = "wasm32")]
fn main() {
    use wasm_bindgen::JsCast;
    let scope: web_sys::DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
    scope.post_message(&"The engine is ready.".into()).expect("a string can be posted");
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    eprintln!("this program runs in a browser's Web Worker: cargo xtask serve");
    std::process::exit(2);
}
