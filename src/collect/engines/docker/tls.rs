//! TLS to an engine, as the docker command does it: a folder with `ca.pem`, the authority that signed the engine's
//! certificate, and `cert.pem` with `key.pem` where the engine wants to know who asks.

use std::path::Path;
use std::sync::Arc;

use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use rustls::crypto::ring;
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::pem::{self, PemObject};
use rustls_pki_types::{CertificateDer, PrivateKeyDer};

use super::super::endpoint::Surroundings as _;
use super::super::failure::Failure;
use super::super::here::Here;
use super::dial::Dial;
use crate::model::Reason;

/// `dial`, with TLS on its connections.
pub(super) fn over(dial: Dial, folder: &Path) -> Result<HttpsConnector<Dial>, Failure> {
    let connector = HttpsConnectorBuilder::new()
        .with_tls_config(config(folder)?)
        .https_only()
        .enable_http1()
        .wrap_connector(dial);
    Ok(connector)
}

fn config(folder: &Path) -> Result<ClientConfig, Failure> {
    let wrong = |error: rustls::Error| unusable(folder, &error);
    let mut authorities = RootCertStore::empty();
    for certificate in certificates(&folder.join("ca.pem"))? {
        authorities.add(certificate).map_err(wrong)?;
    }
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(wrong)?
        .with_root_certificates(authorities);
    let (cert, key) = (folder.join("cert.pem"), folder.join("key.pem"));
    if !cert.exists() && !key.exists() {
        return Ok(config.with_no_client_auth());
    }
    config
        .with_client_auth_cert(certificates(&cert)?, secret(&key)?)
        .map_err(wrong)
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, Failure> {
    let all: Vec<_> = CertificateDer::pem_slice_iter(&read(path)?)
        .collect::<Result<_, _>>()
        .map_err(|error| unusable(path, &error))?;
    if all.is_empty() {
        return Err(unusable(path, &pem::Error::NoItemsFound));
    }
    Ok(all)
}

fn secret(path: &Path) -> Result<PrivateKeyDer<'static>, Failure> {
    PrivateKeyDer::from_pem_slice(&read(path)?).map_err(|error| unusable(path, &error))
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let attempt = format!("read {}", path.display());
    Here.read(path)
        .map_err(|error| Failure::io(&attempt, &error).not_absent())
}

fn unusable(path: &Path, error: &dyn std::error::Error) -> Failure {
    let path = path.display();
    Failure::error(Reason::Malformed, &format!("cannot use {path}: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::EngineStatus;

    #[test]
    fn certificates_that_cannot_be_used_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let ca = folder.path().join("ca.pem");
        let missing = config(folder.path()).unwrap_err();
        assert_eq!(missing.status, EngineStatus::Error);
        assert!(missing.detail.contains(ca.to_str().unwrap()));
        std::fs::write(
            &ca,
            "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        )
        .unwrap();
        assert_eq!(config(folder.path()).unwrap_err().reason, Reason::Malformed);
        std::fs::write(&ca, "nothing").unwrap();
        assert_eq!(config(folder.path()).unwrap_err().reason, Reason::Malformed);
    }
}
