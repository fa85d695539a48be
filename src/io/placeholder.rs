//! What servers and copied repositories have in the place of a file.

use std::fmt;

/// How the file begins that Git LFS leaves in the place of a large one.
const POINTER: &[u8; 40] = b"version https://git-lfs.github.com/spec/";

/// Bytes by which a placeholder is told.
pub(super) const BEGINNING: usize = 512;

/// How pages begin.
const PAGE: [&str; 8] = ["<!doctype", "<html", "<head", "<body", "<!--", "<?xml", "<title", "<meta"];

/// What stands in the place of a file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Placeholder {
    /// A web page, as servers send for what they do not have.
    Page,
    /// The pointer that Git LFS leaves where large files were not fetched.
    Pointer,
}

impl fmt::Display for Placeholder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Placeholder::Page => "not there: a web page (HTML) is in its place",
            Placeholder::Pointer => {
                "only a Git LFS pointer: the repository was copied without its large files, which \"git lfs pull\" fetches"
            }
        })
    }
}

impl Placeholder {
    /// What the first bytes of the file of this name tell; none where they may be its own.
    pub fn of(name: &str, bytes: &[u8]) -> Option<Self> {
        if bytes.starts_with(POINTER) {
            return Some(Placeholder::Pointer);
        }
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start();
        let begins = |mark: &str| {
            bytes.get(..mark.len()).is_some_and(|start| start.eq_ignore_ascii_case(mark.as_bytes()))
        };
        // A vocabulary may begin with a token such as `<s>`.
        let is_page =
            PAGE.iter().any(|mark| begins(mark)) || (name.ends_with(".json") && bytes.starts_with(b"<"));
        is_page.then_some(Placeholder::Page)
    }
}
