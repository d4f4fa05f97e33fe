//! Opens connections to an engine: a Unix socket or a TCP port, whatever URI the HTTP client names.

use std::future::Future;
use std::io;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use hyper::Uri;
use hyper_util::client::legacy::connect::{Connected, Connection};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UnixStream};
use tower_service::Service;

use super::super::address::Way;

/// Pause before a socket whose queue is full is tried again.
const QUEUE_IS_FULL: Duration = Duration::from_millis(10);

/// What can be read from and written to.
pub(super) trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Duplex for T {}

/// An open connection.
pub(super) type Line = Box<dyn Duplex>;

impl Connection for Line {
    fn connected(&self) -> Connected {
        Connected::new()
    }
}

/// Opens connections to one place.
#[derive(Clone)]
pub(super) struct Dial(Arc<Way>);

impl Dial {
    /// Will connect by `way`; TLS is left to others.
    pub(super) fn new(way: &Way) -> Self {
        Self(Arc::new(way.clone()))
    }
}

impl Service<Uri> for Dial {
    type Response = TokioIo<Line>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Self::Response>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Uri) -> Self::Future {
        let way = Arc::clone(&self.0);
        Box::pin(async move { connect(&way).await.map(TokioIo::new) })
    }
}

async fn connect(way: &Way) -> io::Result<Line> {
    loop {
        match attempt(way).await {
            // A Unix socket does not queue us where its queue is full: it says so at once.
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                tokio::time::sleep(QUEUE_IS_FULL).await;
            }
            Err(error) => return Err(explained(way, error)),
            Ok(line) => return Ok(line),
        }
    }
}

async fn attempt(way: &Way) -> io::Result<Line> {
    match way {
        Way::Unix(path) => Ok(Box::new(UnixStream::connect(path).await?)),
        Way::Tcp { host, port, .. } => {
            let stream = match host.parse::<IpAddr>() {
                Ok(address) => TcpStream::connect((address, *port)).await?,
                Err(_) => TcpStream::connect((host.as_str(), *port)).await?,
            };
            Ok(Box::new(stream))
        }
    }
}

/// The error in words that help.
fn explained(way: &Way, error: io::Error) -> io::Error {
    let words = match (way, error.kind()) {
        (Way::Unix(_), io::ErrorKind::ConnectionRefused) => "nobody listens on the socket",
        (Way::Tcp { .. }, io::ErrorKind::ConnectionRefused) => "nobody listens on the port",
        _ => return error,
    };
    io::Error::new(error.kind(), format!("{words}: {error}"))
}
