//! Which engine is meant where several could be: the search that the docker command makes, and a few usual sockets.
//!
//! What was named (on the command line, by `DOCKER_HOST`, by a context) is taken or refused, never replaced by
//! something else. Only where nothing was named, the first usual socket that exists is taken.

use std::io;
use std::path::{Path, PathBuf};

use super::address::{self, Certificates, Way};
use super::context;
use super::failure::{Failure, shorten};
use crate::collect::observation::EngineProcess;

/// Where an engine is without being asked for otherwise.
pub(super) const USUAL_SOCKET: &str = "unix:///var/run/docker.sock";

/// What the search looks at.
pub(super) trait Surroundings {
    /// A variable of the environment.
    fn variable(&self, name: &str) -> Option<String>;
    /// A file, whole.
    fn read(&self, path: &Path) -> io::Result<Vec<u8>>;
    /// Whether there is anything at `path`.
    fn exists(&self, path: &Path) -> bool;
    /// The user who asks.
    fn uid(&self) -> u32;

    /// A variable that is set to something.
    fn filled(&self, name: &str) -> Option<String> {
        self.variable(name).filter(|value| !value.is_empty())
    }
}

/// An engine to ask.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Endpoint {
    /// Its URL.
    pub(super) url: String,
    /// How it is reached.
    pub(super) way: Way,
    /// Whether the user named it, directly or by a setting.
    pub(super) named: bool,
    /// Its process, where that is known.
    pub(super) process: Option<EngineProcess>,
}

/// Something was named that cannot be asked.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unusable {
    /// The URL, or the file that should hold it.
    pub(super) place: String,
    /// Why.
    pub(super) failure: Failure,
}

/// The engine at `url`, else the one that the surroundings name, else one at a usual socket, else none.
pub(super) fn resolve(
    url: Option<&str>,
    here: &impl Surroundings,
) -> Result<Option<Endpoint>, Unusable> {
    let folder = configuration(here);
    if let Some(url) = url {
        return from_variables(url, folder.as_deref(), here).map(Some);
    }
    if let Some(url) = here.filled("DOCKER_HOST") {
        return from_variables(&url, folder.as_deref(), here).map(Some);
    }
    if let Some(endpoint) = from_context(folder.as_deref(), here)? {
        return Ok(Some(endpoint));
    }
    Ok(usual(here))
}

/// Folder of the docker command's configuration.
fn configuration(here: &impl Surroundings) -> Option<PathBuf> {
    match here.filled("DOCKER_CONFIG") {
        Some(folder) => Some(folder.into()),
        None => Some(home(here)?.join(".docker")),
    }
}

fn home(here: &impl Surroundings) -> Option<PathBuf> {
    here.filled("HOME").map(PathBuf::from)
}

/// A URL that was given as such; variables say whether it means TLS.
fn from_variables(
    url: &str,
    folder: Option<&Path>,
    here: &impl Surroundings,
) -> Result<Endpoint, Unusable> {
    let path = here.filled("DOCKER_CERT_PATH").map(PathBuf::from);
    let certificates = Certificates {
        folder: path.as_deref().or(folder),
        wanted: here.filled("DOCKER_TLS_VERIFY").is_some(),
    };
    named(url, certificates)
}

fn from_context(
    folder: Option<&Path>,
    here: &impl Surroundings,
) -> Result<Option<Endpoint>, Unusable> {
    let Some(folder) = folder else {
        return Ok(None);
    };
    let Some(found) = context::find(folder, here.filled("DOCKER_CONTEXT"), here)? else {
        return Ok(None);
    };
    let certificates = Certificates {
        folder: found.certificates.as_deref(),
        wanted: found.certificates.is_some(),
    };
    named(&found.host, certificates).map(Some)
}

fn named(text: &str, certificates: Certificates<'_>) -> Result<Endpoint, Unusable> {
    let url = address::url(text);
    match address::parse(&url, certificates) {
        Ok(way) => Ok(Endpoint {
            url,
            way,
            named: true,
            process: None,
        }),
        Err(failure) => Err(Unusable {
            place: shorten(&url),
            failure,
        }),
    }
}

