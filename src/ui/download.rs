//! Files that the page gives to the visitor.

use crate::js_error::js_error;
use js_sys::{Array, Uint8Array};
use leptos::prelude::*;
use std::time::Duration;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Blob, BlobPropertyBag, HtmlAnchorElement, Url};

/// How long a browser may take to begin reading what it was given.
const PATIENCE: Duration = Duration::from_secs(60);

/// Saves bytes as a file of the visitor.
pub fn download(name: &str, mime: &str, bytes: &[u8]) {
    let options = BlobPropertyBag::new();
    options.set_type(mime);
    let parts = Array::of1(&Uint8Array::from(bytes));
    match Blob::new_with_u8_array_sequence_and_options(&parts, &options).and_then(|blob| save(name, &blob)) {
        Ok(()) => (),
        Err(error) => leptos::logging::warn!("{name} could not be saved: {}", js_error(&error)),
    }
}

/// An address by which the page shows a picture file that is in memory; it lasts as long as its reader in the page.
pub fn object_url(bytes: &[u8]) -> Option<String> {
    let parts = Array::of1(&Uint8Array::from(bytes));
    let url = Blob::new_with_u8_array_sequence(&parts)
        .and_then(|blob| Url::create_object_url_with_blob(&blob))
        .ok()?;
    let kept = url.clone();
    on_cleanup(move || drop(Url::revoke_object_url(&kept)));
    Some(url)
}

/// Saves what the browser already holds.
pub fn save(name: &str, blob: &Blob) -> Result<(), JsValue> {
    let url = Url::create_object_url_with_blob(blob)?;
    let link: HtmlAnchorElement = document().create_element("a")?.unchecked_into();
    link.set_href(&url);
    link.set_download(name);
    link.click();
    set_timeout(move || drop(Url::revoke_object_url(&url)), PATIENCE);
    Ok(())
}
