//! Tests with one body for this machine and for the browser.
//!
//! Natively `main` runs every case; in the browser `e2e/portable.test.mjs` asks a worker for the names and runs each
//! by its name. A case fails by panicking. Add one to the `cases` of its module.

#[path = "portable/device.rs"]
mod device;
#[path = "portable/speed.rs"]
mod speed;
#[path = "portable/training.rs"]
mod training;
#[path = "portable/tuning.rs"]
mod tuning;
#[path = "portable/twins.rs"]
mod twins;
#[path = "portable/world.rs"]
mod world;

use std::collections::BTreeSet;
use std::future::Future;
use std::pin::Pin;

/// A named test.
struct Case {
    name: String,
    body: Box<dyn Fn() -> Pin<Box<dyn Future<Output = ()>>>>,
}

impl Case {
    fn new<F: Future<Output = ()> + 'static>(
        name: impl Into<String>,
        body: impl Fn() -> F + 'static,
    ) -> Self {
        Case { name: name.into(), body: Box::new(move || Box::pin(body())) }
    }
}

/// Cases named after their functions.
macro_rules! cases {
    ($($body:ident),* $(,)?) => {
        vec![$(crate::Case::new(stringify!($body).replace('_', " "), $body)),*]
    };
}
use cases;

fn all_cases() -> Vec<Case> {
    let cases: Vec<Case> =
        [device::cases(), tuning::cases(), twins::cases(), training::cases(), speed::cases(), world::cases()]
            .into_iter()
            .flatten()
            .collect();
    let names: BTreeSet<&str> = cases.iter().map(|case| case.name.as_str()).collect();
    assert_eq!(names.len(), cases.len(), "two cases have one name");
    cases
}

/// Runs the cases whose names contain any of the words on the command line; all of them without a word.
#[cfg(not(target_arch = "wasm32"))]
fn main() -> std::process::ExitCode {
    use std::panic::{AssertUnwindSafe, catch_unwind};
    let words: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let is_chosen = |case: &&Case| words.is_empty() || words.iter().any(|word| case.name.contains(word));
    let mut failures = 0;
    for case in all_cases().iter().filter(is_chosen) {
        let passed = catch_unwind(AssertUnwindSafe(|| pollster::block_on((case.body)()))).is_ok();
        println!("portable: {} ... {}", case.name, if passed { "ok" } else { "FAILED" });
        failures += u8::from(!passed);
    }
    std::process::ExitCode::from(failures.min(1))
}

#[cfg(target_arch = "wasm32")]
fn main() {
    std::panic::set_hook(Box::new(|panic| browser::report(&panic.to_string())));
}

/// What the worker of `e2e/portable.test.mjs` calls.
#[cfg(target_arch = "wasm32")]
#[allow(unreachable_pub, reason = "wasm-bindgen exports public functions only")]
mod browser {
    use wasm_bindgen::prelude::wasm_bindgen;

    #[wasm_bindgen]
    extern "C" {
        /// Receives a panic's message, because the trap that follows carries none.
        #[wasm_bindgen(js_name = reportPanic)]
        pub fn report(message: &str);
    }

    #[wasm_bindgen]
    pub fn names() -> Vec<String> {
        super::all_cases().into_iter().map(|case| case.name).collect()
    }

    #[wasm_bindgen]
    pub async fn run(name: String) {
        let case =
            super::all_cases().into_iter().find(|case| case.name == name).expect("a name from `names`");
        (case.body)().await;
    }
}
