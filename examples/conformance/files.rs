//! `safetensors/`: which files are good, and what is in them.

use std::path::Path;

use serde_json::Value;
use triptych::io::safetensors::{SafetensorsError, SafetensorsFile};

use super::{Tally, bytes};

pub(crate) fn run(folder: &Path) -> Tally {
    let index: Value = serde_json::from_slice(&bytes(&folder.join("index.json"))).expect("an index");
    let mut tally = Tally::default();
    for case in index["files"].as_array().expect("files") {
        let name = case["name"].as_str().expect("a name");
        let path = folder.join(case["file"].as_str().expect("a path"));
        let file = SafetensorsFile::new(name, bytes(&path));
        let accept = case["accept"].as_bool().expect("a verdict");
        let verdict = match (file, accept) {
            (Ok(_), false) => Err("accepted, expected a refusal".to_string()),
            (Err(error), true) => Err(error.to_string()),
            (Err(_), false) => Ok(()),
            (Ok(file), true) => tensors(&file, case["tensors"].as_array().map_or(&[][..], |t| t)),
        };
        tally.case(name.to_string(), verdict);
    }
    tally
}

/// The tensors of an accepted file, where we read their type.
fn tensors(file: &SafetensorsFile, expected: &[Value]) -> Result<(), String> {
    let mut names = file.names();
    let mut wanted: Vec<&str> = expected.iter().flat_map(|tensor| tensor["name"].as_str()).collect();
    names.sort();
    wanted.sort_unstable();
    if names != wanted {
        return Err(format!("holds {names:?}, expected {wanted:?}"));
    }
    for tensor in expected {
        let name = tensor["name"].as_str().expect("a name");
        let hex = tensor["data_hex"].as_str().expect("bytes");
        let data: Vec<u8> = (0..hex.len())
            .step_by(2)
            .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).expect("hexadecimal digits"))
            .collect();
        let (words, _) = data.as_chunks::<4>();
        let words: Vec<u32> = match tensor["dtype"].as_str() {
            Some("F32" | "I32" | "U32") => words.iter().map(|word| u32::from_le_bytes(*word)).collect(),
            Some("BF16") => {
                let (halves, _) = data.as_chunks::<2>();
                halves.iter().map(|half| u32::from(u16::from_le_bytes(*half)) << 16).collect()
            }
            _ => match file.tensor(name) {
                Err(SafetensorsError::Unsupported { .. }) => continue,
                other => return Err(format!("`{name}` was read as {other:?}")),
            },
        };
        let got = file.tensor(name).map_err(|error| error.to_string())?;
        if got.words() != words {
            return Err(format!("`{name}` holds {got:?}"));
        }
    }
    Ok(())
}
