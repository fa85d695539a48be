//! Which servers may answer in the place of the one that the visitor has agreed to.

use super::source::HUB;

/// Whether the answer to a request for one address may come from the other one.
///
/// # Errors
/// The reason, where a server has sent on to another that nobody has named.
pub fn may_answer(asked: &str, answered: &str) -> Result<(), String> {
    let (asked, answered) = (host(asked), host(answered));
    // The hub keeps large files on servers of other names.
    if asked == answered || answered.is_empty() || asked == HUB {
        return Ok(());
    }
    Err(format!("{asked} sends on to {answered}: if you trust that server, give its address instead"))
}

/// The server of an address, with a port where it is not the usual one.
fn host(url: &str) -> &str {
    url.split_once("://").map_or("", |(_, rest)| rest.split(['/', '?', '#']).next().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::may_answer;

    #[test]
    fn a_server_answers_for_itself_and_only_the_hub_sends_on() {
        let file = "https://example.org/clip/config.json";
        for (asked, answered) in [
            (file, file),
            (file, "https://example.org/clip/config.json?v=2"),
            ("https://huggingface.co/a/b/resolve/main/x", "https://cdn-lfs.hf.co/x?sign=1"),
            // Where the browser does not tell.
            (file, ""),
        ] {
            assert_eq!(may_answer(asked, answered), Ok(()), "{asked} {answered}");
        }
        let told = may_answer(file, "https://192.168.0.1:8080/secret").unwrap_err();
        assert!(told.starts_with("example.org sends on to 192.168.0.1:8080: "), "{told}");
        for (asked, answered) in [
            ("http://127.0.0.1:8000/a", "http://127.0.0.1:9000/a"),
            ("https://nothuggingface.co/a", "https://example.org/a"),
            ("https://example.org/huggingface.co/", "https://example.com/huggingface.co/"),
        ] {
            assert!(may_answer(asked, answered).is_err(), "{asked} {answered}");
        }
    }
}
