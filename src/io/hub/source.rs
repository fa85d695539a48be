//! The folder of a checkpoint, by its name on Hugging Face or by its address.

use super::HubError;

pub(super) const HUB: &str = "huggingface.co";
const HUB_HOSTS: [&str; 4] = ["huggingface.co", "www.huggingface.co", "hf.co", "www.hf.co"];
/// How paths of the hub begin that lead to no model.
const NOT_OWNERS: [&str; 8] =
    ["datasets", "spaces", "docs", "papers", "blog", "collections", "api", "organizations"];
/// The parts of the hub's paths that a revision follows.
const OF_REVISION: [&str; 4] = ["tree", "blob", "resolve", "raw"];
/// The revision that a name without one means.
const MAIN: &str = "main";
/// Endings by which an address is that of a file in the folder.
const FILES: [&str; 10] =
    ["json", "safetensors", "txt", "bin", "md", "h5", "msgpack", "onnx", "html", "gitattributes"];

/// Where the files of a checkpoint lie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// One name for all ways of writing it: `owner/name`, `owner/name@revision`, or the address of a folder without a slash at
    /// its end.
    pub name: String,
    /// Lower-case name of the server, with a port where it is not the usual one.
    pub host: String,
    /// The address of the folder, with a slash at its end.
    folder: String,
}

impl Source {
    /// Reads `owner/name`, `owner/name@revision`, a page of a model on Hugging Face, or the address of a folder or of a file in
    /// it, with or without `https://`; plain `http://` is taken from this computer only. Spaces and quotes around it, queries,
    /// fragments and slashes at its end are left out.
    ///
    /// # Errors
    /// [`HubError::Name`] where the text is none of these.
    pub fn parse(text: &str) -> Result<Source, HubError> {
        let bare = text.trim_matches(|c: char| c.is_whitespace() || "\"'`<>“”‘’«»„".contains(c));
        let path = bare.split(['?', '#']).next().unwrap_or_default();
        let read = match split_scheme(path) {
            Some((scheme, rest)) => Source::at(&scheme, rest),
            None => {
                let (name, revision) = path.trim_end_matches('/').split_once('@').unwrap_or((path, MAIN));
                Source::of(name.trim_end_matches('/'), revision, &[])
            }
        };
        read.ok_or_else(|| HubError::Name { name: text.trim().to_string() })
    }

    fn at(scheme: &str, rest: &str) -> Option<Source> {
        let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
        let host = host.to_ascii_lowercase();
        let usual = if scheme == "https" { ":443" } else { ":80" };
        let host = host.strip_suffix(usual).unwrap_or(&host);
        let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
        if HUB_HOSTS.contains(&host) {
            return Source::page(&segments);
        }
        let is_host = |c: char| c.is_ascii_alphanumeric() || ".-_:[]".contains(c);
        if host.is_empty() || !host.chars().all(is_host) || (scheme == "http" && !is_local(host)) {
            return None;
        }
        let name = ["https", "http"].contains(&scheme).then(|| {
            let path = folder(&segments).iter().map(|segment| format!("/{}", encoded(segment)));
            format!("{scheme}://{host}{}", path.collect::<String>())
        })?;
        Some(Source { folder: format!("{name}/"), host: host.to_string(), name })
    }

    /// A page of the hub, or a file that it serves.
    fn page(segments: &[&str]) -> Option<Source> {
        let [owner, model, rest @ ..] = segments else { return None };
        if NOT_OWNERS.contains(owner) {
            return None;
        }
        let name = format!("{owner}/{model}");
        let rest = match rest {
            [] => {
                let (name, revision) = name.split_once('@').unwrap_or((&name, MAIN));
                return Source::of(name, revision, &[]);
            }
            [kind, rest @ ..] if OF_REVISION.contains(kind) => rest,
            _ => return None,
        };
        // The hub writes the slash of a revision in either way.
        match rest {
            [] => Source::of(&name, MAIN, &[]),
            ["refs", kind, number, path @ ..] => {
                Source::of(&name, &format!("refs/{kind}/{number}"), folder(path))
            }
            [revision, path @ ..] => {
                Source::of(&name, &revision.replace("%2F", "/").replace("%2f", "/"), folder(path))
            }
        }
    }

