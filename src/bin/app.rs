//! The page.

use leptos::prelude::*;

fn main() {
    leptos::mount::mount_to_body(Page);
}

#[component]
fn Page() -> impl IntoView {
    let answer = RwSignal::new(String::from("The engine is starting."));
    #[cfg(target_arch = "wasm32")]
    ask_worker(answer);
    view! {
        <main>
            <h1>"Triptych"</h1>
            <p id="engine">{move || answer.get()}</p>
        </main>
    }
}

/// Starts the worker at the URL that the build wrote into the page, and shows what it says.
#[cfg(target_arch = "wasm32")]
fn ask_worker(answer: RwSignal<String>) {
    use wasm_bindgen::{JsCast, prelude::Closure};
    let meta =
        document().query_selector("meta[name=worker]").expect("a valid selector").expect("index.html has it");
    let url = meta.get_attribute("content").expect("index.html has it");
    let worker = web_sys::Worker::new(&url).expect("a URL of this origin");
    let hear = Closure::<dyn FnMut(_)>::new(move |event: web_sys::MessageEvent| {
        answer.set(event.data().as_string().unwrap_or_default());
    });
    worker.set_onmessage(Some(hear.as_ref().unchecked_ref()));
    hear.forget();
}
