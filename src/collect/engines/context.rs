//! A docker context: a named engine in the configuration of the docker command.
//!
//! `config.json` says which one is current; `contexts/meta/<SHA-256 of the name>/meta.json` says where its engine is,
//! and `contexts/tls/<the same>/docker` holds its certificates. A context that is named but cannot be read is an
//! error: silence would send the question to another engine.

use std::fmt::Write as _;
use std::io;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use super::endpoint::{Surroundings, Unusable};
use super::failure::Failure;
use crate::model::Reason;

/// Where a context says that its engine is.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Context {
    /// The engine's URL.
    pub(super) host: String,
    /// Folder of its certificates, where it has some.
    pub(super) certificates: Option<PathBuf>,
}

/// `config.json`, the part that is used.
#[derive(Deserialize)]
struct Config {
    #[serde(rename = "currentContext")]
    current: Option<String>,
}

/// `meta.json`, the part that is used.
#[derive(Deserialize)]
struct Meta {
    #[serde(rename = "Endpoints")]
    endpoints: Endpoints,
}

#[derive(Deserialize)]
struct Endpoints {
    docker: Docker,
}

#[derive(Deserialize)]
struct Docker {
    #[serde(rename = "Host")]
    host: String,
}

/// The context called `name`, else the current one; none where that is the default.
pub(super) fn find(
    folder: &Path,
    name: Option<String>,
    here: &impl Surroundings,
) -> Result<Option<Context>, Unusable> {
    let name = match name {
        Some(name) => name,
        None => current(folder, here)?,
    };
    if name.is_empty() || name == "default" {
        return Ok(None);
    }
    open(folder, &name, here).map(Some)
}

/// Name of the current context; empty without one, or without a configuration.
fn current(folder: &Path, here: &impl Surroundings) -> Result<String, Unusable> {
    let path = folder.join("config.json");
    match here.read(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(String::new()),
        read => Ok(parse::<Config>("docker's configuration", &path, read)?
            .current
            .unwrap_or_default()),
    }
}

fn open(folder: &Path, name: &str, here: &impl Surroundings) -> Result<Context, Unusable> {
    let hash = hash(name);
    let path = folder.join("contexts/meta").join(&hash).join("meta.json");
    let what = format!("docker context {name:?}");
    let meta: Meta = parse(&what, &path, here.read(&path))?;
    let certificates = folder.join("contexts/tls").join(&hash).join("docker");
    Ok(Context {
        host: meta.endpoints.docker.host,
        certificates: here
            .exists(&certificates.join("ca.pem"))
            .then_some(certificates),
    })
}

/// SHA-256 of the name in hexadecimal.
fn hash(name: &str) -> String {
    let digest = Sha256::digest(name);
    digest.iter().fold(String::new(), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn parse<T: DeserializeOwned>(
    what: &str,
    path: &Path,
    read: io::Result<Vec<u8>>,
) -> Result<T, Unusable> {
    let path = path.display();
    let failure = match read.map(|bytes| serde_json::from_slice(&bytes)) {
        Ok(Ok(value)) => return Ok(value),
        Ok(Err(error)) => Failure::error(Reason::Malformed, &format!("{what} in {path}: {error}")),
        Err(error) => Failure::io(&format!("read {what} from {path}"), &error).not_absent(),
    };
    Err(Unusable {
        place: format!("file://{path}"),
        failure,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_is_named_by_the_hash() {
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(hash("abc"), abc);
    }
}
