//! A hub on this computer, with the troubles of real ones, and a client as small as it may be.

use std::collections::HashMap;
use std::future::pending;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use sha2::{Digest, Sha256};
use triptych::io::hub::{Body, Fetch, Response};

/// What the server does.
#[derive(Default, Clone)]
pub(crate) struct Behaviour {
    pub files: HashMap<String, Vec<u8>>,
    /// Instead of a file.
    pub statuses: HashMap<String, u16>,
    /// Logged requests after which every answer is 500.
    pub busy_after: Option<usize>,
    /// Lengths that are told in place of the true ones.
    pub lies: HashMap<String, usize>,
    /// Bytes after which every connection is cut.
    pub cut: Option<usize>,
    /// Milliseconds between a kilobyte and the next.
    pub throttle: u64,
    pub ignores_ranges: bool,
    /// Whether the tag of a file is its SHA-256.
    pub has_digests: bool,
    /// Tags of files, in the place of their digests.
    pub tags: HashMap<String, String>,
    /// Whether `tags` are told as the hub's own digests.
    pub names_digests: bool,
    /// Whether a page is sent, with 200, for what is not there.
    pub has_page: bool,
    /// How the files end whose length is not told, as where a server compresses or sends in pieces.
    pub hides_lengths: Option<&'static str>,
    /// A file that comes from its beginning whatever part is asked for, as a part.
    pub misplaces: Option<String>,
    /// A file about which the server is silent.
    pub hangs: Option<String>,
    /// A file that never ends.
    pub endless: Option<String>,
    /// A file whose first byte is spoilt on the way, while its tag is that of the good one.
    pub spoils: Option<String>,
    /// `file from`, of every request.
    pub log: Vec<String>,
}

/// What many servers send for what they do not have.
pub(crate) const PAGE: &str = "<!DOCTYPE html>\n<html><body>Our models</body></html>";

#[derive(Clone)]
pub(crate) struct Hub {
    pub address: String,
    behaviour: Arc<Mutex<Behaviour>>,
}

impl Hub {
    pub(crate) fn start(behaviour: Behaviour) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}/model", listener.local_addr().unwrap());
        let hub = Hub { address, behaviour: Arc::new(Mutex::new(behaviour)) };
        let served = hub.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                // A client that has heard enough hangs up.
                let _hung_up = served.answer(stream.unwrap());
            }
        });
        hub
    }

    pub(crate) fn set(&self) -> MutexGuard<'_, Behaviour> {
        self.behaviour.lock().unwrap()
    }

    pub(crate) fn take_log(&self) -> Vec<String> {
        std::mem::take(&mut self.set().log)
    }

    fn answer(&self, mut stream: TcpStream) -> std::io::Result<()> {
        let (file, from) = request(&stream)?;
        let behaviour = {
            let mut behaviour = self.set();
            behaviour.log.push(format!("{file} {from}"));
            behaviour.clone()
        };
        let is_busy = behaviour.busy_after.is_some_and(|count| behaviour.log.len() > count);
        if let Some(status) = behaviour.statuses.get(&file).or(is_busy.then_some(&500)) {
            return write!(stream, "HTTP/1.1 {status} trouble\r\ncontent-length: 0\r\n\r\n");
        }
        if behaviour.hangs.as_ref() == Some(&file) {
            // Until the client hangs up.
            return stream.read(&mut [0]).map(drop);
        }
        if behaviour.endless.as_ref() == Some(&file) {
            stream.write_all(b"HTTP/1.1 200 here\r\n\r\n")?;
            loop {
                stream.write_all(&[b' '; 1 << 16])?;
            }
        }
        let Some(bytes) = behaviour.files.get(&file) else {
            return match behaviour.has_page {
                true => write!(stream, "HTTP/1.1 200 here\r\ncontent-length: {}\r\n\r\n{PAGE}", PAGE.len()),
                false => write!(stream, "HTTP/1.1 404 none\r\ncontent-length: 0\r\n\r\n"),
            };
        };
        let from = if behaviour.misplaces.as_ref() == Some(&file) { 0 } else { from };
        let hides_length = behaviour.hides_lengths.is_some_and(|ending| file.ends_with(ending));
        let told = behaviour.lies.get(&file).copied().unwrap_or(bytes.len());
        let from = if behaviour.ignores_ranges { 0 } else { from };
        if from >= bytes.len() {
            return write!(stream, "HTTP/1.1 416 beyond\r\ncontent-range: bytes */{told}\r\n\r\n");
        }
        let status = if behaviour.ignores_ranges { 200 } else { 206 };
        write!(stream, "HTTP/1.1 {status} here\r\n")?;
        if !hides_length {
            write!(stream, "content-length: {}\r\n", told - from)?;
        }
        if status == 206 && !hides_length {
            write!(stream, "content-range: bytes {from}-{}/{told}\r\n", told - 1)?;
        }
        if let Some(tag) = behaviour.tags.get(&file) {
            let header = if behaviour.names_digests { "X-Linked-ETag" } else { "ETag" };
            write!(stream, "{header}: \"{tag}\"\r\n")?;
        } else if behaviour.has_digests {
            write!(stream, "ETag: \"{}\"\r\n", sha256(bytes))?;
        }
        stream.write_all(b"\r\n")?;
        let mut sent = bytes.clone();
        if behaviour.spoils.as_ref() == Some(&file) {
            sent[0] ^= 1;
        }
        let end = behaviour.cut.map_or(bytes.len(), |cut| bytes.len().min(from + cut));
        for piece in sent[from..end].chunks(1024) {
            stream.write_all(piece)?;
            std::thread::sleep(Duration::from_millis(behaviour.throttle));
        }
        Ok(())
    }
}

