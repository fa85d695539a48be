//! Requests as they come: the engine takes them one after the other, the library of models all at once.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use crate::session::engine::Session;
use crate::session::host::Host;
use crate::session::library::{self, ImportLock};
use crate::session::protocol::{Command, Event, Lane, Reply, Request, decode};
use futures_util::future::{AbortHandle, abortable};
use js_sys::{Function, Promise, Uint8Array};
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{DedicatedWorkerGlobalScope, MessageChannel, MessageEvent};

use crate::worker::locks::Lock;
use crate::worker::scope::Scope;

/// Lets the worker hear messages: resolves as a task of its own, unlike a settled promise.
async fn pause() {
    let task = Promise::new(&mut |resolve: Function, _| {
        let channel = MessageChannel::new().expect("workers have channels");
        channel.port1().set_onmessage(Some(&resolve));
        channel.port2().post_message(&JsValue::NULL).expect("nothing can be posted");
    });
    JsFuture::from(task).await.expect("the message arrives");
}

async fn work(
    scope: Scope,
    session: Rc<RefCell<Session>>,
    inbox: Rc<RefCell<Vec<Request>>>,
    working: Rc<Cell<bool>>,
) {
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

/// What the library is doing, by lane.
#[derive(Default)]
struct Library {
    serving: HashMap<Lane, AbortHandle>,
    import_lock: Rc<ImportLock<Lock>>,
}

impl Library {
    /// Begins the request, ending what its lane was doing, but for a deletion: that is never left half done.
    fn take(&mut self, scope: Scope, request: Request) {
        let (lane, is_deletion) = (request.command.lane(), matches!(request.command, Command::Delete { .. }));
        let import_lock = self.import_lock.clone();
        let serving = async move { library::serve(&scope, &import_lock, request).await };
        if is_deletion {
            return spawn_local(serving);
        }
        let (serving, handle) = abortable(serving);
        if let Some(older) = self.serving.insert(lane, handle) {
            older.abort();
        }
        spawn_local(async move {
            let _ended: Result<(), _> = serving.await;
        });
    }
}

/// Tells the page of what other pages have changed.
fn follow_changes(scope: &Scope) {
    let Some(changes) = &scope.changes else { return };
    let teller = scope.clone();
    let on_message = Closure::<dyn FnMut(_)>::new(move |event: MessageEvent| {
        let folder = event.data().as_string().unwrap_or_default();
        if let Some(lane) = library::lane_of(&folder).filter(|_| teller.is_persistent(&folder)) {
            teller.emit(Reply { id: 0, event: Event::Changed(lane) });
        }
    });
    changes.set_onmessage(Some(on_message.into_js_value().unchecked_ref()));
}

/// Serves the requests that the page posts to this worker.
pub fn listen(global: DedicatedWorkerGlobalScope) {
    console_error_panic_hook::set_once();
    let scope = Scope::new(global.clone());
    follow_changes(&scope);
    let session = Rc::new(RefCell::new(Session::new()));
    let inbox = Rc::new(RefCell::new(Vec::new()));
    let working = Rc::new(Cell::new(false));
    let mut shelves = Library::default();
    let on_message = Closure::<dyn FnMut(_)>::new(move |event: MessageEvent| {
        let bytes = Uint8Array::new(&event.data()).to_vec();
        // Page and worker are of one build; other bytes are a bug, and the page hears of the panic.
        let request: Request = decode(&bytes).expect("a request of this build's page");
        if request.command.lane().is_of_library() {
            return shelves.take(scope.clone(), request);
        }
        inbox.borrow_mut().push(request);
        if !working.replace(true) {
            spawn_local(work(scope.clone(), session.clone(), inbox.clone(), working.clone()));
        }
    });
    global.set_onmessage(Some(on_message.into_js_value().unchecked_ref()));
    global.post_message(&"The engine listens.".into()).expect("a string can be posted");
}
