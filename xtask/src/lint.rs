//! What needs no running: formatting, clippy for both targets, shaders, documentation, packages, dependency rules.

use crate::process::{cargo, run, step};
use crate::{Result, packages, paths, wasm};
use std::process::Command;

const DEBIAN_CLIPPY: &str = "/usr/bin/cargo-clippy";
/// As the programs for the browser are built.
const WASM_CLIPPY: [&str; 6] = ["clippy", "--locked", "--profile", "web", "--target", wasm::TARGET];

pub(crate) fn run_all() -> Result<()> {
    step("formatting");
    run(cargo().args(["fmt", "--all", "--check"]))?;
    step("clippy, native");
    let native = ["clippy", "--release", "--locked", "--workspace", "--exclude", wasm::PACKAGE];
    run(cargo().args(native).args(["--all-targets", "--all-features", "--", "-D", "warnings"]))?;
    clippy_for_wasm()?;
    shaders()?;
    documentation()?;
    packages()?;
    dependencies()
}

/// The native code that is unsafe, by Miri, an interpreter that sees undefined behaviour. It comes with a nightly compiler only:
/// `rustup component add --toolchain nightly miri rust-src`.
pub(crate) fn miri() -> Result<()> {
    let found = Command::new("cargo").args(["+nightly", "miri", "--version"]).output();
    if !found.is_ok_and(|found| found.status.success()) {
        step("miri: NOT CHECKED, it is not installed");
        return Ok(());
    }
    step("miri");
    let mut command = Command::new("cargo");
    command.current_dir(paths::root()).args(["+nightly", "miri", "test", "--locked"]);
    command.args(["--package", "triptych-engine", "--lib", "--", "gemm::native"]);
    run(command.env("MIRIFLAGS", "-Zmiri-disable-isolation"))
}

/// Every composition of shader pieces by naga, in `tests/shaders.rs`, and by tint, Chrome's compiler, where it is here.
fn shaders() -> Result<()> {
    step("shaders, naga");
    let written = paths::root().join("target/wgsl");
    // What an earlier run left may be of a variant that is no more.
    let _ = std::fs::remove_dir_all(&written);
    run(cargo().args(["test", "--release", "--locked", "--test", "shaders"]).env("WRITE_SHADERS", &written))?;
    let Some(tint) = paths::find("tint")? else {
        step("shaders, tint: NOT CHECKED, it is not installed");
        return Ok(());
    };
    step("shaders, tint");
    let entries = written.read_dir().map_err(|error| format!("{}: {error}", written.display()))?;
    for entry in entries.flatten() {
        let compiled = paths::root().join("target/tint.wgsl");
        run(Command::new(&tint).args(["--format", "wgsl", "-o"]).arg(compiled).arg(entry.path()))?;
    }
    Ok(())
}

/// Clippy must be of the compiler that holds the standard library for wasm.
fn clippy_for_wasm() -> Result<()> {
    let toolchain = wasm::set_up()?;
    step("clippy, wasm");
    let mut command = if toolchain.debian { debian_clippy()? } else { cargo() };
    command.args(WASM_CLIPPY).args(["--package", wasm::PACKAGE, "--all-targets"]);
    run(toolchain.apply(&mut command).args(["--", "-D", "warnings"]))?;
    step("clippy, wasm with the tokenizers");
    let mut command = if toolchain.debian { debian_clippy()? } else { cargo() };
    command.args(WASM_CLIPPY).args([
        "--no-default-features",
        "--features",
        "tokenizer",
        "--bin",
        "tokenizer",
    ]);
    run(toolchain.apply(&mut command).args(["--", "-D", "warnings"]))
}

fn debian_clippy() -> Result<Command> {
    if !std::path::Path::new(DEBIAN_CLIPPY).is_file() {
        step("clippy of Debian's compiler: installing rust-web-clippy");
        packages::install(&["rust-web-clippy"])?;
    }
    let mut command = Command::new(DEBIAN_CLIPPY);
    command.current_dir(paths::root());
    Ok(command)
}

/// Links and form of what rustdoc shows.
fn documentation() -> Result<()> {
    step("documentation");
    let doc = ["doc", "--no-deps", "--locked", "--workspace", "--exclude", wasm::PACKAGE, "--all-features"];
    run(cargo().args(doc).env("RUSTDOCFLAGS", "-D warnings"))
}

/// The packages that others use are built from what they hold alone.
fn packages() -> Result<()> {
    step("packages");
    let package = ["package", "--locked", "--allow-dirty", "-p", "triptych-shaders", "-p", "triptych-engine"];
    run(cargo().args(package))
}

/// Licences and advisories by deny.toml.
fn dependencies() -> Result<()> {
    match paths::find("cargo-deny")? {
        Some(path) => {
            step("cargo-deny");
            run(Command::new(path).current_dir(paths::root()).args(["check"]))
        }
        None => {
            step("cargo-deny: NOT CHECKED, it is not installed (cargo install cargo-deny --locked)");
            Ok(())
        }
    }
}
