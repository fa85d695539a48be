//! What the tests need to draw and compute: Chromium, and a Vulkan driver for the native GPU tests.

use crate::process::{step, version_of};
use crate::{Result, packages, paths};
use std::path::{Path, PathBuf};

const NAMES: [&str; 5] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];
const MAC: &str = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome";
const VULKAN_DRIVERS: [&str; 3] =
    ["/etc/vulkan/icd.d", "/usr/share/vulkan/icd.d", "/usr/local/share/vulkan/icd.d"];

/// Chromium's path: `$CHROMIUM`, an installed one, or Debian's package.
pub(crate) fn chromium() -> Result<PathBuf> {
    if let Some(path) = find()? {
        return Ok(path);
    }
    step("Chromium: not found, installing Debian's");
    packages::install(&["chromium"])
        .and_then(|()| find()?.ok_or_else(|| "no chromium after its installation".into()))
        .map_err(|error| format!("{error}\nor install Chrome and set CHROMIUM to its path"))
}

fn find() -> Result<Option<PathBuf>> {
    let mut candidates: Vec<PathBuf> = std::env::var_os("CHROMIUM").map(PathBuf::from).into_iter().collect();
    for name in NAMES {
        candidates.extend(paths::find_all(name)?);
    }
    candidates.push(MAC.into());
    // Ubuntu's package of this name is a stub that fails when it is run.
    let found = candidates.into_iter().find_map(|path| version_of(&path).map(|version| (path, version)));
    Ok(found.map(|(path, version)| {
        step(format!("Chromium: {} ({version})", path.display()));
        path
    }))
}

/// A Vulkan driver, installing Mesa's (which has a software one) where Linux has none.
pub(crate) fn vulkan_driver() -> Result<()> {
    if !cfg!(target_os = "linux") {
        return Ok(());
    }
    if let Some(path) = installed_driver() {
        step(format!("Vulkan driver: {}", path.display()));
        return Ok(());
    }
    step("Vulkan driver: none found, installing Mesa's software one");
    packages::install(&["mesa-vulkan-drivers", "libvulkan1"])?;
    installed_driver().map(|_| ()).ok_or_else(|| "no Vulkan driver after the installation of Mesa's".into())
}

fn installed_driver() -> Option<PathBuf> {
    if let Some(list) = std::env::var_os("VK_DRIVER_FILES").or_else(|| std::env::var_os("VK_ICD_FILENAMES")) {
        return std::env::split_paths(&list).find(|path| path.is_file());
    }
    VULKAN_DRIVERS.iter().find_map(|folder| first_json(Path::new(folder)))
}

fn first_json(folder: &Path) -> Option<PathBuf> {
    let entries = folder.read_dir().ok()?;
    entries
        .flatten()
        .map(|entry| entry.path())
        .find(|path| path.extension().is_some_and(|ending| ending == "json"))
}
