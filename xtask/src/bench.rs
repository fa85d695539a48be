//! Our engine beside others: everything that a script of `benches/` needs, then the comparison itself.

use crate::args::{Comparison, Peer};
use crate::process::{cargo, run, step};
use crate::{Result, browser, node, paths, tools, wasm};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The example that is our side, for the browser and natively.
const EXAMPLE: &str = "bench";

/// Runs the comparison. Standard output holds its result and nothing else.
pub(crate) fn compare(comparison: &Comparison) -> Result<()> {
    let folder = paths::target().join("bench");
    let benches = paths::root().join("benches");
    fs::create_dir_all(folder.join("web")).map_err(|error| format!("{}: {error}", folder.display()))?;
    node::set_up()?;
    let chromium = browser::chromium()?;
    for name in ["package.json", "package-lock.json"] {
        fs::copy(benches.join(name), folder.join(name)).map_err(|error| format!("{name}: {error}"))?;
    }
    node::packages(&folder)?;
    models(&folder, &python(&folder.join("venv"), &benches.join("requirements.txt"))?)?;
    let script = match comparison.against {
        Peer::Ort => "compare.mjs",
        Peer::Torch => {
            python(&folder.join("venv-torch"), &benches.join("requirements-torch.txt"))?;
            "train.mjs"
        }
    };
    web(&folder.join("web"))?;
    let program = native()?;
    step("comparing");
    let mut command = Command::new("node");
    command.arg(benches.join(script)).arg(&folder);
    command.args(comparison.json.then_some("--json")).args(comparison.write.then_some("--write"));
    run(command.env("CHROMIUM", chromium).env("TRIPTYCH_BENCH", program))
}

/// Python of an environment of its own with the packages that are pinned.
fn python(venv: &Path, requirements: &Path) -> Result<PathBuf> {
    let python = venv.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
    let pins = fs::read(requirements).map_err(|error| format!("{}: {error}", requirements.display()))?;
    let installed = venv.join(".installed.txt");
    if fs::read(&installed).is_ok_and(|found| found == pins) {
        step(format!("Python packages: as {} says", requirements.display()));
        return Ok(python);
    }
    step(format!("Python packages: installing them into {}", venv.display()));
    quiet(Command::new(if cfg!(windows) { "python" } else { "python3" }).args(["-m", "venv"]).arg(venv))?;
    quiet(Command::new(&python).args(["-m", "pip", "install", "--quiet", "-r"]).arg(requirements))?;
    fs::write(&installed, pins).map_err(|error| format!("{}: {error}", installed.display()))?;
    Ok(python)
}

/// The models of both sides, unless they are there: the last file that their script writes tells.
fn models(folder: &Path, python: &Path) -> Result<()> {
    let models = folder.join("models");
    for (script, folder, last) in [
        ("bench_models.py", models.clone(), "cases.json"),
        ("bench_decoder.py", models.join("blip-base"), "ids.json"),
    ] {
        if folder.join(last).is_file() {
            step(format!("models: {}", folder.display()));
            continue;
        }
        step(format!("models: writing them into {}", folder.display()));
        quiet(Command::new(python).arg(paths::root().join("python").join(script)).arg(folder))?;
    }
    Ok(())
}

/// Our side for the browser, built and optimised as the page and its worker are.
fn web(folder: &Path) -> Result<()> {
    let toolchain = wasm::set_up()?;
    let wasm_bindgen = tools::wasm_bindgen()?;
    node::wasm_opt()?;
    step("building our side for the browser");
    let mut build = cargo();
    build.args(wasm::BUILD);
    quiet(toolchain.apply(build.args(["--example", EXAMPLE])))?;
    let built = paths::wasm_target().join(wasm::TARGET).join("web/examples").join(format!("{EXAMPLE}.wasm"));
    let bindgen = ["--target", "web", "--no-typescript", "--out-name", EXAMPLE, "--out-dir"];
    quiet(Command::new(wasm_bindgen).args(bindgen).arg(folder).arg(built))?;
    let html = fs::read_to_string(paths::root().join("index.html"))
        .map_err(|error| format!("index.html: {error}"))?;
    let module = folder.join(format!("{EXAMPLE}_bg.wasm"));
    let optimiser = paths::find("wasm-opt")?.ok_or("no wasm-opt among the Node packages")?;
    quiet(Command::new(optimiser).args(page_optimisation(&html)?).arg(&module).arg("-o").arg(&module))
}

/// Our native side's path.
fn native() -> Result<PathBuf> {
    step("building our native side");
    quiet(cargo().args(["build", "--release", "--locked", "--example", EXAMPLE]))?;
    let file = format!("{EXAMPLE}{}", std::env::consts::EXE_SUFFIX);
    Ok(paths::target().join("release/examples").join(file))
}

/// The arguments of wasm-opt that `index.html` tells Trunk for the page.
fn page_optimisation(html: &str) -> Result<Vec<String>> {
    let value = |name: &str| -> Option<&str> {
        let (_, page) = html.split_once("data-bin=\"app\"")?;
        let (tag, _) = page.split_once('>')?;
        tag.split_once(&format!(" {name}=\""))?.1.split('"').next()
    };
    match (value("data-wasm-opt"), value("data-wasm-opt-params")) {
        (Some(level), Some(rest)) => {
            Ok(std::iter::once(format!("-O{level}")).chain(rest.split(' ').map(String::from)).collect())
        }
        _ => Err("index.html: expected the page's data-wasm-opt and data-wasm-opt-params".into()),
    }
}

/// Runs with standard output on standard error.
fn quiet(command: &mut Command) -> Result<()> {
    run(command.stdout(Stdio::from(std::io::stderr())))
}

#[cfg(test)]
mod tests {
    use super::page_optimisation;

    #[test]
    fn the_pages_optimisation_is_read_from_its_own_tag() {
        let html = r#"<link data-bin="tokenizer" data-wasm-opt="z" data-wasm-opt-params="-a">
            <link data-bin="app" data-wasm-opt="3" data-wasm-opt-params="-b -c">"#;
        assert_eq!(page_optimisation(html).unwrap(), ["-O3", "-b", "-c"]);
        assert!(page_optimisation(r#"<link data-bin="app"><link data-wasm-opt="3">"#).is_err());
    }

    #[test]
    fn the_page_tells_how_its_worker_is_optimised() {
        let html = std::fs::read_to_string(crate::paths::root().join("index.html")).unwrap();
        assert!(page_optimisation(&html).unwrap().contains(&"--enable-simd".to_string()));
    }
}
