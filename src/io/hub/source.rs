//! The folder of a checkpoint, by its name on Hugging Face or by its address.

use super::HubError;

const HUB: &str = "https://huggingface.co/";
/// The revision that a name without one means.
const MAIN: &str = "main";

/// Where the files of a checkpoint lie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// As the visitor may write it: `owner/name`, `owner/name@revision`, or the address of a folder.
    pub name: String,
    /// The address of the folder, with a slash at its end.
    folder: String,
}

impl Source {
    /// Reads `owner/name`, `owner/name@revision`, a model's page on Hugging Face, or the address of a folder, which must
    /// begin with `https://`; plain `http://` is taken from this computer only.
    ///
    /// # Errors
    /// [`HubError::Name`] where the text is none of these.
    pub fn parse(text: &str) -> Result<Source, HubError> {
        let text = text.trim();
        let unclear = || HubError::Name { name: text.to_string() };
        if let Some(page) = text.strip_prefix(HUB) {
            let page = page.trim_end_matches('/');
            return match page.split_once("/tree/") {
                Some((name, revision)) => Source::of(name, revision),
                None => Source::of(page, MAIN),
            }
            .ok_or_else(unclear);
        }
        if is_address(text) {
            let folder = format!("{}/", text.trim_end_matches('/'));
            return Ok(Source { name: text.to_string(), folder });
        }
        let (name, revision) = text.split_once('@').unwrap_or((text, MAIN));
        Source::of(name, revision).ok_or_else(unclear)
    }

    fn of(name: &str, revision: &str) -> Option<Source> {
        let (owner, model) = name.split_once('/')?;
        if !is_word(owner) || !is_word(model) || !revision.split('/').all(is_word) {
            return None;
        }
        let at = if revision == MAIN { String::new() } else { format!("@{revision}") };
        // A slash of a revision (`refs/pr/1`) must not end it.
        let folder = format!("{HUB}{name}/resolve/{}/", revision.replace('/', "%2F"));
        Some(Source { name: format!("{name}{at}"), folder })
    }

    /// The address of a file of the folder.
    pub fn url(&self, file: &str) -> String {
        format!("{}{file}", self.folder)
    }
}

/// A checkpoint's name as the name of a folder: letters, digits, `-`, `_` and `.`; others as `~` and their code.
pub fn key(name: &str) -> String {
    let letter = |byte: u8| match byte {
        b'-' | b'_' | b'.' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' => char::from(byte).to_string(),
        _ => format!("~{byte:02x}"),
    };
    name.bytes().map(letter).collect()
}

/// The address of a folder without a query; passwords and the like are not of this computer's name.
fn is_address(text: &str) -> bool {
    let rest = match text.split_once("://") {
        Some(("https", rest)) => rest,
        Some(("http", rest)) => {
            let host = rest.split(['/', ':']).next().unwrap_or_default();
            match ["localhost", "127.0.0.1"].contains(&host) {
                true => rest,
                false => return false,
            }
        }
        _ => return false,
    };
    let is_plain = |c: char| c.is_ascii_graphic() && !"?#@\\\"<>".contains(c);
    !rest.is_empty() && !rest.starts_with('/') && rest.chars().all(is_plain)
}

/// A part of a name: neither empty nor a way out of the folder.
fn is_word(word: &str) -> bool {
    let is_letter = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    !word.is_empty() && !word.starts_with('.') && word.chars().all(is_letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> String {
        Source::parse(text).unwrap().url("config.json")
    }

    #[test]
    fn a_name_is_a_folder_of_the_hub() {
        let main = "https://huggingface.co/openai/clip-vit-base-patch32/resolve/main/config.json";
        for text in [
            "openai/clip-vit-base-patch32",
            " openai/clip-vit-base-patch32 ",
            "openai/clip-vit-base-patch32@main",
            "https://huggingface.co/openai/clip-vit-base-patch32/",
            "https://huggingface.co/openai/clip-vit-base-patch32/tree/main",
        ] {
            assert_eq!(url(text), main, "{text}");
            assert_eq!(key(&Source::parse(text).unwrap().name), "openai~2fclip-vit-base-patch32");
        }
        assert_eq!(url("a/b@refs/pr/4"), "https://huggingface.co/a/b/resolve/refs%2Fpr%2F4/config.json");
        assert_eq!(Source::parse("a/b@v1").unwrap().name, "a/b@v1");
    }

    #[test]
    fn an_address_is_a_folder() {
        assert_eq!(url("https://example.org/models/clip"), "https://example.org/models/clip/config.json");
        assert_eq!(url("http://127.0.0.1:8000/clip/"), "http://127.0.0.1:8000/clip/config.json");
        assert_eq!(
            key(&Source::parse("https://example.org/a%20b").unwrap().name),
            "https~3a~2f~2fexample.org~2fa~2520b"
        );
    }

    #[test]
    fn anything_else_is_refused_with_what_was_read() {
        for text in [
            "",
            "clip",
            "a/b/c",
            "a/../b",
            "../b",
            "a/b@",
            "a/b@x y",
            "http://example.org/a",
            "http://localhost@example.org/a",
            "https://",
            "https://example.org/a?b=c",
            "https://huggingface.co/clip",
            "file:///a/b",
        ] {
            let error = Source::parse(text).unwrap_err().to_string();
            assert!(error.starts_with(&format!("\"{text}\" is not the name")), "{error}");
        }
    }
}
