//! Changes of safetensors files: lengths, headers that still fit their length, offsets, numbers that are none.

use serde_json::{Value, json};
use triptych::world::Rng;

use super::{NUMBERS, bytes, json};

pub(crate) fn mutate(rng: &mut Rng, content: &[u8]) -> Vec<u8> {
    let Some((header, data)) = parts(content) else { return bytes::mutate(rng, content) };
    match rng.below(8) {
        0 => [&bytes::mutate(rng, &content[..8])[..], header, data].concat(),
        1 => framed(header, &bytes::mutate(rng, data)),
        2 => framed(header, &not_finite(rng, data)),
        3..=5 => framed(&offsets(rng, header), data),
        _ => framed(&json::mutate(rng, header), data),
    }
}

/// Header and data of a file whose length of the header is right.
pub(crate) fn parts(content: &[u8]) -> Option<(&[u8], &[u8])> {
    let length = u64::from_le_bytes(content.get(..8)?.try_into().ok()?);
    content[8..].split_at_checked(usize::try_from(length).ok()?)
}

pub(crate) fn framed(header: &[u8], data: &[u8]) -> Vec<u8> {
    [&(header.len() as u64).to_le_bytes()[..], header, data].concat()
}

/// Another shape, type or place of one tensor.
fn offsets(rng: &mut Rng, header: &[u8]) -> Vec<u8> {
    let Ok(Value::Object(mut tensors)) = serde_json::from_slice(header) else { return header.to_vec() };
    let at = rng.below(tensors.len().max(1));
    let Some(tensor) = tensors.values_mut().nth(at).and_then(Value::as_object_mut) else {
        return header.to_vec();
    };
    let number = |rng: &mut Rng| serde_json::from_str(rng.pick(&NUMBERS)).unwrap_or(Value::Null);
    let (key, item) = (rng.pick(&["data_offsets", "shape"]), rng.below(2));
    match tensor.get_mut(key).and_then(Value::as_array_mut) {
        _ if rng.one_in(4) => {
            let types =
                ["F32", "F16", "BF16", "I8", "I64", "I32", "U8", "F64", "BOOL", "F4", "C64", "F8_E4M3"];
            tensor.insert("dtype".to_string(), json!(rng.pick(&types)));
        }
        Some(numbers) if item < numbers.len() => numbers[item] = number(rng),
        Some(numbers) => numbers.push(number(rng)),
        None => {}
    }
    Value::Object(tensors).to_string().into_bytes()
}

/// A few f32 that are no finite numbers, at their own places.
fn not_finite(rng: &mut Rng, data: &[u8]) -> Vec<u8> {
    let mut data = data.to_vec();
    for _ in 0..super::few(rng) {
        let at = 4 * rng.below((data.len() / 4).max(1));
        if let Some(four) = data.get_mut(at..at + 4) {
            let value = rng.pick(&[f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX, -f32::MAX]);
            four.copy_from_slice(&value.to_le_bytes());
        }
    }
    data
}
