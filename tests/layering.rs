//! Arrows between modules point one way: each uses only those that its line names.

#[path = "layering/circles.rs"]
mod circles;
#[path = "layering/tokens.rs"]
mod tokens;

use std::fs;
use std::path::{Path, PathBuf};

use circles::Package;

/// The modules, from the ground up: name, and what it may use of the package.
const LAYERS: &[(&str, &[&str])] = &[
    ("dispatch", &[]),
    ("dot", &["dispatch"]),
    ("fft", &[]),
    ("limits", &[]),
    ("order", &[]),
    ("pca", &[]),
    ("rng", &[]),
    ("softmax", &[]),
    ("world", &["order", "rng"]),
    ("pixels", &["dispatch"]),
    ("tensor", &[]),
    ("precision", &["dispatch"]),
    ("layout", &["precision", "tensor"]),
    ("js_error", &[]),
    ("search", &["dispatch", "dot", "order"]),
    ("io", &["limits", "order", "precision", "world", "pixels", "tensor", "js_error"]),
    ("kernel", &["tensor"]),
    ("plan", &["layout", "order", "precision", "tensor", "kernel"]),
    ("device", &["layout", "limits", "order", "tensor", "kernel", "plan"]),
    ("ops", &["dispatch", "dot", "fft", "layout", "order", "precision", "rng", "tensor", "kernel", "plan"]),
    ("check", &["rng", "tensor", "kernel", "plan", "ops", "device"]),
    ("nn", &["layout", "precision", "tensor", "kernel", "plan", "ops"]),
    (
        "model",
        &["layout", "limits", "precision", "rng", "world", "tensor", "kernel", "plan", "ops", "nn", "io"],
    ),
    ("viz", &["pixels", "tensor", "world"]),
    (
        "infer",
        &[
            "dot",
            "fft",
            "layout",
            "limits",
            "order",
            "precision",
            "rng",
            "softmax",
            "world",
            "pixels",
            "tensor",
            "io",
            "plan",
            "device",
            "ops",
            "nn",
            "model",
        ],
    ),
    (
        "eval",
        &[
            "dot", "order", "softmax", "world", "pixels", "tensor", "io", "plan", "device", "ops", "model",
            "infer",
        ],
    ),
    (
        "train",
        &["rng", "world", "pixels", "tensor", "io", "plan", "device", "ops", "nn", "model", "infer", "eval"],
    ),
    (
        "lab",
        &[
            "fft", "pca", "softmax", "world", "pixels", "tensor", "io", "plan", "device", "ops", "nn",
            "model", "infer", "eval", "train",
        ],
    ),
    (
        "session",
        &[
            "dot",
            "limits",
            "order",
            "precision",
            "world",
            "pixels",
            "tensor",
            "io",
            "plan",
            "device",
            "ops",
            "model",
            "softmax",
            "viz",
            "infer",
            "eval",
            "lab",
        ],
    ),
    (
        "ui",
        &[
            "dot", "limits", "order", "pca", "softmax", "world", "pixels", "search", "js_error", "viz",
            "eval", "lab", "session",
        ],
    ),
    ("worker", &["limits", "pixels", "io", "js_error", "device", "session"]),
    (
        "cli",
        &[
            "dot",
            "limits",
            "precision",
            "world",
            "pixels",
            "tensor",
            "io",
            "plan",
            "device",
            "ops",
            "model",
            "softmax",
            "viz",
            "infer",
            "eval",
            "train",
            "lab",
            "session",
        ],
    ),
];

/// Every arrow in `source`, a file of `module`, that the layers do not allow.
fn violations(module: &str, source: &str) -> Vec<String> {
    let Some((_, allowed)) = LAYERS.iter().find(|(name, _)| *name == module) else {
        return vec![format!("`{module}` has no line in the layers")];
    };
    let used = |line: &str| -> Vec<String> {
        let name = |rest: &str| rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
        line.split("crate::").skip(1).map(name).collect()
    };
    let mut found: Vec<String> = code(source).into_iter().flat_map(used).collect();
    found.sort_unstable();
    found.dedup();
    found.retain(|name| name != module && !allowed.contains(&name.as_str()));
    found.iter().map(|name| format!("`{module}` uses `crate::{name}`")).collect()
}

/// The lines without comments and without unit tests, which may use any module, nor what only documentation uses: what follows
/// `#[cfg(test)]` or `#[cfg(doc)]` up to its own end, a semicolon or, as rustfmt sets it, a brace under the attribute.
fn code(source: &str) -> Vec<&str> {
    let mut kept = Vec::new();
    let mut lines = source.lines();
    while let Some(line) = lines.next() {
        let text = line.trim_start();
        if text.starts_with("#[cfg(test)]") || text.starts_with("#[cfg(doc)]") {
            let end = format!("{}}}", &line[..line.len() - text.len()]);
            let is_last =
                |line: &&str| line.trim_end().ends_with(';') && !line.starts_with(' ') || **line == end;
            lines.find(is_last);
        } else if !text.starts_with("//") {
            kept.push(text);
        }
    }
    kept
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries =
        fs::read_dir(folder).expect("the sources are here").map(|entry| entry.expect("readable").path());
    let (folders, files): (Vec<_>, Vec<_>) = entries.partition(|path| path.is_dir());
    files.into_iter().chain(folders.iter().flat_map(|folder| self::files(folder))).collect()
}

