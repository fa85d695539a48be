#![no_main]

#[path = "../../examples/fuzz/case.rs"]
mod case;
#[path = "../../examples/fuzz/files.rs"]
mod files;
#[path = "../../examples/fuzz/mutate/mod.rs"]
mod mutate;
#[path = "../run.rs"]
mod run;
#[path = "../../examples/fuzz/targets/mod.rs"]
mod targets;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| run::run("config", "config.json", bytes));
