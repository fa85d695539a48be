//! Panics of the `tokenizers` library, as errors with their message.

#[cfg(not(target_arch = "wasm32"))]
pub use native::contained;

/// In a browser a panic ends the module, which its caller starts anew (`module.rs`).
#[cfg(target_arch = "wasm32")]
pub fn contained<T>(run: impl FnOnce() -> tokenizers::Result<T>) -> Result<T, String> {
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

    /// Runs the library; what it has changed when it panics is its caches only, which hold whole entries.
    pub fn contained<T>(run: impl FnOnce() -> tokenizers::Result<T>) -> Result<T, String> {
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
                Err(format!("the tokenizers library stopped: {text}"))
            }
        }
    }
}
