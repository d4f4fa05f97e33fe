//! A fake engine for the tests: a Unix socket or TCP port where each request gets the answer that the test chose.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::os::unix::net::UnixListener;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use tempfile::TempDir;

/// What the engine does about one request.
pub(super) enum Answer {
    /// A status and a body of known length.
    Body(u16, String),
    /// These bytes, and the end of the connection.
    Raw(&'static str),
    /// These bytes, and nothing more while the connection stays open.
    Open(&'static str),
    /// Nothing, while the connection stays open.
    Silence,
    /// A head, and then this text for as long as somebody reads.
    Endless(&'static str, &'static str),
}

/// A successful answer.
pub(super) fn json(body: impl Into<String>) -> Answer {
    Answer::Body(200, body.into())
}

/// A running fake engine.
pub(super) struct Fake {
    /// Its URL.
    pub(super) url: String,
    seen: Arc<Seen>,
    _folder: TempDir,
}

#[derive(Default)]
struct Seen {
    paths: Mutex<Vec<String>>,
    sent: AtomicUsize,
}

type Script = Arc<dyn Fn(&str) -> Answer + Send + Sync>;

impl Fake {
    /// Answers on a Unix socket. `script` is given the path without its version.
    pub(super) fn unix(script: impl Fn(&str) -> Answer + Send + Sync + 'static) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("docker.sock");
        let listener = UnixListener::bind(&path).unwrap();
        let (fake, script) = Self::new(format!("unix://{}", path.display()), folder, script);
        let seen = Arc::clone(&fake.seen);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let stream = stream.unwrap();
                let reader = stream.try_clone().unwrap();
                serve(reader, stream, Arc::clone(&script), Arc::clone(&seen));
            }
        });
        fake
    }

    /// As [`Fake::unix`], on a port of 127.0.0.1.
    pub(super) fn tcp(script: impl Fn(&str) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("tcp://{}", listener.local_addr().unwrap());
        let (fake, script) = Self::new(url, tempfile::tempdir().unwrap(), script);
        let seen = Arc::clone(&fake.seen);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let stream = stream.unwrap();
                let reader = stream.try_clone().unwrap();
                serve(reader, stream, Arc::clone(&script), Arc::clone(&seen));
            }
        });
        fake
    }

    fn new(
        url: String,
        folder: TempDir,
        script: impl Fn(&str) -> Answer + Send + Sync + 'static,
    ) -> (Self, Script) {
        let fake = Self {
            url,
            seen: Arc::default(),
            _folder: folder,
        };
        (fake, Arc::new(script))
    }

    /// The paths that were asked for.
    pub(super) fn paths(&self) -> Vec<String> {
        self.seen.paths.lock().unwrap().clone()
    }

    /// Bytes of endless answers that somebody took.
    pub(super) fn sent(&self) -> usize {
        self.seen.sent.load(Ordering::SeqCst)
    }
}

/// Answers the requests of one connection in a thread.
fn serve(
    reader: impl Read + Send + 'static,
    mut writer: impl Write + Send + 'static,
    script: Script,
    seen: Arc<Seen>,
) {
    thread::spawn(move || {
        let mut reader = BufReader::new(reader);
        while let Some(path) = request(&mut reader) {
            seen.paths.lock().unwrap().push(path.clone());
            let open = match script(without_version(&path)) {
                Answer::Body(status, body) => {
                    let length = body.len();
                    write!(
                        writer,
                        "HTTP/1.1 {status} X\r\nContent-Length: {length}\r\n\r\n{body}"
                    )
                    .is_ok()
                }
                Answer::Raw(text) => writer.write_all(text.as_bytes()).is_err(),
                Answer::Open(text) => writer.write_all(text.as_bytes()).is_ok(),
                // The next request never comes; reading it waits for the end of the connection.
                Answer::Silence => true,
                Answer::Endless(head, text) => endless(&mut writer, head, text, &seen.sent),
            };
            if !open {
                return;
            }
        }
    });
}

/// Path of the next request, if there is one.
fn request(reader: &mut impl BufRead) -> Option<String> {
    let mut first = String::new();
    reader.read_line(&mut first).ok()?;
    let path = first.split(' ').nth(1)?.to_owned();
    let mut line = String::new();
    while line != "\r\n" {
        line.clear();
        (reader.read_line(&mut line).ok()? > 0).then_some(())?;
    }
    Some(path)
}

fn without_version(path: &str) -> &str {
    match path.strip_prefix("/v1.") {
        Some(rest) => &rest[rest.find('/').unwrap_or(0)..],
        None => path,
    }
}

fn endless(writer: &mut impl Write, head: &str, text: &str, sent: &AtomicUsize) -> bool {
    let block = text.repeat(65536 / text.len());
    let mut next = head;
    while writer.write_all(next.as_bytes()).is_ok() {
        sent.fetch_add(next.len(), Ordering::SeqCst);
        next = &block;
    }
    false
}