    /// The folder `path` of a model of the hub.
    fn of(name: &str, revision: &str, path: &[&str]) -> Option<Source> {
        let (owner, model) = name.split_once('/')?;
        let mut words = [owner, model].into_iter().chain(revision.split('/')).chain(path.iter().copied());
        if !words.all(is_word) {
            return None;
        }
        // A slash of a revision (`refs/pr/1`) must not end it.
        let root = format!("https://{HUB}/{name}/resolve/{}", revision.replace('/', "%2F"));
        let folder = path.iter().fold(root, |above, segment| format!("{above}/{segment}"));
        let at = if revision == MAIN { String::new() } else { format!("@{revision}") };
        let name = if path.is_empty() { format!("{name}{at}") } else { folder.clone() };
        Some(Source { name, host: HUB.to_string(), folder: format!("{folder}/") })
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

/// The lower-case scheme and what follows it, of an address; the scheme may be left out before the name of a server, which
/// for any but the hub needs a path of two parts to be told from an owner. None of `owner/name`.
fn split_scheme(path: &str) -> Option<(String, &str)> {
    if let Some((scheme, rest)) = path.split_once("://") {
        let scheme = scheme.to_ascii_lowercase();
        let is_hub = rest.split('/').next().is_some_and(|host| HUB_HOSTS.contains(&&*host.to_lowercase()));
        return Some((if is_hub && scheme == "http" { "https".to_string() } else { scheme }, rest));
    }
    let mut segments = path.split('/').filter(|segment| !segment.is_empty());
    let host = segments.next()?.to_ascii_lowercase();
    if is_local(&host) {
        return Some(("http".to_string(), path));
    }
    let is_server =
        HUB_HOSTS.contains(&&*host) || (host.trim_matches('.').contains('.') && segments.count() > 1);
    is_server.then(|| ("https".to_string(), path))
}

/// Whether a server is this computer.
fn is_local(host: &str) -> bool {
    ["localhost", "127.0.0.1"].contains(&host.split(':').next().unwrap_or_default())
}

/// The path of a folder: without the file at its end.
fn folder<'a, 'b>(path: &'a [&'b str]) -> &'a [&'b str] {
    let ending = |name: &str| name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
    match path {
        [folder @ .., file] if ending(file).is_some_and(|ending| FILES.contains(&&*ending)) => folder,
        _ => path,
    }
}

