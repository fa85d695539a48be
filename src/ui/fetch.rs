//! Files beside the page.

use crate::js_error::js_error;
use leptos::prelude::window;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::Response;

/// The text of the file at this address, which is relative to the page's base; else what went wrong.
pub async fn text(url: &str) -> Result<String, String> {
    let response = JsFuture::from(window().fetch_with_str(url)).await.map_err(|error| js_error(&error))?;
    let response: Response = response.unchecked_into();
    if !response.ok() {
        return Err(format!("{url}: the server answered {}", response.status()));
    }
    let text = response.text().map_err(|error| js_error(&error))?;
    let text = JsFuture::from(text).await.map_err(|error| js_error(&error))?;
    Ok(text.as_string().unwrap_or_default())
}
