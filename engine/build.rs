//! Assembles the parts of the engine that are written in WebAssembly's text format.

use std::path::PathBuf;
use std::{env, fs};

const TILE: &str = "../src/ops/gemm_wasm/tile.wat";

fn main() {
    println!("cargo::rerun-if-changed={TILE}");
    let module = wat::parse_file(TILE).unwrap_or_else(|error| panic!("{error}"));
    let folder = PathBuf::from(env::var_os("OUT_DIR").expect("set by cargo"));
    fs::write(folder.join("tile.wasm"), module)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
}
