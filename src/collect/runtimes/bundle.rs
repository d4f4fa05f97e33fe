//! `config.json` of an OCI bundle: what a runtime was told to make of a container.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::collect::observation::RuntimeRecord;

/// What a bundle says.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Bundle {
    /// Host name.
    pub(super) hostname: Option<String>,
    /// Annotations that name things.
    pub(super) annotations: BTreeMap<String, String>,
    /// The cgroup, where it is a path and no unit of systemd's.
    pub(super) cgroup: Option<String>,
    /// Paths on the host that are mounted into the container.
    sources: Vec<PathBuf>,
}

/// Beginnings of the annotations that name things; the rest may be long, and is of no use here.
const WANTED: [&str; 4] = [
    "io.kubernetes.",
    "io.container.manager",
    "io.podman.",
    "nerdctl/",
];
/// Longer annotations name nothing.
const LONGEST: usize = 1024;

#[derive(Deserialize)]
struct Config {
    hostname: Option<String>,
    annotations: Option<BTreeMap<String, String>>,
    mounts: Option<Vec<Mount>>,
    linux: Option<Linux>,
}

#[derive(Deserialize)]
struct Mount {
    source: Option<PathBuf>,
}

#[derive(Deserialize)]
struct Linux {
    #[serde(rename = "cgroupsPath")]
    cgroup: Option<String>,
}

impl Bundle {
    /// Reads the file; `None` where it makes no sense.
    pub(super) fn parse(file: &[u8]) -> Option<Self> {
        let config: Config = serde_json::from_slice(file).ok()?;
        let mounts = config.mounts.unwrap_or_default().into_iter();
        let mut annotations = config.annotations.unwrap_or_default();
        annotations.retain(|name, value| {
            value.len() <= LONGEST && WANTED.iter().any(|wanted| name.starts_with(wanted))
        });
        let cgroup = config.linux.and_then(|linux| linux.cgroup);
        Some(Self {
            hostname: config.hostname.filter(|name| !name.is_empty()),
            annotations,
            cgroup: cgroup.filter(|path| path.starts_with('/') && path.len() > 1),
            sources: mounts.filter_map(|mount| mount.source).collect(),
        })
    }

    /// The folder in which Docker keeps what it knows of the container `id`: it mounts files from there.
    pub(super) fn docker_folder(&self, id: &str) -> Option<&Path> {
        let folders = self.sources.iter().filter_map(|source| source.parent());
        let mut folders = folders.filter(|folder| folder.is_absolute() && folder.ends_with(id));
        folders.find(|folder| {
            let above = folder.parent();
            above.is_some_and(|above| above.ends_with("containers"))
        })
    }

    /// As a record of the container `id`.
    pub(super) fn record(self, id: &str, engine: Option<&str>, source: &Path) -> RuntimeRecord {
        let annotations = &self.annotations;
        let name = annotations.get("nerdctl/name").cloned();
        let image = [
            "io.kubernetes.cri.image-name",
            "io.kubernetes.cri-o.ImageName",
        ];
        let image = image.iter().find_map(|name| annotations.get(*name));
        RuntimeRecord {
            id: id.to_owned(),
            engine: engine.map(str::to_owned),
            name,
            image: image.cloned(),
            cgroup: self.cgroup,
            hostname: self.hostname,
            labels: self.annotations,
            source: source.display().to_string(),
            ..RuntimeRecord::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "bd3bfdc1ac7b1c2fbe494b0bac7f027441839e6a07919c5e1cd0e64ae7181533";

    #[test]
    fn annotations_of_kubernetes_are_kept() {
        let file = br#"{"ociVersion":"1.0.2-dev","hostname":"web-0","annotations":{
            "io.kubernetes.cri.container-type":"container","io.kubernetes.cri.container-name":"nginx",
            "io.kubernetes.cri.image-name":"nginx:1","io.kubernetes.cri.sandbox-name":"web-0",
            "kubectl.kubernetes.io/last-applied-configuration":"{}"},
            "linux":{"cgroupsPath":"/kubepods/besteffort/pod1/x","namespaces":[{"type":"pid"}]}}"#;
        let bundle = Bundle::parse(file).unwrap();
        assert_eq!(bundle.annotations.len(), 4);
        assert_eq!(bundle.docker_folder(ID), None);
        let record = bundle.record(ID, Some("containerd"), Path::new("/b/config.json"));
        assert_eq!(record.image.as_deref(), Some("nginx:1"));
        assert_eq!(
            (record.name, record.hostname.as_deref()),
            (None, Some("web-0"))
        );
        let cgroup = record.cgroup.as_deref();
        assert_eq!(cgroup, Some("/kubepods/besteffort/pod1/x"));
    }

    #[test]
    fn docker_mounts_files_of_its_folder() {
        let file = format!(
            r#"{{"annotations":null,"mounts":[{{"destination":"/proc","type":"proc","source":"proc"}},
            {{"destination":"/x","source":"/home/{ID}/hosts"}},
            {{"destination":"/etc/hosts","type":"bind","source":"/d/containers/{ID}/hosts"}}],
            "linux":{{"cgroupsPath":"system.slice:docker:{ID}"}}}}"#
        );
        let bundle = Bundle::parse(file.as_bytes()).unwrap();
        let folder = format!("/d/containers/{ID}");
        assert_eq!(bundle.docker_folder(ID), Some(Path::new(&folder)));
        assert_eq!(bundle.docker_folder("other"), None);
        assert_eq!(bundle.cgroup, None);
    }

    #[test]
    fn nerdctl_names_its_containers() {
        let file = br#"{"annotations":{"nerdctl/name":"web","nerdctl/namespace":"default"}}"#;
        let record = Bundle::parse(file).unwrap();
        let record = record.record("1", None, Path::new("/b"));
        assert_eq!(record.name.as_deref(), Some("web"));
    }

    #[test]
    fn nonsense_is_none() {
        let deep = "[".repeat(100_000);
        for file in [
            "",
            "{",
            "[]",
            "7",
            r#"{"annotations":{"a":7}}"#,
            "{\"a\":}",
            &deep,
        ] {
            assert_eq!(Bundle::parse(file.as_bytes()), None);
        }
        let long = format!(
            r#"{{"annotations":{{"io.podman.x":"{}"}}}}"#,
            "x".repeat(2000)
        );
        assert_eq!(Bundle::parse(long.as_bytes()), Some(Bundle::default()));
        let root = Bundle::parse(br#"{"hostname":"","linux":{"cgroupsPath":"/"}}"#);
        assert_eq!(root, Some(Bundle::default()));
    }
}
