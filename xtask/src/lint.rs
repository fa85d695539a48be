//! What needs no running: formatting, clippy for both targets, dependency rules.

use crate::process::{Result, cargo, run, step};
use crate::{packages, paths, wasm};
use std::process::Command;

const DEBIAN_CLIPPY: &str = "/usr/bin/cargo-clippy";

pub fn run_all() -> Result<()> {
    step("formatting");
    run(cargo().args(["fmt", "--all", "--check"]))?;
    step("clippy, native");
    let native = ["clippy", "--release", "--locked", "--workspace", "--all-targets", "--all-features"];
    run(cargo().args(native).args(["--", "-D", "warnings"]))?;
    clippy_for_wasm()?;
    dependencies()
}

/// Clippy must be of the compiler that holds the standard library for wasm.
fn clippy_for_wasm() -> Result<()> {
    let toolchain = wasm::set_up()?;
    step("clippy, wasm");
    let mut command = if toolchain.debian { debian_clippy()? } else { cargo() };
    command.args([
        "clippy",
        "--locked",
        "--profile",
        "web",
        "--target",
        wasm::TARGET,
        "--no-default-features",
    ]);
    command.args([
        "--features",
        "ui,worker",
        "--lib",
        "--bin",
        "app",
        "--bin",
        "worker",
        "--test",
        "portable",
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
