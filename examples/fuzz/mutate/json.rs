//! Changes of JSON documents, member by member.

use serde_json::Value;
use triptych::world::Rng;

use super::{NUMBERS, STRINGS, bytes, few};

/// Bytes to which a document grows; what does not fit is left out.
const LONGEST: usize = 1 << 20;

/// Texts that no [`Value`] holds, such as a number beyond f64 or a key twice; each stands in for a string in the document.
#[derive(Default)]
struct Raw(Vec<String>);

impl Raw {
    fn add(&mut self, text: String) -> Value {
        self.0.push(text);
        Value::String(mark(self.0.len() - 1))
    }

    /// The document as text; what was added last may hold marks of what was added before.
    fn text(&self, document: &Value) -> String {
        let mut text = document.to_string();
        for (i, raw) in self.0.iter().enumerate().rev() {
            let most = LONGEST.saturating_sub(text.len()) / raw.len().max(1);
            text = text.replacen(&format!("\"{}\"", mark(i)), raw, most);
        }
        text
    }
}

fn is_mark(text: &str) -> bool {
    text.starts_with("@raw-")
}

fn mark(i: usize) -> String {
    format!("@raw-{i}@")
}

pub(crate) fn mutate(rng: &mut Rng, content: &[u8]) -> Vec<u8> {
    let Ok(mut document) = serde_json::from_slice::<Value>(content) else {
        return bytes::mutate(rng, content);
    };
    let mut raw = Raw::default();
    for _ in 0..few(rng) {
        change(rng, &mut document, &mut raw);
    }
    raw.text(&document).into_bytes()
}

/// A document in each line: one of them is changed, left out or doubled.
pub(crate) fn mutate_lines(rng: &mut Rng, content: &[u8]) -> Vec<u8> {
    let mut lines: Vec<Vec<u8>> =
        content.split_inclusive(|&byte| byte == b'\n').map(<[u8]>::to_vec).collect();
    if lines.is_empty() {
        return bytes::mutate(rng, content);
    }
    let at = rng.below(lines.len());
    match rng.below(6) {
        0 => {
            lines.remove(at);
        }
        1 => lines.insert(at, lines[at].clone()),
        _ => {
            lines[at] = mutate(rng, &lines[at]);
            lines[at].push(b'\n');
        }
    }
    lines.concat()
}

fn change(rng: &mut Rng, document: &mut Value, raw: &mut Raw) {
    let other = descend(rng, document).clone();
    let spot = descend(rng, document);
    if rng.one_in(2) && members(spot) > 0 {
        structure(rng, spot, other, raw);
    } else {
        replace(rng, spot, other, raw);
    }
}

fn members(value: &Value) -> usize {
    match value {
        Value::Array(items) => items.len(),
        Value::Object(fields) => fields.len(),
        _ => 0,
    }
}

/// A value of the document; those near the root are the likeliest.
fn descend<'v>(rng: &mut Rng, mut value: &'v mut Value) -> &'v mut Value {
    loop {
        let count = members(value);
        if count == 0 || rng.one_in(5) {
            return value;
        }
        let at = rng.below(count);
        value = match value {
            Value::Array(items) => &mut items[at],
            Value::Object(fields) => fields.values_mut().nth(at).expect("below the number of fields"),
            _ => unreachable!("only these have members"),
        };
    }
}

/// Takes a member away, doubles, renames or moves it.
fn structure(rng: &mut Rng, spot: &mut Value, other: Value, raw: &mut Raw) {
    match spot {
        Value::Array(items) => {
            let at = rng.below(items.len());
            match rng.below(5) {
                0 => {
                    items.remove(at);
                }
                1 => items.truncate(at),
                2 => {
                    let copies = rng.pick(&[1, 2, 200]);
                    items.extend(vec![items[at].clone(); copies]);
                }
                3 => items.swap(0, at),
                _ => items.insert(at, other),
            }
        }
        Value::Object(fields) => {
            let at = rng.below(fields.len());
            let name = fields.keys().nth(at).expect("below the number of fields").clone();
            let value = fields.remove(&name).unwrap_or_default();
            match rng.below(5) {
                0 | 1 => {}
                2 => {
                    let twice = format!("{value},{}:{other}", Value::String(name.clone()));
                    fields.insert(name, raw.add(twice));
                }
                3 => {
                    fields.insert(rng.pick(&STRINGS).to_string(), value);
                }
                _ => {
                    fields.insert(format!("{name}x"), other);
                    fields.insert(name, value);
                }
            }
        }
        _ => unreachable!("only these have members"),
    }
}

/// Puts another value in place of one.
fn replace(rng: &mut Rng, spot: &mut Value, other: Value, raw: &mut Raw) {
    let extreme = |rng: &mut Rng| rng.pick(&NUMBERS).to_string();
    *spot = match (rng.below(8), &*spot) {
        (0..=1, Value::Number(number)) => near(rng, number.as_f64().unwrap_or_default(), raw),
        (0..=3, Value::Number(_)) => raw.add(extreme(rng)),
        (0..=3, Value::String(text)) if !is_mark(text) => string(rng, text, raw),
        (0..=3, Value::Bool(value)) => Value::Bool(!value),
        (4, _) => raw.add(extreme(rng)),
        (5, _) => raw.add(format!("\"{}\"", rng.pick(&STRINGS))),
        (6, value) => nested(rng, &value.to_string(), raw),
        (7, _) => other,
        _ => raw.add(rng.pick(&["null", "true", "false", "[]", "{}", "[null]"]).to_string()),
    };
}

/// A number beside this one.
fn near(rng: &mut Rng, number: f64, raw: &mut Raw) -> Value {
    let factor = rng.pick(&[-1.0, 0.5, 2.0, 3.0, 1000.0, 65536.0, 4294967296.0]);
    let number = match rng.below(4) {
        0 => number - 1.0,
        1 => number + 1.0,
        _ => number * factor,
    };
    // As integers where they are, as f64 spells them.
    raw.add(format!("{number}"))
}

/// A string that is this one in part, or an extreme one.
fn string(rng: &mut Rng, text: &str, raw: &mut Raw) -> Value {
    let cut: String = text.chars().take(rng.below(text.chars().count() + 1)).collect();
    match rng.below(6) {
        0 => Value::String(cut),
        1 => Value::String(format!("{cut}{text}")),
        2 => Value::String(format!("{cut}{}", rng.pick(&['\0', '\u{301}', 'é', '🙂', '.', '/', '(', '\\']))),
        3 => Value::String(text.repeat(rng.pick(&[2, 30, 3000]).min(LONGEST / text.len().max(1)))),
        _ => raw.add(format!("\"{}\"", rng.pick(&STRINGS))),
    }
}

/// The value within arrays or objects, deeper than parsers go too.
fn nested(rng: &mut Rng, value: &str, raw: &mut Raw) -> Value {
    let depth = rng.pick(&[1, 2, 100, 127, 128, 20_000]);
    let (open, close) = rng.pick(&[("[", "]"), ("{\"a\":", "}")]);
    raw.add(format!("{}{value}{}", open.repeat(depth), close.repeat(depth)))
}
