//! The browser's program. It runs twice: as the page, and in the page's Web Worker as the engine.

#[cfg(target_arch = "wasm32")]
fn main() {
    match triptych::worker::here() {
        Some(scope) => triptych::worker::listen(scope),
        None => triptych::ui::start(),
    }
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    eprintln!("this program runs in a browser: cargo xtask serve");
    std::process::exit(2);
}
