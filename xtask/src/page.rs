//! The page: bundled by Trunk into `dist/`, completed by `e2e/complete.mjs`, measured, and served.

use crate::process::{cargo, run, step};
use crate::{Result, node, paths, tools, wasm};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Does every set-up step and builds the release page for this URL.
pub(crate) fn build(public_url: &str) -> Result<()> {
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
    run(Command::new("node").arg(paths::e2e().join("complete.mjs")).arg(&dist))?;
    run(Command::new("node").arg(paths::e2e().join("sizes.mjs")).arg(&dist))
}

/// Serves the built page until it is interrupted.
pub(crate) fn serve(port: u16) -> Result<()> {
    run(Command::new("node").arg(paths::e2e().join("serve.mjs")).arg(paths::dist()).arg(port.to_string()))
}

/// Downloads the packages of Cargo.lock that are not here yet.
pub(crate) fn fetch() -> Result<()> {
    run(cargo().args(["fetch", "--locked", "--quiet"]))
}

/// A `PATH` on which the Node packages' wasm-opt and this wasm-bindgen come first.
fn path_for(wasm_bindgen: &Path) -> Result<OsString> {
    let mut folders = vec![paths::e2e().join("node_modules/.bin")];
    folders.extend(wasm_bindgen.parent().map(PathBuf::from));
    folders.extend(paths::tool_folders()?);
    std::env::join_paths(folders).map_err(|error| format!("PATH: {error}"))
}
