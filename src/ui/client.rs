//! The engine in its Web Worker.

use crate::js_error::js_error;
use crate::session::protocol::{Reply, Request, decode, encode};
use js_sys::{Array, Math, Promise, Uint8Array};
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};
use wasm_bindgen::{JsCast, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{ErrorEvent, Event, MessageEvent, Worker, WorkerOptions, WorkerType};

#[wasm_bindgen]
extern "C" {
    /// The URL of this program's script.
    #[wasm_bindgen(thread_local_v2, js_namespace = ["import", "meta"], js_name = url)]
    static SCRIPT: JsValue;

    type Locks;
    /// Undefined on a page without https.
    #[wasm_bindgen(thread_local_v2, js_namespace = navigator, js_name = locks)]
    static LOCKS: JsValue;
    #[wasm_bindgen(method)]
    fn request(this: &Locks, name: &str, granted: &JsValue) -> Promise;
}

/// How long a worker may take until it listens.
const PATIENCE: Duration = Duration::from_secs(30);

/// A worker and what it is to be sent. The worker's first message, whatever it holds, says that it listens; until
/// then requests wait here.
#[derive(Clone)]
pub struct Client(Rc<Inner>);

struct Inner {
    worker: Worker,
    /// The lock that the worker holds as long as it lives.
    lock: String,
    /// `None` once the worker listens.
    waiting: RefCell<Option<Vec<Request>>>,
}

impl Client {
    /// Starts the worker that the page names in `<meta name="worker">`, and this program in it once more.
    ///
    /// `on_reply` takes its replies, and what is said of a message that is none; `on_end` how it ended, once it has.
    ///
    /// # Errors
    /// When the browser refuses to start one.
    pub fn start(
        on_reply: impl Fn(Result<Reply, String>) + 'static,
        on_end: impl Fn(&str) + Copy + 'static,
    ) -> Result<Client, String> {
        let meta = document().query_selector("meta[name=worker]").expect("a valid selector");
        let url = meta.and_then(|meta| meta.get_attribute("content")).expect("index.html names the worker");
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        let worker = Worker::new_with_options(&url, &options).map_err(|error| js_error(&error))?;
        let lock = format!("triptych-engine-{}", Math::random());
        let program =
            Array::of3(&SCRIPT.with(JsValue::clone), &wasm_bindgen::module(), &lock.as_str().into());
        let inner = Rc::new(Inner { worker, lock, waiting: RefCell::new(Some(Vec::new())) });
        inner.worker.post_message(&program).map_err(|error| js_error(&error))?;
        let hearer = Rc::downgrade(&inner);
        let on_message = Closure::<dyn FnMut(_)>::new(move |message: MessageEvent| {
            let Some(inner) = hearer.upgrade() else { return };
            if let Some(requests) = inner.waiting.take() {
                await_end(&inner, on_end);
                requests.iter().for_each(|request| inner.post(request));
                return;
            }
            let reply = decode::<Reply>(&Uint8Array::new(&message.data()).to_vec());
            on_reply(reply.map_err(|error| format!("a message that is no reply: {error}")));
        });
        let on_error =
            Closure::<dyn FnMut(_)>::new(move |error: Event| match error.dyn_ref::<ErrorEvent>() {
                Some(error) => stopped(on_end, &error.message()),
                // Of a script that did not come the browser says nothing else.
                None => stopped(on_end, "its script could not be loaded"),
            });
        inner.worker.set_onmessage(Some(on_message.into_js_value().unchecked_ref()));
        inner.worker.set_onerror(Some(on_error.into_js_value().unchecked_ref()));
        let late = Rc::downgrade(&inner);
        let give_up = move || {
            if late.upgrade().is_some_and(|inner| inner.waiting.borrow().is_some()) {
                stopped(on_end, "its script has not come for 30 seconds");
            }
        };
        set_timeout(give_up, PATIENCE);
        Ok(Client(inner))
    }

    pub fn send(&self, request: Request) {
        match self.0.waiting.borrow_mut().as_mut() {
            Some(waiting) => waiting.push(request),
            None => self.0.post(&request),
        }
    }
}

/// Hears of a worker that ends without an error event: its lock is granted then. However long a step of a model takes, the worker
/// holds it.
fn await_end(inner: &Rc<Inner>, on_end: impl Fn(&str) + 'static) {
    let locks = LOCKS.with(JsValue::clone);
    if locks.is_undefined() {
        return;
    }
    let client = Rc::downgrade(inner);
    let granted = Closure::once_into_js(move |_lock: JsValue| {
        // A worker that the page itself has ended has no client any more.
        if client.upgrade().is_some() {
            stopped(on_end, "its worker ended without an error");
        }
    });
    let request = locks.unchecked_into::<Locks>().request(&inner.lock, &granted);
    spawn_local(async move {
        // Where locks are denied an end in silence goes unnoticed.
        let _denied: Result<JsValue, JsValue> = JsFuture::from(request).await;
    });
}

/// Tells the visitor, and public/update.js, which looks whether the host has another build by now.
fn stopped(on_end: impl Fn(&str), detail: &str) {
    on_end(detail);
    if let Ok(event) = Event::new("enginefailed") {
        // False only where a listener has cancelled it, which none does.
        let _ = window().dispatch_event(&event);
    }
}

impl Inner {
    fn post(&self, request: &Request) {
        let bytes = Uint8Array::from(encode(request).as_slice());
        let buffer = bytes.buffer();
        self.worker
            .post_message_with_transfer(&buffer, &Array::of1(&buffer))
            .expect("a buffer can be transferred");
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.worker.set_onmessage(None);
        self.worker.set_onerror(None);
        self.worker.terminate();
    }
}
