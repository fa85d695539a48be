//! Panics of libraries that read files from outside, as errors with their message.

#[cfg(not(target_arch = "wasm32"))]
pub(super) use native::contained;

/// Runs a library of this name. In a browser a panic ends the module, which its caller starts anew.
#[cfg(all(target_arch = "wasm32", feature = "tokenizer"))]
pub(super) fn contained<T, E: ToString>(_: &str, run: impl FnOnce() -> Result<T, E>) -> Result<T, String> {
    run().map_err(|error| error.to_string())
}

#[cfg(not(target_arch = "wasm32"))]
mod native {
    use std::cell::Cell;
    use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
    use std::sync::Once;

    thread_local! {
        /// Whether a panic of this thread is caught, and so needs no word on standard error.
        static CAUGHT: Cell<bool> = const { Cell::new(false) };
    }

    /// Runs a library of this name, which may have changed no more when it panics than caches of whole entries.
    pub(crate) fn contained<T, E: ToString>(
        library: &str,
        run: impl FnOnce() -> Result<T, E>,
    ) -> Result<T, String> {
        static HOOK: Once = Once::new();
        HOOK.call_once(|| {
            let others = take_hook();
            set_hook(Box::new(move |panic| {
                if !CAUGHT.get() {
                    others(panic);
                }
            }));
        });
        let outer = CAUGHT.replace(true);
        let done = catch_unwind(AssertUnwindSafe(run));
        CAUGHT.set(outer);
        match done {
            Ok(result) => result.map_err(|error| error.to_string()),
            Err(panic) => {
                let text = panic.downcast_ref::<String>().map(String::as_str);
                let text =
                    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no reason is given");
                Err(format!("the {library} library stopped: {text}"))
            }
        }
    }
}
