//! Debian packages: the only way by which xtask touches the system.

use crate::process::{output, run};
use crate::{Result, paths};
use std::process::Command;

/// Installs Debian packages as root or by sudo; otherwise the error holds the command to type.
pub(crate) fn install(packages: &[&str]) -> Result<()> {
    let by_hand = format!("install by hand: apt-get install {}", packages.join(" "));
    if paths::find("apt-get")?.is_none() {
        return Err(format!("no apt-get here; {by_hand}, or what your system calls it"));
    }
    let root = output(Command::new("id").arg("-u"))? == "0";
    if !root && paths::find("sudo")?.is_none() {
        return Err(format!("neither root nor sudo; {by_hand}"));
    }
    let apt = |words: &[&str]| {
        let mut command = Command::new(if root { "env" } else { "sudo" });
        command
            .args(["DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq", "-o", "Dpkg::Use-Pty=0"])
            .args(words);
        run(&mut command)
    };
    apt(&["update"])
        .and_then(|()| apt(&[&["install", "-y", "--no-install-recommends"], packages].concat()))
        .map_err(|error| format!("{error}\n{by_hand}"))
}
