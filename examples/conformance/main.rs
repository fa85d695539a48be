//! Runs the engine on a folder of reference cases from outside the project: `cargo xtask conformance FOLDER`.

#[path = "../../tests/checkpoints/mod.rs"]
mod checkpoints;
mod files;
mod metrics;
mod onnx;
mod preprocess;
mod tokenizers;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use checkpoints::reference::Form;

/// What a set of cases came to.
#[derive(Default)]
pub struct Tally {
    passed: usize,
    failed: Vec<String>,
    /// Names of cases of things that the engine does not have.
    not_ours: Vec<String>,
}

/// Runs the cases of a folder.
type Set = fn(&Path) -> Tally;

impl Tally {
    fn case(&mut self, name: String, verdict: Result<(), String>) {
        match verdict {
            Ok(()) => self.passed += 1,
            Err(what) => self.failed.push(format!("{name}: {what}")),
        }
    }
}

/// A file of the set; without it there is nothing to run.
pub fn bytes(path: &Path) -> Vec<u8> {
    std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn main() -> ExitCode {
    let Some(folder) = std::env::args_os().nth(1).map(PathBuf::from) else {
        eprintln!("error: expected the folder of the reference cases");
        return ExitCode::from(2);
    };
    let sets: [(&str, Set); 6] = [
        ("tokenizers", tokenizers::run),
        ("preprocess", preprocess::run),
        ("safetensors", files::run),
        ("metrics", metrics::run),
        ("onnx_node", onnx::run),
        ("hf", hf),
    ];
    let mut failed = 0;
    for (name, run) in sets {
        let tally = run(&folder.join(name));
        failed += tally.failed.len();
        println!(
            "{name}: {} passed, {} failed, {} not ours",
            tally.passed,
            tally.failed.len(),
            tally.not_ours.len()
        );
        if !tally.not_ours.is_empty() {
            println!("  not ours: {}", tally.not_ours.join(" "));
        }
        tally.failed.iter().for_each(|what| println!("  {what}"));
    }
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn hf(folder: &Path) -> Tally {
    let mut tally = Tally::default();
    let mut models: Vec<PathBuf> =
        std::fs::read_dir(folder).expect("the set is there").flatten().map(|entry| entry.path()).collect();
    models.retain(|path| path.is_dir());
    models.sort();
    for model in models {
        for form in [Form::Cpu, Form::Gpu] {
            let outcome = checkpoints::check_folder(&model, form);
            let name = model.file_name().unwrap_or_default().to_string_lossy().into_owned();
            println!(
                "  {name} {form:?}: {} goldens, worst {:.1e} in {}",
                outcome.compared, outcome.worst.0, outcome.worst.1
            );
            tally.passed += outcome.compared.saturating_sub(outcome.failures.len());
            tally.failed.extend(outcome.failures.into_iter().map(|what| format!("{name} {form:?}: {what}")));
        }
    }
    tally
}