/// The first usual socket that exists.
fn usual(here: &impl Surroundings) -> Option<Endpoint> {
    let runtime = here.filled("XDG_RUNTIME_DIR").map(PathBuf::from);
    let path = [
        Some("/var/run/docker.sock".into()),
        Some("/run/docker.sock".into()),
        runtime.map(|folder| folder.join("docker.sock")),
        home(here).map(|folder| folder.join(".docker/run/docker.sock")),
        Some(format!("/run/user/{}/docker.sock", here.uid()).into()),
    ]
    .into_iter()
    .flatten()
    .find(|path| here.exists(path))?;
    Some(Endpoint {
        url: format!("unix://{}", path.display()),
        way: Way::Unix(path),
        named: false,
        process: None,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::model::{EngineStatus, Reason};

    /// SHA-256 of "far".
    const FAR: &str = "512eea46ceb3921dff4363c7069d89d4964d1d9fccaa0f411851a7aa60a5c868";

    #[derive(Default)]
    struct Fake {
        variables: BTreeMap<&'static str, &'static str>,
        files: BTreeMap<String, Result<&'static str, io::ErrorKind>>,
    }

    impl Fake {
        /// Variables as `NAME=VALUE`.
        fn new(variables: &[&'static str]) -> Self {
            let variables = variables.iter().filter_map(|pair| pair.split_once('='));
            Self {
                variables: variables.collect(),
                ..Self::default()
            }
        }

        fn file(mut self, path: &str, text: &'static str) -> Self {
            self.files.insert(path.to_owned(), Ok(text));
            self
        }

        fn broken(mut self, path: &str, kind: io::ErrorKind) -> Self {
            self.files.insert(path.to_owned(), Err(kind));
            self
        }

        fn far(self, folder: &str, meta: &'static str) -> Self {
            self.file(&format!("{folder}/contexts/meta/{FAR}/meta.json"), meta)
        }

        /// The URL found, with `?` where it is only a usual one.
        fn finds(&self, url: Option<&str>) -> String {
            match resolve(url, self) {
                Ok(None) => "nothing".to_owned(),
                Ok(Some(found)) if found.named => found.url,
                Ok(Some(found)) => format!("{}?", found.url),
                Err(unusable) => format!("{}: {}", unusable.place, unusable.failure.detail),
            }
        }
    }

    impl Surroundings for Fake {
        fn variable(&self, name: &str) -> Option<String> {
            self.variables.get(name).map(|&value| value.to_owned())
        }

        fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
            match self.files.get(path.to_str().unwrap()) {
                Some(Ok(text)) => Ok(text.as_bytes().to_vec()),
                Some(Err(kind)) => Err((*kind).into()),
                None => Err(io::ErrorKind::NotFound.into()),
            }
        }

        fn exists(&self, path: &Path) -> bool {
            self.files.contains_key(path.to_str().unwrap())
        }

        fn uid(&self) -> u32 {
            1000
        }
    }

    const META: &str =
        r#"{"Name":"far","Endpoints":{"docker":{"Host":"tcp://far:1","SkipTLSVerify":false}}}"#;
    const CURRENT: &str = r#"{"auths":{},"currentContext":"far"}"#;

    #[test]
    fn what_is_named_first_is_taken() {
        let all = ["HOME=/h", "DOCKER_HOST=/env.sock", "DOCKER_CONTEXT=far"];
        let at_home = |variables| Fake::new(variables).far("/h/.docker", META);
        for (here, url, found) in [
            (at_home(&all), Some("/cli.sock"), "unix:///cli.sock"),
            (at_home(&all), None, "unix:///env.sock"),
            (
                at_home(&["HOME=/h", "DOCKER_HOST=", "DOCKER_CONTEXT=far"]),
                None,
                "tcp://far:1",
            ),
            (
                at_home(&["HOME=/h"]).file("/h/.docker/config.json", CURRENT),
                None,
                "tcp://far:1",
            ),
            (
                at_home(&["HOME=/h"]).file("/h/.docker/config.json", "{}"),
                None,
                "nothing",
            ),
            (
                at_home(&["HOME=/h", "DOCKER_CONTEXT=default"])
                    .file("/h/.docker/config.json", CURRENT)
                    .file("/var/run/docker.sock", ""),
                None,
                "unix:///var/run/docker.sock?",
            ),
            (
                Fake::new(&["HOME=/h", "DOCKER_CONFIG=/c", "DOCKER_CONTEXT=far"]).far("/c", META),
                None,
                "tcp://far:1",
            ),
        ] {
            assert_eq!(here.finds(url), found);
        }
    }

    #[test]
    fn else_the_first_usual_socket_that_exists_is_taken() {
        let variables = ["HOME=/h", "XDG_RUNTIME_DIR=/x"];
        let mut here = Fake::new(&variables);
        assert_eq!(here.finds(None), "nothing");
        assert_eq!(Fake::default().finds(None), "nothing");
        for path in [
            "/run/user/1000/docker.sock",
            "/h/.docker/run/docker.sock",
            "/x/docker.sock",
            "/run/docker.sock",
            "/var/run/docker.sock",
        ] {
            here = here.file(path, "");
            assert_eq!(here.finds(None), format!("unix://{path}?"));
        }
    }

    #[test]
    fn a_broken_context_is_an_error_with_file_and_cause() {
        let meta = format!("/h/.docker/contexts/meta/{FAR}/meta.json");
        let config = "/h/.docker/config.json".to_owned();
        let by_name = || Fake::new(&["HOME=/h", "DOCKER_CONTEXT=far"]);
        let current = || Fake::new(&["HOME=/h"]);
        let denied = io::ErrorKind::PermissionDenied;
        let error = EngineStatus::Error;
        for (here, file, status, cause) in [
            (by_name(), &meta, error, "entity not found"),
            (by_name().far("/h/.docker", "{"), &meta, error, "EOF"),
            (
                by_name().far("/h/.docker", r#"{"Endpoints":{}}"#),
                &meta,
                error,
                "missing field",
            ),
            (
                current().file(&config, "nonsense"),
                &config,
                error,
                "expected",
            ),
            (
                current().file(&config, CURRENT),
                &meta,
                error,
                "entity not found",
            ),
            (
                current().broken(&config, denied),
                &config,
                EngineStatus::Denied,
                "permission denied",
            ),
        ] {
            let unusable = resolve(None, &here).unwrap_err();
            assert_eq!(unusable.failure.status, status);
            assert_eq!(&unusable.place, &format!("file://{file}"));
            let detail = unusable.failure.detail;
            assert!(
                detail.contains(file.as_str()) && detail.contains(cause),
                "{detail}"
            );
        }
    }

    #[test]
    fn nonsense_is_refused_and_not_replaced() {
        let here = Fake::new(&["DOCKER_HOST=/env.sock"]).file("/var/run/docker.sock", "");
        for (text, reason) in [
            ("", Reason::Malformed),
            ("nonsense", Reason::Malformed),
            ("ssh://far", Reason::Unsupported),
        ] {
            let unusable = resolve(Some(text), &here).unwrap_err();
            assert_eq!(unusable.place, text);
            assert_eq!(unusable.failure.reason, reason);
        }
    }

    fn certificates(here: &Fake, url: Option<&str>) -> Option<PathBuf> {
        match resolve(url, here).unwrap().unwrap().way {
            Way::Tcp { tls, .. } => tls,
            Way::Unix(_) | Way::Found(_) => None,
        }
    }

    #[test]
    fn certificates_come_from_the_variables_or_the_context() {
        let url = Some("tcp://far:1");
        let verify = "DOCKER_TLS_VERIFY=1";
        for (variables, folder) in [
            (vec!["HOME=/h"], None),
            (vec!["HOME=/h", "DOCKER_CERT_PATH=/c"], None),
            (vec!["HOME=/h", verify], Some("/h/.docker")),
            (vec!["HOME=/h", "DOCKER_TLS_VERIFY="], None),
            (vec![verify, "DOCKER_CERT_PATH=/c"], Some("/c")),
        ] {
            assert_eq!(
                certificates(&Fake::new(&variables), url),
                folder.map(PathBuf::from)
            );
        }
        let folder = format!("/h/.docker/contexts/tls/{FAR}/docker");
        let here = Fake::new(&["HOME=/h", "DOCKER_CONTEXT=far", verify]).far("/h/.docker", META);
        assert_eq!(certificates(&here, None), None);
        let here = here.file(&format!("{folder}/ca.pem"), "");
        assert_eq!(certificates(&here, None), Some(folder.into()));
    }
}