/// A part of a path with all but visible ASCII as `%` and codes; backslashes and quotes too.
fn encoded(segment: &str) -> String {
    let letter = |byte: u8| match byte {
        b'\\' | b'"' | b'<' | b'>' => format!("%{byte:02X}"),
        byte if byte.is_ascii_graphic() => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    segment.bytes().map(letter).collect()
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
        Source::parse(text).unwrap_or_else(|error| panic!("{text}: {error}")).url("config.json")
    }

    #[test]
    fn a_name_is_a_folder_of_the_hub() {
        let main = "https://huggingface.co/openai/clip-vit-base-patch32/resolve/main/config.json";
        for text in [
            "openai/clip-vit-base-patch32",
            " openai/clip-vit-base-patch32\t",
            "\"openai/clip-vit-base-patch32\"",
            "openai/clip-vit-base-patch32/",
            "openai/clip-vit-base-patch32@main",
            "https://huggingface.co/openai/clip-vit-base-patch32/",
            "huggingface.co/openai/clip-vit-base-patch32",
            "www.huggingface.co/openai/clip-vit-base-patch32",
            "HuggingFace.co/openai/clip-vit-base-patch32",
            "HTTPS://HUGGINGFACE.CO:443/openai/clip-vit-base-patch32",
            "http://hf.co/openai/clip-vit-base-patch32//",
            "hf.co/openai/clip-vit-base-patch32?library=transformers",
            "<https://huggingface.co/openai/clip-vit-base-patch32#files>",
            "https://huggingface.co/openai/clip-vit-base-patch32/tree",
            "https://huggingface.co/openai/clip-vit-base-patch32/tree/main",
            "https://huggingface.co/openai/clip-vit-base-patch32/tree/main/",
            "https://huggingface.co/openai/clip-vit-base-patch32/blob/main/config.json",
            "https://huggingface.co/openai/clip-vit-base-patch32/raw/main/merges.txt",
            "https://huggingface.co/openai/clip-vit-base-patch32/resolve/main/model.safetensors?download=true",
        ] {
            assert_eq!(url(text), main, "{text}");
            let source = Source::parse(text).unwrap();
            assert_eq!((source.name.as_str(), source.host.as_str()), ("openai/clip-vit-base-patch32", HUB));
        }
        assert_eq!(key("openai/clip-vit-base-patch32"), "openai~2fclip-vit-base-patch32");
    }

    #[test]
    fn a_revision_and_a_folder_of_it_are_kept() {
        let request = "https://huggingface.co/a/b/resolve/refs%2Fpr%2F4/config.json";
        for text in [
            "a/b@refs/pr/4",
            "hf.co/a/b/tree/refs/pr/4",
            "https://huggingface.co/a/b/tree/refs%2Fpr%2F4",
            "https://huggingface.co/a/b/blob/refs%2fpr%2f4/config.json",
        ] {
            assert_eq!(
                (url(text), Source::parse(text).unwrap().name),
                (request.into(), "a/b@refs/pr/4".into())
            );
        }
        assert_eq!(Source::parse("huggingface.co/a/b@v1").unwrap().name, "a/b@v1");
        let inner = "https://huggingface.co/a/b/resolve/v1/towers/image";
        for text in ["https://huggingface.co/a/b/tree/v1/towers/image", inner] {
            let source = Source::parse(text).unwrap();
            assert_eq!((source.name.as_str(), source.url("x")), (inner, format!("{inner}/x")));
        }
    }

    #[test]
    fn an_address_is_a_folder_however_it_is_written() {
        let clip = "https://example.org/models/clip";
        for text in [
            clip,
            "https://example.org/models/clip/",
            " 'https://Example.ORG/models/clip' ",
            "example.org/models/clip",
            "https://example.org:443/models/clip/config.json?download=true",
            "https://example.org/models/clip/model.safetensors.index.json",
            "https://example.org/models/clip/index.html#top",
            "https://example.org/models/clip?b=c",
        ] {
            let source = Source::parse(text).unwrap_or_else(|error| panic!("{error}"));
            assert_eq!((source.name.as_str(), source.host.as_str()), (clip, "example.org"), "{text}");
            assert_eq!(source.url("config.json"), format!("{clip}/config.json"));
            assert_eq!(Source::parse(&source.name).unwrap(), source);
        }
        assert_eq!(url("http://127.0.0.1:8000/clip/"), "http://127.0.0.1:8000/clip/config.json");
        assert_eq!(url("LocalHost:8000/Clip"), "http://localhost:8000/Clip/config.json");
        assert_eq!(Source::parse("http://localhost:8000/a").unwrap().host, "localhost:8000");
        assert_eq!(
            url("https://example.org/my models/ä"),
            "https://example.org/my%20models/%C3%A4/config.json"
        );
        assert_eq!(url("https://cdn.example.org/a@1.0/b"), "https://cdn.example.org/a@1.0/b/config.json");
        assert_eq!(url("https://example.org"), "https://example.org/config.json");
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
            "https://me:secret@example.org/a",
            "http://localhost.example.org/a",
            "https://",
            "https:///a",
            "https://huggingface.co/clip",
            "https://huggingface.co/datasets/a/b",
            "https://huggingface.co/a/b/discussions",
            "https://huggingface.co/a/b/tree/../c",
            "file:///a/b",
            "javascript://example.org/a",
        ] {
            let error = Source::parse(text).unwrap_err().to_string();
            assert!(error.starts_with(&format!("\"{text}\" is not the name")), "{error}");
        }
    }
}
