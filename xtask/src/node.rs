//! Node: the page's optimiser (Binaryen's wasm-opt), the server and the browser tests.

use crate::process::{run, step, version_of};
use crate::{Result, paths, pins, tools};
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

/// Node's first version whose test runner takes `--test-concurrency`.
const NODE_AT_LEAST: u32 = 20;

/// Node, and the packages of e2e/package-lock.json.
pub(crate) fn set_up() -> Result<()> {
    let version = version_of("node").unwrap_or_default();
    let major = version.trim_start_matches('v').split('.').next().and_then(|major| major.parse::<u32>().ok());
    match major {
        Some(major) if major >= NODE_AT_LEAST => step(format!("Node: {version}")),
        _ => {
            return Err(format!(
                "expected Node {NODE_AT_LEAST} or later, found {version:?}: https://nodejs.org"
            ));
        }
    }
    packages(&paths::e2e())
}

/// The packages of the package-lock.json in this folder.
pub(crate) fn packages(folder: &Path) -> Result<()> {
    let shown = folder.display();
    let lock =
        fs::read(folder.join("package-lock.json")).map_err(|error| format!("package-lock.json: {error}"))?;
    let installed = folder.join("node_modules/.installed-lock.json");
    if fs::read(&installed).is_ok_and(|found| found == lock) {
        step(format!("Node packages: as {shown}/package-lock.json says"));
        return Ok(());
    }
    step(format!("Node packages: npm ci in {shown}"));
    let npm = format!("npm{}", if cfg!(windows) { ".cmd" } else { "" });
    let mut command = Command::new(npm);
    command.args(["ci", "--no-audit", "--no-fund"]).current_dir(folder);
    run(command.stdout(Stdio::from(std::io::stderr())))
        .map_err(|error| format!("{error}\nrun by hand: npm ci in {shown}"))?;
    fs::write(&installed, lock).map_err(|error| format!("{}: {error}", installed.display()))
}

/// wasm-opt of the pinned version; comes with the Node packages.
pub(crate) fn wasm_opt() -> Result<String> {
    let version = pins::binaryen()?;
    let path = paths::find("wasm-opt")?.ok_or("no wasm-opt among the Node packages: run npm ci in e2e/")?;
    let found = version_of(&path).unwrap_or_default();
    if !tools::says(&found, &version) {
        return Err(format!("expected wasm-opt {version}, found {found:?} at {}", path.display()));
    }
    step(format!("wasm-opt {version}: {}", path.display()));
    Ok(version)
}
