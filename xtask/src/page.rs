//! The page: bundled by Trunk into `dist/`, completed here, measured, and served.

use crate::process::{Result, cargo, run, step};
use crate::{node, paths, tools, wasm};
use std::ffi::OsString;
use std::fs;
use std::hash::{DefaultHasher, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where the page finds its worker's loader; the build adds a digest of the files whose names Trunk does not hash.
const WORKER_URL: &str = "worker_loader.js";
/// These: the loader fetches the tokenizers by the query of its own URL.
const UNHASHED: [&str; 3] = [WORKER_URL, "tokenizer.js", "tokenizer_bg.wasm"];

/// Does every set-up step and builds the release page for this URL.
pub fn build(public_url: &str) -> Result<()> {
    let toolchain = wasm::set_up()?;
    node::set_up()?;
    let wasm_opt = node::wasm_opt()?;
    let trunk = tools::trunk()?;
    let wasm_bindgen = tools::wasm_bindgen()?;
    fetch()?;
    step(format!("building the page into {}", paths::dist().display()));
    let mut command = Command::new(trunk);
    command
        .current_dir(paths::root())
        // Offline, so that Trunk takes the tools found above or fails, and never fetches its own.
        .args([
            "build",
            "--release",
            "--locked",
            "--offline",
            "--cargo-profile",
            "web",
            "--public-url",
            public_url,
        ])
        .env("PATH", path_for(&wasm_bindgen)?)
        .env("TRUNK_TOOLS_WASM_OPT", format!("version_{wasm_opt}"))
        // Trunk takes only `true` and `false` here, others write `1`.
        .env_remove("NO_COLOR");
    run(toolchain.apply(&mut command))?;
    let dist = paths::dist();
    complete(&dist).map_err(|error| format!("{}: {error}", dist.display()))?;
    run(Command::new("node").arg(paths::e2e().join("sizes.mjs")).arg(&dist))
}

/// Serves the built page until it is interrupted.
pub fn serve(port: u16) -> Result<()> {
    run(Command::new("node").arg(paths::e2e().join("serve.mjs")).arg(paths::dist()).arg(port.to_string()))
}

/// Downloads the packages of Cargo.lock that are not here yet.
pub fn fetch() -> Result<()> {
    run(cargo().args(["fetch", "--locked", "--quiet"]))
}

/// A `PATH` on which the Node packages' wasm-opt and this wasm-bindgen come first.
fn path_for(wasm_bindgen: &Path) -> Result<OsString> {
    let mut folders = vec![paths::e2e().join("node_modules/.bin")];
    folders.extend(wasm_bindgen.parent().map(PathBuf::from));
    folders.extend(paths::tool_folders()?);
    std::env::join_paths(folders).map_err(|error| format!("PATH: {error}"))
}

/// Names the loader by its content, and lets a static host answer every path with the page.
fn complete(dist: &Path) -> std::io::Result<()> {
    let mut hasher = DefaultHasher::new();
    for name in UNHASHED {
        hasher.write(&fs::read(dist.join(name))?);
    }
    let html = fs::read_to_string(dist.join("index.html"))?;
    let html = with_worker_digest(&html, hasher.finish());
    fs::write(dist.join("index.html"), &html)?;
    fs::write(dist.join("404.html"), &html)
}

fn with_worker_digest(html: &str, digest: u64) -> String {
    let named = html.replace(WORKER_URL, &format!("{WORKER_URL}?v={digest:016x}"));
    assert_ne!(named, html, "index.html names {WORKER_URL}");
    named
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_names_the_worker_with_its_digest() {
        let html = "<meta name=worker content=worker_loader.js>";
        assert_eq!(
            with_worker_digest(html, 10),
            "<meta name=worker content=worker_loader.js?v=000000000000000a>"
        );
    }

    #[test]
    #[should_panic(expected = "names worker_loader.js")]
    fn a_page_without_a_worker_is_a_bug() {
        with_worker_digest("<html></html>", 0);
    }
}
