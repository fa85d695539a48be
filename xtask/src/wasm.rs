//! A compiler that can build for wasm32: the active one, or Debian's with a standard library built here.

use crate::process::{cargo, output, run, run_within, step, version_of};
use crate::{Result, packages, paths};
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

pub(crate) const TARGET: &str = "wasm32-unknown-unknown";
/// The package of the browser's program.
pub(crate) const PACKAGE: &str = "triptych-web";
/// The arguments of cargo that build a target of [`PACKAGE`], as Trunk builds its program.
pub(crate) const BUILD: [&str; 8] =
    ["build", "--locked", "--profile", "web", "--target", TARGET, "--package", PACKAGE];
/// A download of some 30 MB; a server that cannot be reached must not hold up the build.
const RUSTUP_LIMIT: Duration = Duration::from_secs(180);
const DEBIAN_RUSTC: &str = "/usr/bin/rustc";
const DEBIAN_LIBRARIES: &str = "/usr/lib/rustlib";
const DEBIAN_PACKAGES: [&str; 2] = ["rustc-web", "rust-web-src"];

/// The compiler for wasm, as the environment of a cargo that builds for it.
pub(crate) struct Toolchain {
    environment: Vec<(&'static str, OsString)>,
    /// Debian's compiler, where the active one has no wasm32.
    pub debian: bool,
}

impl Toolchain {
    /// Lets a command, and any cargo that it starts, build for wasm with this toolchain.
    pub(crate) fn apply<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        // Either of these would replace the target's flags in .cargo/config.toml instead of adding to them.
        command.env_remove("RUSTFLAGS").env_remove("CARGO_ENCODED_RUSTFLAGS");
        command.env("CARGO_TARGET_DIR", paths::wasm_target());
        command.envs(self.environment.iter().map(|(name, value)| (name, value)))
    }
}

/// Looks for wasm32 in the active toolchain, asks rustup for it, and falls back to Debian's compiler.
pub(crate) fn set_up() -> Result<Toolchain> {
    if has_std(&active_libraries()?) {
        step(format!("{TARGET}: in the active Rust toolchain"));
        return Ok(Toolchain { environment: Vec::new(), debian: false });
    }
    let rustup = match paths::find("rustup")? {
        Some(rustup) => {
            step(format!("{TARGET}: not found, asking rustup"));
            run_within(
                Command::new(rustup).args(["target", "add", TARGET]).current_dir(paths::root()),
                RUSTUP_LIMIT,
            )
        }
        None => Err("no rustup here".into()),
    };
    match rustup {
        Ok(()) if has_std(&active_libraries()?) => {
            return Ok(Toolchain { environment: Vec::new(), debian: false });
        }
        Ok(()) => step("rustup added it to another toolchain than the active one; trying Debian's compiler"),
        Err(error) => step(format!("{error}; trying Debian's compiler")),
    }
    debian().map_err(|error| format!("{error}\ninstall by hand: rustup target add {TARGET}"))
}

/// Where the active compiler keeps its libraries for wasm32.
fn active_libraries() -> Result<PathBuf> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let mut command = Command::new(rustc);
    command.args(["--print", "target-libdir", "--target", TARGET]).current_dir(paths::root());
    output(&mut command).map(PathBuf::from)
}

fn has_std(libraries: &Path) -> bool {
    let Ok(entries) = libraries.read_dir() else { return false };
    entries.flatten().any(|entry| {
        let name = entry.file_name().to_string_lossy().into_owned();
        name.starts_with("libstd-") && name.ends_with(".rlib")
    })
}

