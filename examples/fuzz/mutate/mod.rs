//! Seeded changes of well-formed files, by what a file is.

pub(crate) mod bytes;
pub(crate) mod json;
pub(crate) mod picture;
pub(crate) mod tensors;
pub(crate) mod text;

use std::rc::Rc;

use triptych::world::Rng;

use crate::files::Files;

/// Changes one file or a few: mostly what is in them, seldom that they are there.
pub(crate) fn files(rng: &mut Rng, files: &mut Files) {
    for _ in 0..few(rng) {
        let names: Vec<String> = files.0.keys().cloned().collect();
        if names.is_empty() {
            return;
        }
        let name = &names[rng.below(names.len())];
        change(rng, files, name);
    }
}

/// Changes the file `name`.
pub(crate) fn change(rng: &mut Rng, files: &mut Files, name: &str) {
    let Some(bytes) = files.0.get(name).cloned() else { return };
    match rng.below(60) {
        0 if files.0.len() > 1 => {
            files.0.remove(name);
        }
        1 => {
            let other = rng.below(files.0.len());
            let other = files.0.values().nth(other).expect("below the number of files").clone();
            files.0.insert(name.to_string(), other);
        }
        2 => files.set(name, Vec::new()),
        3 => files.set(name, b"<!doctype html><title>404</title>".to_vec()),
        _ => {
            let changed = content(rng, name, &bytes);
            files.0.insert(name.to_string(), Rc::new(changed));
        }
    }
}

/// Other bytes in place of those of a file of this name.
fn content(rng: &mut Rng, name: &str, content: &[u8]) -> Vec<u8> {
    if rng.one_in(8) {
        return bytes::mutate(rng, content);
    }
    match name.rsplit('.').next() {
        Some("json") => json::mutate(rng, content),
        Some("jsonl") => json::mutate_lines(rng, content),
        Some("txt") => text::mutate(rng, content),
        Some("safetensors") => tensors::mutate(rng, content),
        Some("png") => picture::mutate_png(rng, content),
        _ => bytes::mutate(rng, content),
    }
}

/// A number of changes: 1 of half the cases, seldom more than 4.
fn few(rng: &mut Rng) -> usize {
    let mut count = 1;
    while count < 8 && rng.one_in(2) {
        count += 1;
    }
    count
}

/// Numbers as a file spells them, at and beyond the bounds of every type.
pub(crate) const NUMBERS: [&str; 50] = [
    "0",
    "-0",
    "-1",
    "1",
    "2",
    "3",
    "5",
    "7",
    "8",
    "9",
    "16",
    "63",
    "64",
    "65",
    "127",
    "128",
    "255",
    "256",
    "1000",
    "1025",
    "4096",
    "16384",
    "16385",
    "32768",
    "65535",
    "65536",
    "1048576",
    "16777217",
    "1000000000",
    "2147483647",
    "2147483648",
    "4294967295",
    "4294967296",
    "9007199254740993",
    "4611686018427387904",
    "9223372036854775807",
    "9223372036854775808",
    "18446744073709551615",
    "18446744073709551616",
    "-2147483649",
    "-9223372036854775808",
    "0.1",
    "0.5",
    "3.5",
    "1e-300",
    "1e30",
    "1e308",
    "1e999",
    "-1e999",
    "123456789012345678901234567890",
];

/// Strings as JSON spells them, without quotes.
pub(crate) const STRINGS: [&str; 40] = [
    "",
    " ",
    "a",
    "\\u0000",
    "\\ud800",
    "\\u202e",
    "\\u0130",
    "é",
    "🙂",
    "e\\u0301",
    "../../etc/passwd",
    "/",
    ".hidden",
    "CON",
    "model.safetensors",
    "w.part0",
    "null",
    "NaN",
    "[PAD]",
    "[UNK]",
    "</s>",
    "<|endoftext|>",
    "Ġ",
    "▁",
    "##",
    "\\\\s+",
    "(?:a*)*b",
    "(",
    "[",
    "\\\\p{L}",
    ".*",
    "(a|a)*$",
    "AAAAAA==",
    "AAQAAP////8=",
    "////////",
    "gelu",
    "F64",
    "I8",
    "CLIPModel",
    "siglip",
];
