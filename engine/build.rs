//! Assembles the parts of the engine that are written in WebAssembly's text format.

use std::path::PathBuf;
use std::{env, fs};

const FUSED: &str = "src/ops/gemm/wasm/fused.wat";

fn main() {
    println!("cargo::rerun-if-changed={FUSED}");
    let module = wat::parse_file(FUSED).unwrap_or_else(|error| panic!("{error}"));
    let folder = PathBuf::from(env::var_os("OUT_DIR").expect("set by cargo"));
    fs::write(folder.join("fused.wasm"), module)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
}
