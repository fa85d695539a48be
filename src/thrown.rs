//! What the browser throws, in words; and what we throw, in its console.

use js_sys::Reflect;
use wasm_bindgen::JsValue;

/// The name and message of an exception, without the stack that its `Debug` form holds; whatever else was thrown in that
/// form.
pub fn thrown(value: &JsValue) -> String {
    let field = |name: &str| Reflect::get(value, &name.into()).ok()?.as_string();
    match (field("name"), field("message")) {
        (Some(name), Some(message)) => format!("{name}: {message}"),
        _ => format!("{value:?}"),
    }
}

/// Lets a panic of this program say its message and place in the console; the browser knows only that it stopped.
pub fn tell_panics() {
    std::panic::set_hook(Box::new(|panic| web_sys::console::error_1(&panic.to_string().into())));
}