pub(crate) fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The file that is asked for, and from which byte on.
fn request(stream: &TcpStream) -> std::io::Result<(String, usize)> {
    let mut lines = BufReader::new(stream).lines();
    let first = lines.next().unwrap_or(Err(std::io::ErrorKind::UnexpectedEof.into()))?;
    let path = first.split(' ').nth(1).unwrap_or_default();
    let file = path.trim_start_matches("/model/").to_string();
    let mut from = 0;
    for line in lines {
        let line = line?.to_ascii_lowercase();
        if line.is_empty() {
            break;
        }
        if let Some(range) = line.strip_prefix("range: bytes=") {
            from = range.trim_end_matches('-').parse().unwrap();
        }
    }
    Ok((file, from))
}

/// Speaks to such a hub. It waits in vain as soon as a server is silent for a moment, and then its patience is at an end.
#[derive(Clone)]
pub(crate) struct Client;

const MOMENT: Duration = Duration::from_millis(500);

pub(crate) struct Stream {
    reader: BufReader<TcpStream>,
    left: Option<usize>,
}

impl Fetch for Client {
    type Body = Stream;

    async fn pause(&self, _: Duration) {}

    async fn get(&self, url: &str, from: u64) -> Result<Response<Stream>, String> {
        let (host, path) = url.trim_start_matches("http://").split_once('/').unwrap();
        let mut stream = TcpStream::connect(host).map_err(|error| error.to_string())?;
        stream.set_read_timeout(Some(MOMENT)).map_err(|error| error.to_string())?;
        let range = format!("range: bytes={from}-");
        write!(stream, "GET /{path} HTTP/1.1\r\nhost: {host}\r\n{range}\r\n\r\n")
            .map_err(|e| e.to_string())?;
        let mut reader = BufReader::new(stream);
        let mut line = async || {
            let mut line = String::new();
            heard(reader.read_line(&mut line).map(|_| line.trim().to_string())).await
        };
        let first = line().await?;
        let status = first.split(' ').nth(1).and_then(|word| word.parse().ok()).ok_or("no status")?;
        let mut headers = HashMap::new();
        loop {
            let line = line().await?;
            let Some((name, value)) = line.split_once(": ") else { break };
            headers.insert(name.to_ascii_lowercase(), value.to_string());
        }
        let left = headers.get("content-length").map(|length| length.parse().unwrap());
        Ok(Response::new(status, from, |name| headers.get(name).cloned(), Stream { reader, left }))
    }
}

impl Body for Stream {
    async fn next(&mut self) -> Result<Option<Vec<u8>>, String> {
        let mut piece = vec![0; self.left.unwrap_or(4096).min(4096)];
        if piece.is_empty() {
            return Ok(None);
        }
        let count = heard(self.reader.read(&mut piece)).await?;
        piece.truncate(count);
        match (&mut self.left, count) {
            (Some(left), 0) => Err(format!("{left} bytes are missing")),
            (None, 0) => Ok(None),
            (left, _) => {
                *left = left.map(|left| left - count);
                Ok(Some(piece))
            }
        }
    }
}

/// What came of reading; never ready where nothing came.
async fn heard<T>(read: io::Result<T>) -> Result<T, String> {
    match read {
        Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) => {
            pending().await
        }
        read => read.map_err(|error| error.to_string()),
    }
}
