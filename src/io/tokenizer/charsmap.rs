//! SentencePiece's `precompiled_charsmap`, checked before the library walks it: it indexes wherever the bytes point.
//!
//! A little-endian u32 with the bytes of a trie, the trie as an array of u32 units (Darts: Aoe 1989), then replacements that each end
//! in a zero byte. From the node `n` the byte `c` leads to the unit `n ^ c`, if that unit's label is `c`.

/// Bytes of a replacement; SentencePiece's longest has 33.
pub(super) const MAX_REPLACEMENT: usize = 64;
/// Units of a trie; SentencePiece's own have 60,000.
const MAX_UNITS: usize = 1 << 20;

fn label(unit: u32) -> u32 {
    unit & (1 << 31 | 0xff)
}

fn offset(unit: u32) -> usize {
    ((unit >> 10) as usize) << ((unit & 1 << 9) >> 6)
}

fn has_value(unit: u32) -> bool {
    unit >> 8 & 1 == 1
}

/// What is wrong with a charsmap in base64.
pub(super) fn check(charsmap: &str) -> Result<(), String> {
    let bytes = base64::decode(charsmap).map_err(|error| format!("it is not base64: {error}"))?;
    let Some((head, rest)) = bytes.split_first_chunk::<4>() else {
        return Err(format!("it has {} bytes, not even a header", bytes.len()));
    };
    let claimed = u32::from_le_bytes(*head) as usize;
    if claimed > rest.len() {
        return Err(format!("its header claims a trie of {claimed} bytes, {} follow", rest.len()));
    }
    let (trie, replacements) = rest.split_at(claimed / 4 * 4);
    let units: Vec<u32> =
        trie.chunks_exact(4).map(|unit| u32::from_le_bytes(unit.try_into().expect("4 bytes"))).collect();
    if units.is_empty() || units.len() > MAX_UNITS {
        return Err(format!("its trie has {} units; from 1 to {MAX_UNITS} are read", units.len()));
    }
    let replacements = std::str::from_utf8(replacements)
        .map_err(|error| format!("its replacements are no text: {error}"))?;
    walk(&units, replacements)
}

/// Visits every node once, so that a trie that leads back into itself ends too.
fn walk(units: &[u32], replacements: &str) -> Result<(), String> {
    let outside = |node: usize| format!("its trie leads to unit {node} of {}", units.len());
    let mut seen = vec![false; units.len()];
    let mut open = vec![offset(units[0])];
    while let Some(node) = open.pop() {
        // Any byte of a text may be tried.
        if node | 0xff >= units.len() {
            return Err(outside(node | 0xff));
        }
        if std::mem::replace(&mut seen[node], true) {
            continue;
        }
        for byte in 1..=0xff_u32 {
            let unit = units[node ^ byte as usize];
            if label(unit) != byte {
                continue;
            }
            let next = node ^ byte as usize ^ offset(unit);
            if has_value(unit) {
                let value = units.get(next).ok_or_else(|| outside(next))?;
                replacement(replacements, (value & ((1 << 31) - 1)) as usize)?;
            }
            open.push(next);
        }
    }
    Ok(())
}

/// Whether a replacement begins at `start` and ends.
fn replacement(replacements: &str, start: usize) -> Result<(), String> {
    let Some(text) = replacements.get(start..) else {
        return Err(format!("a replacement begins at byte {start} of {}", replacements.len()));
    };
    let end = text.bytes().take(MAX_REPLACEMENT + 1).position(|byte| byte == 0).unwrap_or(text.len());
    match end <= MAX_REPLACEMENT {
        true => Ok(()),
        false => Err(format!("a replacement has more than {MAX_REPLACEMENT} bytes")),
    }
}
