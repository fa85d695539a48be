//! The engine in its Web Worker.

use super::lab::Lab;
use crate::session::protocol::{Reply, Request, decode, encode};
use crate::thrown::thrown;
use js_sys::{Array, Uint8Array};
use leptos::prelude::*;
use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{ErrorEvent, Event, MessageEvent, Worker, WorkerOptions, WorkerType};

#[wasm_bindgen]
extern "C" {
    /// The URL of this program's script.
    #[wasm_bindgen(thread_local_v2, js_namespace = ["import", "meta"], js_name = url)]
    static SCRIPT: JsValue;
}

/// How long a worker may take until it listens.
const PATIENCE: Duration = Duration::from_secs(30);

/// A worker and what it is to be sent. The worker's first message, whatever it holds, says that it listens; until
/// then requests wait here.
#[derive(Clone)]
pub struct Client(Rc<Inner>);

struct Inner {
    worker: Worker,
    /// `None` once the worker listens.
    waiting: RefCell<Option<Vec<Request>>>,
}

impl Client {
    /// Starts the worker that the page names in `<meta name="worker">`, and this program in it once more.
    ///
    /// # Errors
    /// When the browser refuses to start one.
    pub fn start(lab: Lab) -> Result<Client, String> {
        let meta = document().query_selector("meta[name=worker]").expect("a valid selector");
        let url = meta.and_then(|meta| meta.get_attribute("content")).expect("index.html names the worker");
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        let worker = Worker::new_with_options(&url, &options).map_err(|error| thrown(&error))?;
        let inner = Rc::new(Inner { worker, waiting: RefCell::new(Some(Vec::new())) });
        let program = Array::of2(&SCRIPT.with(JsValue::clone), &wasm_bindgen::module());
        inner.worker.post_message(&program).map_err(|error| thrown(&error))?;
        let hearer = Rc::downgrade(&inner);
        let hear = Closure::<dyn FnMut(_)>::new(move |message: MessageEvent| {
            let Some(inner) = hearer.upgrade() else { return };
            if let Some(requests) = inner.waiting.take() {
                requests.iter().for_each(|request| inner.post(request));
                return;
            }
            match decode::<Reply>(&Uint8Array::new(&message.data()).to_vec()) {
                Ok(reply) => lab.hear(reply),
                Err(error) => lab.crashed(&format!("a message that is no reply: {error}")),
            }
        });
        let fail = Closure::<dyn FnMut(_)>::new(move |error: Event| match error.dyn_ref::<ErrorEvent>() {
            Some(error) => stopped(lab, &error.message()),
            // Of a script that did not come the browser says nothing else.
            None => stopped(lab, "its script could not be loaded"),
        });
        inner.worker.set_onmessage(Some(hear.into_js_value().unchecked_ref()));
        inner.worker.set_onerror(Some(fail.into_js_value().unchecked_ref()));
        let late = Rc::downgrade(&inner);
        let give_up = move || {
            if late.upgrade().is_some_and(|inner| inner.waiting.borrow().is_some()) {
                stopped(lab, "its script has not come for 30 seconds");
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

/// Tells the visitor, and public/update.js, which looks whether the host has another build by now.
fn stopped(lab: Lab, detail: &str) {
    lab.crashed(detail);
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