/// Debian's compiler with a sysroot of its own under the user's cache.
fn debian() -> Result<Toolchain> {
    let source = |version: &str| PathBuf::from(format!("/usr/src/rustc-{version}/library/std/Cargo.toml"));
    if !debian_version().is_some_and(|version| source(&version).is_file()) {
        step(format!("Debian's compiler: installing {}", DEBIAN_PACKAGES.join(" and ")));
        packages::install(&DEBIAN_PACKAGES)?;
    }
    let version = debian_version().ok_or_else(|| format!("{DEBIAN_RUSTC} does not run"))?;
    let sysroot = paths::cache()?.join(format!("sysroot-{version}"));
    if has_std(&libraries_in(&sysroot)) {
        step(format!("{TARGET}: Debian's rustc {version} with {}", sysroot.display()));
    } else {
        step(format!(
            "{TARGET}: building the standard library of Debian's rustc {version} into {}",
            sysroot.display()
        ));
        build_sysroot(&sysroot)?;
    }
    let flags = OsString::from_iter(["--sysroot=".as_ref(), sysroot.as_os_str()]);
    let environment =
        vec![("RUSTC", DEBIAN_RUSTC.into()), ("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", flags)];
    Ok(Toolchain { environment, debian: true })
}

/// `1.96.0` out of `rustc 1.96.0 (...)`.
fn debian_version() -> Option<String> {
    version_of(DEBIAN_RUSTC)?.split_whitespace().nth(1).map(String::from)
}

fn libraries_in(sysroot: &Path) -> PathBuf {
    sysroot.join("lib/rustlib").join(TARGET).join("lib")
}

/// Builds std for wasm32 by way of an empty crate and lays it beside a link to Debian's host libraries.
fn build_sysroot(sysroot: &Path) -> Result<()> {
    let empty = paths::cache()?.join("empty-crate");
    let target = empty.join("target");
    let build = || -> std::io::Result<()> {
        fs::create_dir_all(empty.join("src"))?;
        fs::write(empty.join("src/lib.rs"), "")?;
        // A workspace of its own, in case the cache lies inside one.
        fs::write(empty.join("Cargo.toml"), "[package]\nname = \"empty\"\nedition = \"2024\"\n[workspace]\n")
    };
    build().map_err(|error| format!("{}: {error}", empty.display()))?;
    let mut command = cargo();
    command
        .current_dir(&empty)
        .args(["build", "--release", "-Zbuild-std=std,panic_abort,panic_unwind,test", "--target", TARGET])
        .env("RUSTC", DEBIAN_RUSTC)
        .env("RUSTC_BOOTSTRAP", "1")
        // Without bitcode in std, a build with link-time optimisation fails.
        .env("RUSTFLAGS", "-Cembed-bitcode=yes")
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .env("CARGO_TARGET_DIR", &target);
    run(&mut command)?;
    lay_sysroot(&target.join(TARGET).join("release/deps"), sysroot)
        .map_err(|error| format!("{}: {error}", sysroot.display()))
}

fn lay_sysroot(built: &Path, sysroot: &Path) -> std::io::Result<()> {
    if sysroot.exists() {
        fs::remove_dir_all(sysroot)?;
    }
    let libraries = libraries_in(sysroot);
    fs::create_dir_all(&libraries)?;
    let host = format!("{}-unknown-linux-gnu", std::env::consts::ARCH);
    #[cfg(unix)]
    std::os::unix::fs::symlink(
        Path::new(DEBIAN_LIBRARIES).join(&host),
        sysroot.join("lib/rustlib").join(&host),
    )?;
    // std last: its presence says that the sysroot is whole.
    let mut rlibs: Vec<PathBuf> = built.read_dir()?.flatten().map(|entry| entry.path()).collect();
    rlibs.retain(|path| {
        path.extension().is_some_and(|ending| ending == "rlib") && !stem_starts(path, "libempty-")
    });
    rlibs.sort_by_key(|path| stem_starts(path, "libstd-"));
    for rlib in rlibs {
        fs::copy(&rlib, libraries.join(rlib.file_name().expect("a file has a name")))?;
    }
    // Cargo does not see that the libraries under an unchanged flag have changed.
    match fs::remove_dir_all(paths::wasm_target().join(TARGET)) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn stem_starts(path: &Path, prefix: &str) -> bool {
    path.file_stem().is_some_and(|stem| stem.to_string_lossy().starts_with(prefix))
}
