//! Every test, native and in the browser, with its set-up. Nothing is skipped: what cannot run fails.

use crate::args::Suite;
use crate::process::{cargo, run, step};
use crate::{Result, browser, node, page, paths, tools, wasm};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The binary of `tests/portable.rs` for the browser, below the wasm toolchain's outputs.
const PORTABLE: &str = "portable";

/// Sets up what the suites need, so that a missing tool shows at once, then runs them in order.
pub(crate) fn run_suites(suites: &[Suite]) -> Result<()> {
    if suites.contains(&Suite::Native) {
        browser::vulkan_driver()?;
    }
    let chromium = if suites.iter().any(|suite| *suite != Suite::Native) {
        node::set_up()?;
        Some(browser::chromium()?)
    } else {
        None
    };
    for suite in suites {
        step(format!("tests: {suite:?}"));
        match suite {
            Suite::Native => native()?,
            Suite::Wasm => portable(chromium.as_deref().expect("a browser suite sets up Chromium"))?,
            Suite::Page => journeys(chromium.as_deref().expect("a browser suite sets up Chromium"))?,
        }
    }
    step("tests: all passed");
    Ok(())
}

fn native() -> Result<()> {
    let test = ["test", "--release", "--locked", "--workspace", "--exclude", wasm::PACKAGE, "--all-features"];
    run(cargo().args(test))?;
    // The forms of kernels for processors without AVX2, which nothing else runs on one that has it.
    let baseline = ["--test", "goldens", "--test", "gradients"];
    run(cargo().args(test).args(baseline).env("TRIPTYCH_BASELINE", "1"))
}

/// The tests of `tests/portable.rs`, built for wasm and run in a worker of headless Chromium; before them those of the
/// comparison in `benches/`, which need Node alone.
fn portable(chromium: &Path) -> Result<()> {
    let toolchain = wasm::set_up()?;
    let wasm_bindgen = tools::wasm_bindgen()?;
    let binary = build_portable(&toolchain)?;
    let folder = paths::wasm_target().join(PORTABLE);
    run(Command::new(wasm_bindgen)
        .args(["--target", "web", "--no-typescript", "--out-name", PORTABLE, "--out-dir"])
        .arg(&folder)
        .arg(binary))?;
    let files = [paths::root().join("benches/measure.test.mjs"), paths::e2e().join("portable.test.mjs")];
    node_test(chromium, &files, ("TRIPTYCH_PORTABLE", &folder))
}

/// Builds the test for wasm and returns the path that cargo reports for it.
fn build_portable(toolchain: &wasm::Toolchain) -> Result<PathBuf> {
    let mut build = cargo();
    build.args(wasm::BUILD).args(["--example", PORTABLE]);
    run(toolchain.apply(&mut build))?;
    let messages = crate::process::output(build.args(["--quiet", "--message-format", "json"]))?;
    messages.lines().find_map(executable).ok_or_else(|| format!("cargo reported no program for {PORTABLE}"))
}

/// The path of the executable in one of cargo's JSON messages.
fn executable(message: &str) -> Option<PathBuf> {
    let message: Value = serde_json::from_str(message).ok()?;
    let path = Path::new(message["executable"].as_str()?);
    path.extension().is_some_and(|ending| ending == "wasm").then(|| path.to_path_buf())
}

/// Journeys through the built page.
fn journeys(chromium: &Path) -> Result<()> {
    page::build(crate::args::DEFAULT_PUBLIC_URL)?;
    let folder = paths::e2e().join("journeys");
    let entries = folder.read_dir().map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    files.retain(|path| path.to_string_lossy().ends_with(".test.mjs"));
    files.sort();
    node_test(chromium, &files, ("TRIPTYCH_DIST", &paths::dist()))
}

/// Runs test files with Node, one after another: two browsers at once would starve each other.
fn node_test(chromium: &Path, files: &[PathBuf], (name, folder): (&str, &Path)) -> Result<()> {
    if files.is_empty() {
        return Err("no test files: a suite that runs nothing proves nothing".into());
    }
    let mut command = Command::new("node");
    command.args(["--test", "--test-concurrency=1", "--test-reporter=spec"]).args(files);
    run(command.current_dir(paths::e2e()).env("CHROMIUM", chromium).env(name, folder))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_executable_is_read_from_cargos_message() {
        let message = r#"{"reason":"compiler-artifact","filenames":["/t/a.wasm"],"executable":"/t/b.wasm","fresh":true}"#;
        assert_eq!(executable(message), Some("/t/b.wasm".into()));
        assert_eq!(executable(r#"{"reason":"compiler-artifact","executable":null}"#), None);
    }

    #[test]
    fn no_test_files_is_a_failure() {
        assert!(node_test(Path::new("chromium"), &[], ("NAME", Path::new("."))).is_err());
    }
}
