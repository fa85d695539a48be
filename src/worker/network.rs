//! Files by `fetch`.

use crate::io::hub::{Answer, Body, Fetch};
use crate::thrown::thrown;
use js_sys::{Array, Promise, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    AbortController, DedicatedWorkerGlobalScope, Headers, ReadableStreamDefaultReader, RequestInit, Response,
};

/// A server that is silent for so long is given up.
const PATIENCE_MS: i32 = 30_000;

pub struct Network(pub DedicatedWorkerGlobalScope);

impl Network {
    /// Asks for a file, or for its bytes from `from` on.
    async fn ask(&self, url: &str, from: Option<u64>) -> Result<(Response, Stream), String> {
        let says = |error: JsValue| format!("{url}: {}", thrown(&error));
        let abort = AbortController::new().map_err(says)?;
        let request = RequestInit::new();
        request.set_signal(Some(&abort.signal()));
        if let Some(from) = from {
            let headers = Headers::new().map_err(says)?;
            headers.set("Range", &format!("bytes={from}-")).map_err(says)?;
            request.set_headers(&headers);
        }
        let answered = self.0.fetch_with_str_and_init(url, &request);
        let response = in_time(&self.0, answered).await.inspect_err(|_| abort.abort()).map_err(says)?;
        let response: Response = response.unchecked_into();
        let reader = response.body().map(|body| body.get_reader().unchecked_into());
        Ok((response, Stream { scope: self.0.clone(), reader, abort }))
    }

    /// All bytes of a file; `progress` is told how many have come, of how many where the server tells.
    pub async fn whole(
        &self,
        url: &str,
        progress: &mut dyn FnMut(u64, Option<u64>),
    ) -> Result<Vec<u8>, String> {
        let (response, mut body) = self.ask(url, None).await?;
        if !response.ok() {
            return Err(format!("{url}: the server answered {}", response.status()));
        }
        // A compressed body is longer than its Content-Length.
        let length = header(&response, "Content-Length").and_then(|length| length.parse().ok());
        let total = length.filter(|_| header(&response, "Content-Encoding").is_none());
        let mut bytes = Vec::new();
        while let Some(piece) = body.next().await.map_err(|error| format!("{url}: {error}"))? {
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

/// What the promise brings, unless that takes longer than a server may be silent.
async fn in_time(scope: &DedicatedWorkerGlobalScope, promise: Promise) -> Result<JsValue, JsValue> {
    let mut timer = Ok(0);
    let silence = Promise::new(&mut |_, reject| {
        let error = js_sys::Error::new(&format!("nothing came for {} seconds", PATIENCE_MS / 1000));
        timer = scope.set_timeout_with_callback_and_timeout_and_arguments_1(&reject, PATIENCE_MS, &error);
    });
    let timer = timer?;
    let first = JsFuture::from(Promise::race(&Array::of2(&promise, &silence))).await;
    scope.clear_timeout_with_handle(timer);
    first
}

fn header(response: &Response, name: &str) -> Option<String> {
    response.headers().get(name).ok().flatten()
}

impl Fetch for Network {
    type Body = Stream;

    async fn get(&self, url: &str, from: u64) -> Result<Answer<Stream>, String> {
        // A range is asked for at the beginning too: then nothing compresses the file, and lengths are its own.
        let (response, body) = self.ask(url, Some(from)).await?;
        Ok(Answer::new(response.status(), from, |name| header(&response, name), body))
    }
}

/// A body that comes; dropping it ends the request.
pub struct Stream {
    scope: DedicatedWorkerGlobalScope,
    /// None where the answer has no body.
    reader: Option<ReadableStreamDefaultReader>,
    abort: AbortController,
}

impl Body for Stream {
    async fn next(&mut self) -> Result<Option<Vec<u8>>, String> {
        let says = |error: JsValue| thrown(&error);
        let Some(reader) = &self.reader else { return Ok(None) };
        let piece = in_time(&self.scope, reader.read()).await.map_err(says)?;
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
