//! What a server answers, whatever brings it.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use super::HubError;

/// How long a server may be silent.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// A way to ask servers. A request whose future is dropped is given up.
pub trait Fetch {
    type Body: Body;

    /// Is ready after `time`.
    fn pause(&self, time: Duration) -> impl Future<Output = ()>;

    /// Asks for the bytes of a file from `from` on (`Range: bytes=from-`); the reason where no answer comes.
    fn get(&self, url: &str, from: u64) -> impl Future<Output = Result<Response<Self::Body>, String>>;
}

/// The bytes of a response. Dropping it ends the download.
pub trait Body {
    /// The next piece, none at the end; the reason where the connection breaks.
    fn next(&mut self) -> impl Future<Output = Result<Option<Vec<u8>>, String>>;
}

pub struct Response<B> {
    status: u16,
    /// Where the bytes begin in the file.
    pub from: u64,
    /// Length of the whole file.
    pub size: Option<u64>,
    /// Of the whole file, lower-case hexadecimal; given by hubs that keep large files under it.
    pub sha256: Option<String>,
    /// Whether `sha256` is the hub's word and not an entity tag that has its form: other digests have 64 digits too.
    pub is_digest: bool,
    /// What changes with the file: its entity tag without quotes, or the time of its last change.
    pub tag: Option<String>,
    pub body: B,
}

impl<B> Response<B> {
    /// From the status and the headers of the answer to a request for the bytes from `from` on.
    pub fn new(status: u16, from: u64, header: impl Fn(&str) -> Option<String>, body: B) -> Self {
        let range = header("content-range");
        let (start, total) = range.as_deref().map_or((None, None), read_range);
        // A server that knows no ranges sends the whole file; another origin's range may be hidden from a page.
        let from = if status == 206 { start.unwrap_or(from) } else { 0 };
        // Of a compressed body it is another length.
        let is_compressed = header("content-encoding").is_some_and(|coding| coding != "identity");
        let length = header("content-length").filter(|_| !is_compressed);
        let rest = length.and_then(|length| length.parse::<u64>().ok());
        let size = total.or_else(|| from.checked_add(rest?));
        let linked = header("x-linked-etag");
        let is_digest = linked.is_some();
        let tag = linked.or_else(|| header("etag"));
        let tag = tag.map(|tag| tag.trim_start_matches("W/").trim_matches('"').to_string());
        let sha256 = tag.as_deref().and_then(digest);
        let tag = tag.or_else(|| header("last-modified"));
        Response { status, from, size, sha256, is_digest, tag, body }
    }

    /// The answer if it brings the file; none where there is no such file.
    ///
    /// # Errors
    /// By the status: [`HubError::Denied`], [`HubError::Busy`], [`HubError::Unexpected`].
    pub fn found(self, file: &str) -> Result<Option<Self>, HubError> {
        let (file, status) = (file.to_string(), self.status);
        match status {
            200 | 206 => Ok(Some(self)),
            404 | 410 => Ok(None),
            401 | 403 => Err(HubError::Denied { file, status }),
            408 | 429 | 500..=599 => Err(HubError::Busy { file, status }),
            _ => Err(HubError::Unexpected { file, status }),
        }
    }

    /// Whether only a part of the file comes.
    pub(super) fn is_part(&self) -> bool {
        self.status == 206
    }

    /// Whether nothing lies behind the byte that was asked for.
    pub fn is_beyond_the_end(&self) -> bool {
        self.status == 416
    }
}

/// What comes of `work`; none where [`PATIENCE`] ends before: then the work is dropped.
pub async fn in_time<T>(fetch: &impl Fetch, work: impl Future<Output = T>) -> Option<T> {
    let (mut work, mut late) = (pin!(work), pin!(fetch.pause(PATIENCE)));
    poll_fn(|context| match work.as_mut().poll(context) {
        Poll::Pending => late.as_mut().poll(context).map(|()| None),
        Poll::Ready(done) => Poll::Ready(Some(done)),
    })
    .await
}

/// What comes of `work` on a file.
///
/// # Errors
/// [`HubError::Silent`] where nothing comes in time.
pub(super) async fn within<T>(
    fetch: &impl Fetch,
    file: &str,
    work: impl Future<Output = Result<T, HubError>>,
) -> Result<T, HubError> {
    let silent = || HubError::Silent { file: file.to_string(), seconds: PATIENCE.as_secs() };
    in_time(fetch, work).await.ok_or_else(silent)?
}

