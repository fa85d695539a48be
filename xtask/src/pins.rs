//! Versions of the tools. Each is pinned in one place: here, in Cargo.lock, or in e2e/package.json (Playwright, Binaryen).

use crate::{Result, paths};
use std::fs;

/// The newest Trunk that the project's compiler builds: later ones need Rust 1.96.
pub(crate) const TRUNK: &str = "0.21.14";

/// The wasm-bindgen command line must match the library to the last digit.
pub(crate) fn wasm_bindgen() -> Result<String> {
    let lock = read("Cargo.lock")?;
    locked_version(&lock, "wasm-bindgen").ok_or_else(|| "Cargo.lock: expected a package wasm-bindgen".into())
}

/// Binaryen's major version, which is all that `wasm-opt --version` tells.
pub(crate) fn binaryen() -> Result<String> {
    let manifest = read("e2e/package.json")?;
    npm_version(&manifest, "binaryen")
        .and_then(|version| version.split('.').next().map(String::from))
        .ok_or_else(|| "e2e/package.json: expected an exact version of binaryen".into())
}

fn read(name: &str) -> Result<String> {
    fs::read_to_string(paths::root().join(name)).map_err(|error| format!("{name}: {error}"))
}

/// The version of a package in the text of a Cargo.lock.
fn locked_version(lock: &str, package: &str) -> Option<String> {
    let lock: toml::Table = lock.parse().ok()?;
    let packages = lock.get("package")?.as_array()?;
    let found = packages.iter().find(|found| found["name"].as_str() == Some(package))?;
    found["version"].as_str().map(String::from)
}

/// The version of a package among the dependencies of a package.json; `None` where it is a range or absent.
fn npm_version(manifest: &str, package: &str) -> Option<String> {
    let manifest: serde_json::Value = serde_json::from_str(manifest).ok()?;
    let version =
        ["dependencies", "devDependencies"].iter().find_map(|kind| manifest[kind][package].as_str())?;
    version.starts_with(|first: char| first.is_ascii_digit()).then(|| version.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOCK: &str = "\
[[package]]
name = \"wasm-bindgen-macro\"
version = \"0.1.0\"

[[package]]
name = \"wasm-bindgen\"
version = \"0.2.99\"
source = \"registry+https://github.com/rust-lang/crates.io-index\"
";

    #[test]
    fn a_locked_version_is_that_of_the_whole_name() {
        assert_eq!(locked_version(LOCK, "wasm-bindgen").as_deref(), Some("0.2.99"));
        assert_eq!(locked_version(LOCK, "wasm"), None);
    }

    #[test]
    fn an_npm_version_must_be_exact() {
        assert_eq!(npm_version(r#"{"dependencies": {"a": "1.2.3"}}"#, "a").as_deref(), Some("1.2.3"));
        assert_eq!(npm_version(r#"{"dependencies": {"a": "^1.2.3"}}"#, "a"), None);
        assert_eq!(npm_version(r#"{"devDependencies": {"b": "1.2.3"}}"#, "a"), None);
    }

    #[test]
    fn the_project_pins_what_the_build_needs() {
        assert!(wasm_bindgen().unwrap().starts_with("0.2."));
        assert!(binaryen().unwrap().parse::<u32>().is_ok());
    }
}
