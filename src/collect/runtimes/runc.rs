//! `state.json` of runc: which process a container began with.

use std::path::Path;

use serde::Deserialize;

use crate::collect::observation::{InitRecord, RuntimeRecord};

#[derive(Deserialize)]
struct State {
    id: String,
    init_process_pid: u32,
    init_process_start: u64,
}

/// Reads `state.json` of the container `id`; `None` where it makes no sense, or is about another.
pub(super) fn state(file: &[u8], id: &str, source: &Path) -> Option<RuntimeRecord> {
    let state: State = serde_json::from_slice(file).ok()?;
    let init = InitRecord {
        pid: state.init_process_pid,
        start_ticks: state.init_process_start,
    };
    (state.id == id).then(|| RuntimeRecord {
        id: state.id,
        init: Some(init),
        source: source.display().to_string(),
        ..RuntimeRecord::default()
    })
}

/// `options.json` of a bundle of containerd's, the part that is used.
#[derive(Deserialize)]
struct Options {
    root: Option<String>,
}

/// The folder of runc's states that a bundle's options tell; `None` for the usual one.
pub(super) fn root(file: &[u8]) -> Option<String> {
    let options: Options = serde_json::from_slice(file).ok()?;
    options.root.filter(|root| root.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_process_comes_with_its_start() {
        let file = r#"{"id":"bd3b","init_process_pid":14287,"init_process_start":3416866,
            "created":"2026-11-25T14:28:45.378709227Z","config":{"rootfs":"/r"},"rootless":false,
            "namespace_paths":{"NEWNS":"/proc/14287/ns/mnt"}}"#;
        let path = Path::new("/run/x/state.json");
        let record = state(file.as_bytes(), "bd3b", path).unwrap();
        let init = record.init.map(|init| (init.pid, init.start_ticks));
        assert_eq!(init, Some((14287, 3_416_866)));
        assert_eq!(state(file.as_bytes(), "other", path), None);
        for nonsense in ["", "{}", r#"{"id":"bd3b","init_process_pid":-1}"#] {
            assert_eq!(state(nonsense.as_bytes(), "bd3b", path), None);
        }
    }

    #[test]
    fn options_tell_where_the_states_are() {
        let told = root(br#"{"binary_name":"runc","root":"/run/docker/runtime-runc"}"#);
        assert_eq!(told.as_deref(), Some("/run/docker/runtime-runc"));
        assert_eq!(root(b"{}"), None);
        assert_eq!(root(br#"{"root":""}"#), None);
        assert_eq!(root(b""), None);
    }
}