/// The first byte and the length of the whole file that `bytes 40-99/100` tells.
fn read_range(range: &str) -> (Option<u64>, Option<u64>) {
    let Some((bytes, total)) = range.rsplit_once('/') else { return (None, None) };
    let start = bytes.trim_start().strip_prefix("bytes").and_then(|bytes| bytes.trim_start().split_once('-'));
    (start.and_then(|(start, _)| start.parse().ok()), total.parse().ok())
}

/// The SHA-256 that an entity tag is; other tags are the server's own affair.
fn digest(tag: &str) -> Option<String> {
    let tag = tag.to_ascii_lowercase();
    (tag.len() == 64 && tag.bytes().all(|byte| byte.is_ascii_hexdigit())).then_some(tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn response(status: u16, from: u64, headers: &[(&str, &str)]) -> Response<()> {
        let find = |name: &str| headers.iter().find(|(key, _)| *key == name).map(|(_, v)| v.to_string());
        Response::new(status, from, find, ())
    }

    #[test]
    fn the_size_is_that_of_the_whole_file() {
        let part = response(206, 40, &[("content-range", "bytes 40-99/100"), ("content-length", "60")]);
        assert_eq!((part.from, part.size), (40, Some(100)));
        // What was asked for is not always what comes.
        let other = response(206, 40, &[("content-range", "bytes 0-59/100"), ("content-length", "60")]);
        assert_eq!((other.from, other.size), (0, Some(100)));
        let untold = response(206, 40, &[("content-range", "bytes 40-99/*"), ("content-length", "60")]);
        assert_eq!((untold.from, untold.size), (40, Some(100)));
        // Another origin's Content-Range may be hidden from a page.
        assert_eq!(response(206, 40, &[("content-length", "60")]).size, Some(100));
        let whole = response(200, 40, &[("content-length", "100")]);
        assert_eq!((whole.from, whole.size), (0, Some(100)));
        assert_eq!(response(200, 0, &[]).size, None);
        assert_eq!(response(206, u64::MAX, &[("content-length", "60")]).size, None);
        let zipped = [("content-length", "60"), ("content-encoding", "gzip")];
        assert_eq!(response(200, 0, &zipped).size, None);
    }

    #[test]
    fn a_file_is_told_from_a_later_one_by_its_tag_or_its_time() {
        let tag = |headers| response(200, 0, headers).tag;
        assert_eq!(tag(&[("etag", "W/\"5-a\""), ("last-modified", "Mon")]).as_deref(), Some("5-a"));
        assert_eq!(tag(&[("last-modified", "Mon")]).as_deref(), Some("Mon"));
        assert_eq!(tag(&[]), None);
    }

    #[test]
    fn a_tag_is_a_digest_only_if_it_has_the_form_of_one() {
        let digest = "A".repeat(64);
        let tagged = |tag: &str| response(200, 0, &[("etag", tag)]).sha256;
        assert_eq!(tagged(&format!("\"{digest}\"")), Some("a".repeat(64)));
        assert_eq!(tagged(&format!("W/\"{digest}\"")), Some("a".repeat(64)));
        assert_eq!(tagged("\"5d41402abc4b2a76b9719d911017c592\""), None);
        let linked = format!("\"{}\"", "b".repeat(64));
        let both = response(200, 0, &[("etag", &digest), ("x-linked-etag", &linked)]);
        assert_eq!((both.sha256, both.is_digest), (Some("b".repeat(64)), true));
        assert!(!response(200, 0, &[("etag", &digest)]).is_digest);
    }

    #[test]
    fn each_status_has_its_sentence() {
        let told = |status| match response(status, 0, &[]).found("config.json") {
            Ok(found) => found.is_some().to_string(),
            Err(error) => error.to_string(),
        };
        assert_eq!((told(200), told(206), told(404)), ("true".into(), "true".into(), "false".into()));
        assert!(told(403).starts_with("config.json: access denied (403)"));
        assert!(told(401).contains("asks for consent"));
        assert!(told(500).starts_with("config.json cannot be served now (500)"));
        assert!(told(429).contains("busy"));
        assert_eq!(told(302), "config.json is not served: the server answers 302");
    }
}
