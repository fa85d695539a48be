//! What the browser throws, in words.

use js_sys::Reflect;
use wasm_bindgen::JsValue;

/// The name and message of an exception, without the stack that its `Debug` form holds; whatever else was thrown in that
/// form.
pub fn js_error(value: &JsValue) -> String {
    let field = |name: &str| Reflect::get(value, &name.into()).ok()?.as_string();
    match (field("name"), field("message")) {
        (Some(name), Some(message)) => format!("{name}: {message}"),
        _ => format!("{value:?}"),
    }
}
