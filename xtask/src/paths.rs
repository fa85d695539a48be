//! Where things lie: in the project, and in the user's cache.

use crate::Result;
use etcetera::BaseStrategy;
use etcetera::base_strategy::Xdg;
use std::env;
use std::path::{Path, PathBuf};

/// The project's root.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies in the project's root")
}

/// The built page.
pub(crate) fn dist() -> PathBuf {
    root().join("dist")
}

/// Browser tests and the Node packages that they and the page's build need.
pub(crate) fn e2e() -> PathBuf {
    root().join("e2e")
}

/// Build outputs.
pub(crate) fn target() -> PathBuf {
    let target = env::var_os("CARGO_TARGET_DIR").map_or_else(|| "target".into(), PathBuf::from);
    root().join(target)
}

/// Build outputs of the wasm toolchain. It may be another compiler than the native one, so it has a folder of its own.
pub(crate) fn wasm_target() -> PathBuf {
    target().join("wasm")
}

/// What xtask installs for itself: `$XDG_CACHE_HOME/triptych`, by default `~/.cache/triptych`.
pub(crate) fn cache() -> Result<PathBuf> {
    let folders = Xdg::new().map_err(|error| format!("no folder for xtask's tools: {error}"))?;
    Ok(folders.cache_dir().join("triptych"))
}

/// Folders with tools: xtask's own first, then the Node packages', then the user's.
pub(crate) fn tool_folders() -> Result<Vec<PathBuf>> {
    let mut folders = vec![cache()?.join("tools/bin"), e2e().join("node_modules/.bin")];
    folders.extend(env::split_paths(&env::var_os("PATH").unwrap_or_default()));
    folders.extend(env::home_dir().map(|home| home.join(".cargo/bin")));
    Ok(folders)
}

/// Every file of this name in the folders with tools, in their order.
pub(crate) fn find_all(name: &str) -> Result<Vec<PathBuf>> {
    let file = format!("{name}{}", env::consts::EXE_SUFFIX);
    Ok(tool_folders()?.iter().map(|folder| folder.join(&file)).filter(|path| path.is_file()).collect())
}

/// The first file of this name in the folders with tools.
pub(crate) fn find(name: &str) -> Result<Option<PathBuf>> {
    Ok(find_all(name)?.into_iter().next())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_holds_the_workspace() {
        assert!(root().join("Cargo.lock").is_file());
    }

    #[test]
    fn cargo_is_found_and_nonsense_is_not() {
        assert!(find("cargo").unwrap().is_some());
        assert_eq!(find("no-such-program-here").unwrap(), None);
    }
}
