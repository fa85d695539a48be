//! The browser's locks: of all pages of this origin one at a time has a name.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Function, Object, Promise, Reflect};
use wasm_bindgen::prelude::{Closure, wasm_bindgen};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::AbortController;

#[wasm_bindgen]
extern "C" {
    type Locks;

    #[wasm_bindgen(method, catch)]
    fn request(this: &Locks, name: &str, options: &Object, granted: &Function) -> Result<Promise, JsValue>;
}

/// How far a request has come.
enum Turn {
    Waiting,
    /// Calling it gives the name back.
    Ours(Function),
    Over,
}

/// A name that is ours, or that we wait for, until this is dropped.
pub(crate) struct Lock {
    turn: Rc<RefCell<Turn>>,
    waiting: Option<AbortController>,
}

impl Lock {
    /// A lock on what no other page can reach.
    pub(crate) fn free() -> Self {
        Lock { turn: Rc::new(RefCell::new(Turn::Waiting)), waiting: None }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        if let Turn::Ours(end) = self.turn.replace(Turn::Over) {
            let _: Result<JsValue, _> = end.call0(&JsValue::NULL);
        }
        if let Some(waiting) = &self.waiting {
            waiting.abort();
        }
    }
}

/// Asks for a name; none where another page has it and this one is not to wait. A browser without locks gives every name.
pub(crate) async fn lock(navigator: &JsValue, name: &str, waits: bool) -> Result<Option<Lock>, JsValue> {
    let locks = Reflect::get(navigator, &"locks".into())?;
    if locks.is_undefined() {
        return Ok(Some(Lock::free()));
    }
    let options = Object::new();
    let waiting = match waits {
        true => {
            let abort = AbortController::new()?;
            Reflect::set(&options, &"signal".into(), &abort.signal())?;
            Some(abort)
        }
        false => {
            Reflect::set(&options, &"ifAvailable".into(), &JsValue::TRUE)?;
            None
        }
    };
    let mut lock = Lock::free();
    lock.waiting = waiting;
    let mut failed = None;
    let answered: Promise = Promise::new(&mut |answer: Function, refuse: Function| {
        let turn = lock.turn.clone();
        let granted = Closure::once_into_js(move |lock: JsValue| -> JsValue {
            let is_ours = !lock.is_null() && matches!(*turn.borrow(), Turn::Waiting);
            // What this returns is awaited: the name is ours until it resolves.
            let hold = |end: Function, _: Function| drop(turn.replace(Turn::Ours(end)));
            let held = is_ours.then(|| -> Promise { Promise::new(&mut { hold }) });
            let _: Result<JsValue, _> = answer.call1(&JsValue::NULL, &is_ours.into());
            held.map_or(JsValue::UNDEFINED, JsValue::from)
        });
        match locks.unchecked_ref::<Locks>().request(name, &options, granted.unchecked_ref()) {
            Ok(request) => spawn_local(async move {
                if let Err(error) = JsFuture::from(request).await {
                    let _: Result<JsValue, _> = refuse.call1(&JsValue::NULL, &error);
                }
            }),
            Err(error) => failed = Some(error),
        }
    });
    if let Some(error) = failed {
        return Err(error);
    }
    let is_ours = JsFuture::from(answered).await?.is_truthy();
    Ok(is_ours.then_some(lock))
}
