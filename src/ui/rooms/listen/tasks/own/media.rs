//! A media element that reads a file in place.

use js_sys::{Function, Promise};
use leptos::prelude::{document, set_timeout};
use std::time::Duration;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, HtmlElement, HtmlMediaElement, Url};

/// How long a browser may take to find a moment: it reads a recording that does not tell its length to the end.
const PATIENCE: Duration = Duration::from_secs(10);

/// A second behind the end of every recording.
const BEHIND: f64 = 1e9;

pub struct Media {
    pub element: HtmlMediaElement,
    url: String,
}

impl Media {
    /// An element of this tag, `audio` or `video`, once it knows what the file says of itself.
    pub async fn open(tag: &'static str, file: &Blob) -> Result<Self, JsValue> {
        let element = document().create_element(tag)?.unchecked_into();
        let media = Media { element, url: Url::create_object_url_with_blob(file)? };
        media.element.set_preload("metadata");
        media.element.set_muted(true);
        media.until(HtmlElement::set_onloadedmetadata, || media.element.set_src(&media.url)).await?;
        Ok(media)
    }

    /// Its length in seconds; infinite where that cannot be found out.
    pub async fn seconds(&self) -> Result<f64, JsValue> {
        if self.element.duration().is_infinite() {
            self.seek(BEHIND).await?;
        }
        Ok(self.element.duration())
    }

    pub async fn seek(&self, seconds: f64) -> Result<(), JsValue> {
        self.until(HtmlElement::set_onseeked, || self.element.set_current_time(seconds)).await
    }

    /// Does something and waits for the event to which `listen` listens.
    async fn until(
        &self,
        listen: fn(&HtmlElement, Option<&Function>),
        act: impl FnOnce(),
    ) -> Result<(), JsValue> {
        let done = Promise::new(&mut |resolve, reject| {
            listen(&self.element, Some(&resolve));
            self.element.set_onerror(Some(&reject));
            set_timeout(move || drop(reject.call0(&JsValue::NULL)), PATIENCE);
        });
        act();
        JsFuture::from(done).await.map(drop).map_err(|_| "the browser does not play it".into())
    }
}

impl Drop for Media {
    fn drop(&mut self) {
        // An element without a source lets its decoder go.
        let _ = self.element.remove_attribute("src");
        self.element.load();
        let _ = Url::revoke_object_url(&self.url);
    }
}
