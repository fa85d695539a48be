//! Whether bytes are the file that their name promises: servers send pages in the place of files, and repositories are
//! copied without what is large in them.

use serde::de::IgnoredAny;

use super::HubError;
pub(super) use crate::io::placeholder::BEGINNING;
use crate::io::placeholder::Placeholder;
use crate::io::read_at::ReadAt;
use crate::io::safetensors::{self, MAX_HEADER};
use crate::limits;

/// What the first bytes of a file of `size` bytes tell, as far as that is known.
///
/// # Errors
/// [`HubError::Page`], [`HubError::Pointer`], [`HubError::Form`].
pub(super) fn beginning(file: &str, size: Option<u64>, bytes: &[u8]) -> Result<(), HubError> {
    let named = file.to_string();
    match Placeholder::of(file, bytes) {
        Some(Placeholder::Pointer) => return Err(HubError::Pointer { file: named }),
        Some(Placeholder::Page) => return Err(HubError::Page { file: named }),
        None => {}
    }
    let Some(length) = bytes.first_chunk().filter(|_| is_weights(file)) else { return Ok(()) };
    let header = u64::from_le_bytes(*length);
    match size {
        _ if header > MAX_HEADER || bytes.get(8).is_some_and(|&first| first != b'{') => {
            Err(HubError::Form { file: named, reason: "it does not begin as a safetensors file".to_string() })
        }
        Some(size) if 8 + header > size => {
            let reason = format!("its header alone would have {header} bytes, the whole file has {size}");
            Err(HubError::Form { file: named, reason })
        }
        _ => Ok(()),
    }
}

/// Whether a file that is there as a whole is of its form: JSON parses, text is UTF-8, the header of weights agrees with the
/// length.
///
/// # Errors
/// As `beginning`; [`HubError::Limit`], [`HubError::Storage`].
pub fn check(file: &str, source: &dyn ReadAt) -> Result<(), HubError> {
    let size = source.size();
    let failed = |source| HubError::Storage { file: file.to_string(), source };
    beginning(file, Some(size), &source.read_vec(0, size.min(BEGINNING as u64)).map_err(failed)?)?;
    if is_weights(file) {
        return safetensors::check(file, source).map_err(|error| form(file, &error));
    }
    small(file, size)?;
    let bytes = source.read_vec(0, size).map_err(failed)?;
    if file.ends_with(".json") {
        return serde_json::from_slice::<IgnoredAny>(&bytes).map(drop).map_err(|error| form(file, &error));
    }
    std::str::from_utf8(&bytes).map(drop).map_err(|error| form(file, &error))
}

/// Whether a file holds weights; any other is small.
pub(super) fn is_weights(file: &str) -> bool {
    file.ends_with(".safetensors")
}

/// # Errors
/// [`HubError::Limit`] where a file beside the weights is not small.
pub(super) fn small(file: &str, size: u64) -> Result<(), HubError> {
    limits::small_file(file, size).map_err(|source| HubError::Limit { file: file.to_string(), source })
}

fn form(file: &str, error: &dyn std::error::Error) -> HubError {
    // Some say no more than what lies below them.
    let reason = error.source().map_or_else(|| error.to_string(), ToString::to_string);
    HubError::Form { file: file.to_string(), reason }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(file: &str, bytes: &[u8]) -> String {
        check(file, &bytes.to_vec()).map_or_else(|error| error.to_string(), |()| "good".to_string())
    }

    #[test]
    fn a_page_in_the_place_of_a_file_is_told() {
        for page in ["<!DOCTYPE html><p>", "\u{feff}\n <HTML>", "<!-- x -->", "<?xml version='1.0'?><Error/>"]
        {
            for file in ["config.json", "vocab.txt", "model.safetensors"] {
                let sentence =
                    format!("{file} is not there: the server sends a web page (HTML) in its place");
                assert_eq!(told(file, page.as_bytes()), sentence, "{page}");
            }
        }
        assert!(told("config.json", b"<p>no</p>").contains("HTML"));
        assert_eq!(told("vocab.txt", "<s>\n</s>\nä".as_bytes()), "good");
    }

    #[test]
    fn a_pointer_of_git_is_told() {
        let pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 600\n";
        for file in ["model.safetensors", "tokenizer.json", "merges.txt"] {
            assert!(told(file, pointer).starts_with(&format!("{file} is only a Git LFS pointer")));
        }
    }

    #[test]
    fn what_is_whole_is_held_to_its_form() {
        assert_eq!(told("config.json", b"{\"a\": [1, 2]}"), "good");
        assert_eq!(
            told("config.json", b"{\"a\": [1,"),
            "config.json is not what its name says: EOF while parsing a value at line 1 column 9"
        );
        assert!(told("vocab.txt", b"a\xff").contains("utf-8"));
        let weights = |data: &[u8]| {
            let header = br#"{"x":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}"#;
            [&(header.len() as u64).to_le_bytes(), &header[..], data].concat()
        };
        assert_eq!(told("model.safetensors", &weights(&[1, 2])), "good");
        for data in [&[1][..], &[1, 2, 3]] {
            assert!(told("model.safetensors", &weights(data)).starts_with("model.safetensors is not what"));
        }
        assert!(told("model.safetensors", b"Not found, sorry").contains("does not begin as a safetensors"));
        let long = beginning("model.safetensors", Some(100), &[200, 0, 0, 0, 0, 0, 0, 0, b'{']).unwrap_err();
        assert!(long.to_string().ends_with("its header alone would have 200 bytes, the whole file has 100"));
    }

    #[test]
    fn what_is_beside_the_weights_is_small() {
        let size = usize::try_from(limits::MAX_SMALL_FILE).unwrap() + 1;
        assert!(told("vocab.json", &vec![b' '; size]).starts_with("vocab.json is too large: 16777217"));
        assert!(small("tokenizer.json", size as u64).is_ok(), "Gemma's has 34 MB");
        assert!(small("tokenizer.json", limits::MAX_TOKENIZER + 1).is_err());
    }
}
