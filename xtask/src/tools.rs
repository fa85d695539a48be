//! Command-line tools that cargo installs: looked for first, then built into xtask's cache.

use crate::process::{cargo, run, step, version_of};
use crate::{Result, paths, pins};
use std::path::{Path, PathBuf};

/// Trunk, which bundles the page.
pub(crate) fn trunk() -> Result<PathBuf> {
    installed("trunk", "trunk", pins::TRUNK)
}

/// The wasm-bindgen command line of the library's version.
pub(crate) fn wasm_bindgen() -> Result<PathBuf> {
    installed("wasm-bindgen", "wasm-bindgen-cli", &pins::wasm_bindgen()?)
}

/// A program of exactly this version, installed with `cargo install` where none is found.
fn installed(program: &str, package: &str, version: &str) -> Result<PathBuf> {
    for path in paths::find_all(program)? {
        if version_of(&path).is_some_and(|text| says(&text, version)) {
            step(format!("{program} {version}: {}", path.display()));
            return Ok(path);
        }
    }
    let folder = paths::cache()?.join("tools");
    step(format!("{program} {version}: not found, building it into {} (minutes)", folder.display()));
    install(package, version, &folder, true)
        .or_else(|error| {
            // A registry may lack a version that the package's lock file names.
            step(format!("{error}; trying without its lock file"));
            install(package, version, &folder, false)
        })
        .map_err(|error| {
            format!("{error}\ninstall it by hand: cargo install {package} --version {version}")
        })?;
    Ok(folder.join("bin").join(format!("{program}{}", std::env::consts::EXE_SUFFIX)))
}

fn install(package: &str, version: &str, folder: &Path, locked: bool) -> Result<()> {
    let mut install = cargo();
    install.current_dir(std::env::temp_dir()).args(["install", package, "--version", version, "--root"]);
    install
        .arg(folder)
        .args(locked.then_some("--locked"))
        .env_remove("CARGO_TARGET_DIR")
        // A tool that runs once a build need not be optimised as a whole program; this halves the wait.
        .env("CARGO_PROFILE_RELEASE_LTO", "off")
        .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
        .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1");
    run(&mut install)
}

/// Whether a `--version` text names this version as a word of its own.
pub(crate) fn says(text: &str, version: &str) -> bool {
    text.split_whitespace().any(|word| word.trim_start_matches('v') == version)
}

#[cfg(test)]
mod tests {
    use super::says;

    #[test]
    fn a_version_is_a_whole_word() {
        assert!(says("trunk 0.21.14", "0.21.14"));
        assert!(says("wasm-opt version 132 (version_132)", "132"));
        assert!(!says("trunk 0.21.140", "0.21.14"));
        assert!(!says("wasm-opt version 108", "10"));
    }
}
