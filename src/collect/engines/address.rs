//! The address of an engine: a URL as the docker command takes it, and the way that it names.
//!
//! There are two ways: a Unix socket on this host, and TCP, with or without TLS. Whatever else a URL may ask for
//! (ssh, a Windows pipe) is refused with words that help.

use std::path::{Path, PathBuf};

use super::failure::Failure;
use super::listening::SocketFile;
use crate::model::Reason;

/// How an engine is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// A socket on this host.
    Unix(PathBuf),
    /// The socket of an engine that was found, wherever its path leads by now.
    Found(SocketFile),
    /// A host and port.
    Tcp {
        /// Name or address, IPv6 without brackets.
        host: String,
        /// Port.
        port: u16,
        /// With TLS: the folder of `ca.pem`, `cert.pem` and `key.pem`.
        tls: Option<PathBuf>,
    },
}

/// Certificates at hand for an address that may want them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Certificates<'a> {
    /// Their folder.
    pub(super) folder: Option<&'a Path>,
    /// Whether `tcp:` means TLS, too.
    pub(super) wanted: bool,
}

/// The URL in its usual form: a bare path is a Unix socket.
pub(super) fn url(text: &str) -> String {
    if text.starts_with('/') {
        format!("unix://{text}")
    } else {
        text.to_owned()
    }
}

/// The way that `url` names.
pub(super) fn parse(url: &str, certificates: Certificates<'_>) -> Result<Way, Failure> {
    let Some((scheme, rest)) = url.split_once("://") else {
        return Err(nonsense(url, "it is neither a URL nor an absolute path"));
    };
    match scheme {
        "unix" => unix(url, rest),
        "tcp" if certificates.wanted => tcp(url, rest, Some(folder(url, certificates)?)),
        "tcp" | "http" => tcp(url, rest, None),
        "https" => tcp(url, rest, Some(folder(url, certificates)?)),
        "ssh" => Err(unsupported(
            url,
            "ssh endpoints are not supported; forward the socket (ssh -L) and name that",
        )),
        "npipe" | "fd" => Err(unsupported(url, "such endpoints are not supported")),
        _ => Err(unsupported(url, "unix, tcp, http and https are supported")),
    }
}

fn unix(url: &str, path: &str) -> Result<Way, Failure> {
    if path.starts_with('/') {
        Ok(Way::Unix(PathBuf::from(path)))
    } else {
        Err(nonsense(url, "the path of the socket is not absolute"))
    }
}

fn tcp(url: &str, rest: &str, tls: Option<PathBuf>) -> Result<Way, Failure> {
    let default = if tls.is_some() { 2376 } else { 2375 };
    let authority = rest.strip_suffix('/').unwrap_or(rest);
    let (host, port) = split(authority, default)
        .ok_or_else(|| nonsense(url, "after :// it needs a host and a port"))?;
    Ok(Way::Tcp {
        host: host.to_owned(),
        port,
        tls,
    })
}

/// Host and port of `HOST`, `HOST:PORT`, `[ADDRESS]` or `[ADDRESS]:PORT`.
fn split(authority: &str, default: u16) -> Option<(&str, u16)> {
    let (host, port) = if let Some(rest) = authority.strip_prefix('[') {
        let (host, port) = rest.split_once(']')?;
        host.parse::<std::net::Ipv6Addr>().ok()?;
        (host, port)
    } else {
        let (host, port) = authority.split_at(authority.find(':').unwrap_or(authority.len()));
        host.bytes().all(is_host_byte).then_some(())?;
        (host, port)
    };
    let port = match port.strip_prefix(':') {
        Some(digits) => digits.parse().ok().filter(|port| *port > 0)?,
        None => port.is_empty().then_some(default)?,
    };
    (!host.is_empty()).then_some((host, port))
}

/// Whether it may stand in a name or an IPv4 address.
const fn is_host_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_')
}

fn folder(url: &str, certificates: Certificates<'_>) -> Result<PathBuf, Failure> {
    certificates.folder.map(Path::to_owned).ok_or_else(|| {
        unsupported(
            url,
            "TLS needs certificates: set DOCKER_CERT_PATH to the folder of ca.pem",
        )
    })
}

/// Advice comes before the URL, which may be long: the detail is cut.
fn nonsense(url: &str, why: &str) -> Failure {
    Failure::error(
        Reason::Malformed,
        &format!("no address of an engine: {why}: {url:?}"),
    )
}

fn unsupported(url: &str, advice: &str) -> Failure {
    Failure::error(Reason::Unsupported, &format!("{advice}: {url:?}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONE: Certificates<'_> = Certificates {
        folder: None,
        wanted: false,
    };

    fn tcp_way(host: &str, port: u16, tls: Option<&str>) -> Way {
        Way::Tcp {
            host: host.into(),
            port,
            tls: tls.map(PathBuf::from),
        }
    }

    #[test]
    fn addresses_name_a_way() {
        for (text, way) in [
            (
                "unix:///run/docker.sock",
                Way::Unix("/run/docker.sock".into()),
            ),
            (
                "/run/my docker.sock",
                Way::Unix("/run/my docker.sock".into()),
            ),
            ("tcp://127.0.0.1:2375", tcp_way("127.0.0.1", 2375, None)),
            (
                "tcp://build-1.example",
                tcp_way("build-1.example", 2375, None),
            ),
            ("http://db_01:80/", tcp_way("db_01", 80, None)),
            ("tcp://[::1]:99", tcp_way("::1", 99, None)),
            ("tcp://[fe80::1]", tcp_way("fe80::1", 2375, None)),
        ] {
            assert_eq!(parse(&url(text), NONE), Ok(way), "{text}");
        }
    }

    #[test]
    fn tls_comes_with_https_or_the_wish_for_it() {
        let folder = Some(Path::new("/certs"));
        let wanted = |wanted| Certificates { folder, wanted };
        let with = |port| tcp_way("h", port, Some("/certs"));
        assert_eq!(parse("https://h", wanted(false)), Ok(with(2376)));
        assert_eq!(parse("tcp://h:1", wanted(true)), Ok(with(1)));
        assert_eq!(parse("tcp://h:1", wanted(false)), Ok(tcp_way("h", 1, None)));
        assert_eq!(parse("http://h:1", wanted(true)), Ok(tcp_way("h", 1, None)));
        let bare = parse("https://h", NONE).unwrap_err();
        assert!(bare.detail.contains("DOCKER_CERT_PATH"));
    }

    #[test]
    fn nonsense_is_malformed() {
        for text in [
            "",
            "docker",
            "unix://",
            "unix://relative",
            "tcp://",
            "tcp://:2375",
            "tcp://host:",
            "tcp://host:0",
            "tcp://host:65536",
            "tcp://host:2375/path",
            "tcp://user@host:1",
            "tcp://[::1:2375",
            "tcp://[host]:1",
            "tcp://::1",
            "tcp://a b:1",
            "tcp://h\n:1",
        ] {
            let failure = parse(text, NONE).unwrap_err();
            assert_eq!(failure.reason, Reason::Malformed, "{text}");
        }
    }

    #[test]
    fn other_schemes_are_unsupported() {
        for (text, word) in [
            ("ssh://me@host", "ssh -L"),
            ("npipe:////./pipe/docker_engine", "not supported"),
            ("fd://", "not supported"),
            ("gopher://host", "unix, tcp"),
        ] {
            let failure = parse(text, NONE).unwrap_err();
            assert_eq!(failure.reason, Reason::Unsupported, "{text}");
            assert!(failure.detail.contains(word), "{}", failure.detail);
        }
    }
}
