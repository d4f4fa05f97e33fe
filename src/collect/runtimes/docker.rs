//! What Docker keeps of a container below its data root, and where that is.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::collect::observation::RuntimeRecord;

/// `containers/ID/config.v2.json`, the part that is used.
#[derive(Deserialize)]
struct State {
    #[serde(rename = "ID")]
    id: String,
    #[serde(rename = "Name")]
    name: String,
    #[serde(rename = "Config")]
    config: Option<Config>,
}

#[derive(Deserialize)]
struct Config {
    #[serde(rename = "Image")]
    image: Option<String>,
    #[serde(rename = "Labels")]
    labels: Option<BTreeMap<String, String>>,
}

/// Reads `config.v2.json` of the container `id`; `None` where it makes no sense, or is about another.
pub(super) fn state(file: &[u8], id: &str, source: &Path) -> Option<RuntimeRecord> {
    let state: State = serde_json::from_slice(file).ok()?;
    let name = state.name.trim_start_matches('/');
    let (image, labels) = state
        .config
        .map(|config| (config.image, config.labels))
        .unwrap_or_default();
    (state.id == id).then(|| RuntimeRecord {
        id: state.id,
        engine: Some("docker".to_owned()),
        name: Some(name.to_owned()).filter(|name| !name.is_empty()),
        image: image.filter(|image| !image.is_empty()),
        labels: labels.unwrap_or_default(),
        source: source.display().to_string(),
        ..RuntimeRecord::default()
    })
}

/// `/etc/docker/daemon.json`, the part that is used.
#[derive(Deserialize)]
struct Daemon {
    #[serde(rename = "data-root")]
    data_root: Option<PathBuf>,
    graph: Option<PathBuf>,
}

/// Where the engine's configuration says that it keeps its containers.
pub(super) fn data_root(file: &[u8]) -> Option<PathBuf> {
    let daemon: Daemon = serde_json::from_slice(file).ok()?;
    let root = daemon.data_root.or(daemon.graph)?;
    root.is_absolute().then_some(root)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = r#"{"StreamConfig":{},"State":{"Running":true,"Pid":14287,"Health":null},"ID":"bd3b",
        "Config":{"Hostname":"bd3b","Env":null,"Image":"nslens-test:latest","Labels":{"a":"b"}},
        "Image":"sha256:a1e0","NetworkSettings":{"Networks":{"bridge":{"IPAMConfig":null}}},"Name":"/web"}"#;

    fn read(file: &str) -> Option<RuntimeRecord> {
        state(file.as_bytes(), "bd3b", Path::new("/d/config.v2.json"))
    }

    #[test]
    fn the_name_has_no_slash() {
        let record = read(FILE).unwrap();
        assert_eq!(record.name.as_deref(), Some("web"));
        assert_eq!(record.image.as_deref(), Some("nslens-test:latest"));
        assert_eq!(record.labels["a"], "b");
        assert_eq!(record.source, "/d/config.v2.json");
        let bare = read(r#"{"ID":"bd3b","Name":"/"}"#).unwrap();
        assert_eq!((bare.name, bare.image), (None, None));
    }

    #[test]
    fn another_containers_file_and_nonsense_are_none() {
        let cut = &FILE[..FILE.len() - 9];
        for file in ["", "{}", "null", cut, r#"{"ID":"bd3c","Name":"/web"}"#] {
            assert_eq!(read(file), None, "{file}");
        }
    }

    #[test]
    fn the_configuration_tells_the_data_root() {
        for (file, root) in [
            (r#"{"data-root":"/data","graph":"/old"}"#, Some("/data")),
            (r#"{"graph":"/old"}"#, Some("/old")),
            (r#"{"data-root":"relative"}"#, None),
            (r#"{"debug":true}"#, None),
            ("{", None),
        ] {
            assert_eq!(
                data_root(file.as_bytes()),
                root.map(PathBuf::from),
                "{file}"
            );
        }
    }
}