#[test]
fn every_module_uses_only_layers_below_it() {
    let mut checked = 0;
    let mut found = Vec::new();
    for root in ["src", "engine/src"].map(|folder| Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)) {
        for file in files(&root).iter().filter(|file| file.extension().is_some_and(|e| e == "rs")) {
            let inner = file.strip_prefix(&root).expect("below the root");
            let module = inner.iter().next().expect("a name").to_string_lossy();
            if ["bin", "lib.rs"].contains(&&*module) {
                continue;
            }
            let source = fs::read_to_string(file).expect("a source is text");
            let complaints = violations(module.trim_end_matches(".rs"), &source);
            found.extend(complaints.iter().map(|complaint| format!("{}: {complaint}", inner.display())));
            checked += 1;
        }
    }
    assert!(checked > 300, "only {checked} sources were found");
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn the_layers_themselves_point_one_way() {
    for (i, (name, allowed)) in LAYERS.iter().enumerate() {
        for below in *allowed {
            let below_name = |(other, _): &(&str, &[&str])| other == below;
            assert!(
                LAYERS[..i].iter().any(below_name),
                "`{name}` may use `{below}`, which does not stand below it"
            );
        }
    }
}

#[test]
fn an_arrow_that_runs_back_is_found() {
    assert_eq!(violations("plan", "use crate::kernel::Kernel;\nuse crate::tensor::Shape;\n"), [""; 0]);
    assert_eq!(
        violations("plan", "    let d = crate::device::GpuDevice;\n"),
        ["`plan` uses `crate::device`"]
    );
    assert_eq!(violations("ops", "use crate::{plan::Plan};\n"), ["`ops` uses `crate::`"]);
    assert_eq!(
        violations(
            "plan",
            "//! [`crate::device::ParamStore`]\n#[cfg(test)]\nmod tests { use crate::device; }"
        ),
        [""; 0]
    );
    let around = "#[cfg(test)]\nmod tests {\n    use crate::device;\n}\n#[cfg(test)]\nmod more;\nuse crate::infer::Model;\n";
    assert_eq!(violations("plan", around), ["`plan` uses `crate::infer`"]);
    assert_eq!(violations("somewhere", ""), ["`somewhere` has no line in the layers"]);
}

#[test]
fn no_files_use_one_another() {
    let top = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |path: &Path| fs::read_to_string(top.join(path)).ok().map(|source| code(&source).join("\n"));
    let mut found = Vec::new();
    for root in ["src/lib.rs", "engine/src/lib.rs", "xtask/src/main.rs"] {
        let package = Package::read(Path::new(root), &read);
        assert!(package.len() > 10, "{root}: only {} files were found", package.len());
        found.extend(package.circles());
    }
    assert!(found.is_empty(), "circles:\n{}", found.join("\n\n"));
}

#[test]
fn a_circle_is_found_through_re_exports_and_other_files() {
    let circles = |files: &[(&str, &str)]| {
        let read = |path: &Path| {
            files.iter().find(|(name, _)| Path::new(name) == path).map(|(_, source)| source.to_string())
        };
        Package::read(Path::new("lib.rs"), &read).circles()
    };
    let root = ("lib.rs", "mod a;\nmod b;\npub use a::A;\n");
    let apart = ("a.rs", "pub struct A;\nfn a() { \"crate::b::b\"; }\n");
    assert_eq!(circles(&[root, apart, ("b.rs", "use crate::A;\npub fn b() {}\n")]), [""; 0]);
    let back = ("a.rs", "use crate::b;\npub struct A;\nfn a() { b::inner::<u32>() }\n");
    let both = ["a.rs uses b.rs\nb.rs uses a.rs"];
    assert_eq!(
        circles(&[root, back, ("b.rs", "use crate::{self as top};\npub fn inner(a: top::A) {}\n")]),
        both
    );
    // The circle closes by way of a child, whose use of its parent counts for nothing.
    let parent = ("b.rs", "mod inner;\npub use inner::inner;\npub struct B;\n");
    let child = ("b/inner.rs", "use super::B;\nuse crate::a::*;\npub fn inner(b: B) {}\n");
    assert_eq!(circles(&[root, back, parent, child]), ["a.rs uses b/inner.rs\nb/inner.rs uses a.rs"]);
    assert_eq!(circles(&[root, apart, parent, child]), [""; 0]);
}
