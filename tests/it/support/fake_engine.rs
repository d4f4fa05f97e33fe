//! An engine that answers what a test wants, on a Unix socket.

use std::collections::HashMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::net::{UnixListener, UnixStream};
use std::thread;

use serde_json::{Value, json};
use tempfile::TempDir;

/// A listening socket whose connections are served by a test's own function, until the test's process ends.
#[derive(Debug)]
pub(crate) struct FakeEngine {
    dir: TempDir,
}

impl FakeEngine {
    /// Each connection is given to `serve` in a thread of its own.
    pub(crate) fn serving(serve: impl Fn(UnixStream) + Send + Clone + 'static) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let listener = UnixListener::bind(dir.path().join("engine.sock")).unwrap();
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let serve = serve.clone();
                thread::spawn(move || serve(stream));
            }
        });
        Self { dir }
    }

    /// Each request is answered with the body that `answer` gives for its path, 404 where it gives none.
    pub(crate) fn answering(
        answer: impl Fn(&str) -> Option<String> + Send + Clone + 'static,
    ) -> Self {
        Self::serving(move |stream| {
            // The other side may go at any time.
            let _ = converse(&stream, &answer);
        })
    }

    /// It says its version as an engine does, and answers anything else by `then`.
    pub(crate) fn answering_version_then(
        then: impl Fn(&mut UnixStream) + Send + Clone + 'static,
    ) -> Self {
        Self::serving(move |mut stream| {
            let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
            while let Some(Ok(first)) = lines.next() {
                while lines
                    .next()
                    .is_some_and(|line| line.is_ok_and(|line| !line.is_empty()))
                {}
                if !first.contains("/version") && !first.contains("/_ping") {
                    return then(&mut stream);
                }
                let _ = reply(&stream, "200 OK", VERSION);
            }
        })
    }

    /// An engine of one container with a name, labels and image of the test's choice.
    pub(crate) fn of_one(id: &str, pid: u32, word: &str) -> Self {
        let mode = json!({
            "NetworkMode": word, "PidMode": word, "IpcMode": word, "UTSMode": word, "UsernsMode": word,
            "CgroupnsMode": "host"
        });
        Self::declaring(&[(id, pid, word, mode)])
    }

    /// An engine of containers with an id, a pid, one word for all names, and the modes they declare.
    pub(crate) fn declaring(containers: &[(&str, u32, &str, Value)]) -> Self {
        let all = containers.iter().map(|(id, pid, word, mode)| {
            let (listed, inspected) = container(id, *pid, word, mode);
            (
                listed,
                (format!("/containers/{id}/json"), inspected.to_string()),
            )
        });
        let (listed, inspected): (Vec<Value>, HashMap<String, String>) = all.unzip();
        let listed = Value::Array(listed).to_string();
        Self::answering(move |path| match path {
            "/version" => Some(VERSION.to_owned()),
            "/_ping" => Some("OK".to_owned()),
            "/info" => Some("{}".to_owned()),
            "/containers/json" => Some(listed.clone()),
            "/networks" => Some("[]".to_owned()),
            path => inspected.get(path).cloned(),
        })
    }

    /// Where it listens, as a URL.
    pub(crate) fn url(&self) -> String {
        format!("unix://{}/engine.sock", self.dir.path().display())
    }
}

/// What the list and the inspection say of one container.
fn container(id: &str, pid: u32, word: &str, mode: &Value) -> (Value, Value) {
    let state = json!({ "Status": "running", "Running": true, "Pid": pid });
    let labels = json!({ "com.docker.compose.project": word, word: word });
    let network = json!({ word: {
        "IPAddress": word, "IPPrefixLen": 16, "Gateway": word, "MacAddress": word, "NetworkID": word
    }});
    let mounts = json!([{
        "Type": "bind", "Source": word, "Destination": word, "Mode": "", "RW": true, "Propagation": word
    }]);
    let listed = json!({
        "Id": id, "Names": [format!("/{word}")], "Image": word, "ImageID": word, "Command": word, "Created": 1,
        "State": "running", "Status": word, "Ports": [], "Labels": labels, "HostConfig": mode,
        "NetworkSettings": { "Networks": network }, "Mounts": mounts
    });
    let inspected = json!({
        "Id": id, "Name": format!("/{word}"), "State": state, "Image": word,
        "Config": { "Image": word, "Labels": labels }, "HostConfig": mode,
        "NetworkSettings": { "Networks": network }, "Mounts": mounts
    });
    (listed, inspected)
}

/// What every engine says first.
pub(crate) const VERSION: &str = r#"{"Version":"20.10.24","ApiVersion":"1.41","MinAPIVersion":"1.12","Os":"linux","Arch":"amd64"}"#;

/// Answers requests until the connection ends.
fn converse(stream: &UnixStream, answer: &impl Fn(&str) -> Option<String>) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream).lines();
    loop {
        let Some(first) = lines.next().transpose()? else {
            return Ok(());
        };
        // The rest of the head; a GET has no body.
        while lines
            .next()
            .transpose()?
            .is_some_and(|line| !line.is_empty())
        {}
        let target = first.split(' ').nth(1).unwrap_or_default();
        let path = target.split('?').next().unwrap_or_default();
        let (status, body) = match answer(unversioned(path)) {
            Some(body) => ("200 OK", body),
            None => ("404 Not Found", r#"{"message":"no such thing"}"#.to_owned()),
        };
        reply(stream, status, &body)?;
    }
}

fn reply(mut stream: &UnixStream, status: &str, body: &str) -> std::io::Result<()> {
    write!(
        stream,
        "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nApi-Version: 1.41\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// The path without `/v1.41` before it.
fn unversioned(path: &str) -> &str {
    let Some(rest) = path.strip_prefix("/v1.") else {
        return path;
    };
    rest.find('/').map_or(path, |slash| &rest[slash..])
}
