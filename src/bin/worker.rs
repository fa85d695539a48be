//! The engine's host in a Web Worker: bytes in, bytes out, and a break after every piece of work, so that newer
//! requests are heard.

#[cfg(target_arch = "wasm32")]
mod host {
    use std::cell::{Cell, RefCell};
    use std::rc::Rc;

    use js_sys::{Array, Function, Promise, Reflect, Uint8Array};
    use triptych::session::engine::{Host, Session};
    use triptych::session::protocol::{Reply, Request, decode, encode};
    use wasm_bindgen::prelude::Closure;
    use wasm_bindgen::{JsCast, JsValue};
    use wasm_bindgen_futures::{JsFuture, spawn_local};
    use web_sys::{
        Cache, DedicatedWorkerGlobalScope, MessageChannel, MessageEvent, ReadableStreamDefaultReader,
        Response,
    };

    /// Where the browser keeps what [`Host::keep`] is given, and under which name.
    const CACHE: &str = "triptych";
    const KEPT: &str = "kernel-choices.json";

    struct Scope(DedicatedWorkerGlobalScope);

    impl Host for Scope {
        fn emit(&self, reply: Reply) {
            let buffer = Uint8Array::from(encode(&reply).as_slice()).buffer();
            let moved = Array::of1(&buffer);
            self.0.post_message_with_transfer(&buffer, &moved).expect("a buffer can be transferred");
        }

        async fn recall(&self) -> Option<String> {
            let found = async || -> Result<Option<String>, JsValue> {
                let cache = JsFuture::from(self.0.caches()?.open(CACHE)).await?;
                let found = JsFuture::from(cache.unchecked_into::<Cache>().match_with_str(KEPT)).await?;
                if found.is_undefined() {
                    return Ok(None);
                }
                let text = JsFuture::from(found.unchecked_into::<Response>().text()?).await?;
                Ok(text.as_string())
            };
            // A browser may deny storage; then every visit measures anew.
            found().await.unwrap_or_default()
        }

        fn keep(&self, text: String) {
            let scope = self.0.clone();
            spawn_local(async move {
                let put = async || {
                    let cache = JsFuture::from(scope.caches()?.open(CACHE)).await?;
                    let response = Response::new_with_opt_str(Some(&text))?;
                    JsFuture::from(cache.unchecked_into::<Cache>().put_with_str(KEPT, &response)).await
                };
                let _denied: Result<_, JsValue> = put().await;
            });
        }

        async fn fetch(
            &self,
            url: &str,
            progress: &mut dyn FnMut(u64, Option<u64>),
        ) -> Result<Vec<u8>, String> {
            let says = |error: JsValue| format!("{url}: {error:?}");
            let response = JsFuture::from(self.0.fetch_with_str(url)).await.map_err(says)?;
            let response: Response = response.unchecked_into();
            if !response.ok() {
                return Err(format!("{url}: the server answered {}", response.status()));
            }
            // A compressed body is longer than its Content-Length.
            let header = |name: &str| response.headers().get(name).ok().flatten();
            let length = header("Content-Length").and_then(|length| length.parse().ok());
            let total = if header("Content-Encoding").is_some() { None } else { length };
            let Some(body) = response.body() else { return Err(format!("{url}: the answer is empty")) };
            let reader: ReadableStreamDefaultReader = body.get_reader().unchecked_into();
            let mut bytes = Vec::new();
            loop {
                let piece = JsFuture::from(reader.read()).await.map_err(says)?;
                let field = |name: &str| Reflect::get(&piece, &name.into()).map_err(says);
                if field("done")?.is_truthy() {
                    break;
                }
                bytes.extend(field("value")?.unchecked_into::<Uint8Array>().to_vec());
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

    /// Lets the worker hear messages: resolves as a task of its own, unlike a settled promise.
    async fn pause() {
        let task = Promise::new(&mut |resolve: Function, _| {
            let channel = MessageChannel::new().expect("workers have channels");
            channel.port1().set_onmessage(Some(&resolve));
            channel.port2().post_message(&JsValue::NULL).expect("nothing can be posted");
        });
        JsFuture::from(task).await.expect("the message arrives");
    }

    async fn work(session: Rc<RefCell<Session>>, inbox: Rc<RefCell<Vec<Request>>>, working: Rc<Cell<bool>>) {
        let scope = Scope(js_sys::global().unchecked_into());
        // Nobody else asks for the session meanwhile: the inbox takes what arrives while a step runs.
        let mut at_work = session.take();
        loop {
            inbox.take().into_iter().for_each(|request| at_work.push(request));
            if at_work.is_idle() {
                session.replace(at_work);
                working.set(false);
                return;
            }
            at_work.step(&scope).await;
            pause().await;
        }
    }

    pub fn start() {
        let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
        let session = Rc::new(RefCell::new(Session::new()));
        let inbox = Rc::new(RefCell::new(Vec::new()));
        let working = Rc::new(Cell::new(false));
        let hear = Closure::<dyn FnMut(_)>::new(move |event: MessageEvent| {
            let bytes = Uint8Array::new(&event.data()).to_vec();
            // Page and worker are of one build; other bytes are a bug, and the page hears of the panic.
            inbox.borrow_mut().push(decode(&bytes).expect("a request of this build's page"));
            if !working.replace(true) {
                spawn_local(work(session.clone(), inbox.clone(), working.clone()));
            }
        });
        scope.set_onmessage(Some(hear.into_js_value().unchecked_ref()));
        scope.post_message(&"The engine listens.".into()).expect("a string can be posted");
    }
}

#[cfg(target_arch = "wasm32")]
fn main() {
    host::start();
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    eprintln!("this program runs in a browser's Web Worker: cargo xtask serve");
    std::process::exit(2);
}
