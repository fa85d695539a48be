//! Files by `fetch`.

use crate::io::hub::{self, Body, Fetch, PATIENCE, in_time, may_answer};
use crate::js_error::js_error;
use js_sys::{Function, Promise, Reflect, Uint8Array};
use std::time::Duration;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    AbortController, DedicatedWorkerGlobalScope, Headers, ReadableStreamDefaultReader, RequestCache,
    RequestInit, Response,
};

pub(crate) struct Network(pub DedicatedWorkerGlobalScope);

impl Network {
    /// Asks for a file; of a hub from a byte on, and past the browser's own cache, which would keep every answer a second time
    /// and hand out those of a server that has been repaired since.
    async fn ask(&self, url: &str, from: Option<u64>) -> Result<(Response, Stream), String> {
        let says = |error: JsValue| format!("{url}: {}", js_error(&error));
        // From here on dropping the stream ends the request.
        let mut stream = Stream { reader: None, abort: AbortController::new().map_err(says)? };
        let request = RequestInit::new();
        request.set_signal(Some(&stream.abort.signal()));
        if let Some(from) = from {
            let headers = Headers::new().map_err(says)?;
            headers.set("Range", &format!("bytes={from}-")).map_err(says)?;
            request.set_headers(&headers);
            request.set_cache(RequestCache::NoStore);
        }
        let response = JsFuture::from(self.0.fetch_with_str_and_init(url, &request)).await.map_err(says)?;
        let response: Response = response.unchecked_into();
        stream.reader = response.body().map(|body| body.get_reader().unchecked_into());
        Ok((response, stream))
    }

    /// All bytes of a file; `progress` is told how many have come, of how many where the server tells.
    pub(crate) async fn whole(
        &self,
        url: &str,
        progress: &mut dyn FnMut(u64, Option<u64>),
    ) -> Result<Vec<u8>, String> {
        let silent = || format!("{url}: nothing came for {} seconds", PATIENCE.as_secs());
        let (response, mut body) = in_time(self, self.ask(url, None)).await.ok_or_else(silent)??;
        if !response.ok() {
            return Err(format!("{url}: the server answered {}", response.status()));
        }
        // A compressed body is longer than its Content-Length.
        let length = header(&response, "Content-Length").and_then(|length| length.parse().ok());
        let total = length.filter(|_| header(&response, "Content-Encoding").is_none());
        let mut bytes = Vec::new();
        loop {
            let piece = in_time(self, body.next()).await.ok_or_else(silent)?;
            let Some(piece) = piece.map_err(|error| format!("{url}: {error}"))? else { break };
            bytes.extend(piece);
            progress(bytes.len() as u64, total);
        }
        match total {
            Some(total) if total != bytes.len() as u64 => {
                Err(format!("{url}: {} of {total} bytes came", bytes.len()))
            }
            _ => Ok(bytes),
        }
    }
}

fn header(response: &Response, name: &str) -> Option<String> {
    response.headers().get(name).ok().flatten()
}

impl Fetch for Network {
    type Body = Stream;

    async fn pause(&self, time: Duration) {
        let scope = &self.0;
        let milliseconds = time.as_millis() as i32;
        let elapsed = Promise::new(&mut |resolve: Function, _| {
            scope
                .set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, milliseconds)
                .expect("workers have timers");
        });
        JsFuture::from(elapsed).await.expect("a timer ends");
    }

    async fn get(&self, url: &str, from: u64) -> Result<hub::Response<Stream>, String> {
        // A range is asked for at the beginning too: then nothing compresses the file, and lengths are its own.
        let (response, body) = self.ask(url, Some(from)).await?;
        may_answer(url, &response.url())?;
        Ok(hub::Response::new(response.status(), from, |name| header(&response, name), body))
    }
}

/// A body that comes; dropping it ends the request.
pub(crate) struct Stream {
    /// None where the answer has no body.
    reader: Option<ReadableStreamDefaultReader>,
    abort: AbortController,
}

impl Body for Stream {
    async fn next(&mut self) -> Result<Option<Vec<u8>>, String> {
        let says = |error: JsValue| js_error(&error);
        let Some(reader) = &self.reader else { return Ok(None) };
        let piece = JsFuture::from(reader.read()).await.map_err(says)?;
        let field = |name: &str| Reflect::get(&piece, &name.into()).map_err(says);
        match field("done")?.is_truthy() {
            true => Ok(None),
            false => Ok(Some(field("value")?.unchecked_into::<Uint8Array>().to_vec())),
        }
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.abort.abort();
    }
}
