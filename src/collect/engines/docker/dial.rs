//! Opens connections to an engine: a Unix socket or a TCP port, whatever URI the HTTP client names.

use std::future::Future;
use std::io;
use std::net::IpAddr;
use std::path::Path;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};
use std::time::Duration;

use hyper::Uri;
use hyper_util::client::legacy::connect::{Connected, Connection};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UnixStream};
use tower_service::Service;

use super::super::address::Way;
use super::listener::listener;
use crate::collect::observation::Listener;

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

/// Who listens at the other end of the first connection over a Unix socket.
pub(super) type OtherEnd = Arc<OnceLock<Option<Listener>>>;

/// Opens connections to one place.
#[derive(Clone)]
pub(super) struct Dial {
    way: Arc<Way>,
    other_end: OtherEnd,
}

impl Dial {
    /// Will connect by `way`, and tell who listens there; TLS is left to others.
    pub(super) fn new(way: &Way, other_end: &OtherEnd) -> Self {
        Self {
            way: Arc::new(way.clone()),
            other_end: Arc::clone(other_end),
        }
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
        let dial = self.clone();
        Box::pin(async move { dial.connect().await.map(TokioIo::new) })
    }
}

impl Dial {
    async fn connect(&self) -> io::Result<Line> {
        loop {
            match self.attempt().await {
                // A Unix socket does not queue us where its queue is full: it says so at once.
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    tokio::time::sleep(QUEUE_IS_FULL).await;
                }
                Err(error) => return Err(explained(&self.way, error)),
                Ok(line) => return Ok(line),
            }
        }
    }

    async fn attempt(&self) -> io::Result<Line> {
        match &*self.way {
            Way::Unix(path) => self.unix(path).await,
            Way::Found(socket) => self.unix(&socket.path()).await,
            Way::Tcp { host, port, .. } => {
                let stream = match host.parse::<IpAddr>() {
                    Ok(address) => TcpStream::connect((address, *port)).await?,
                    Err(_) => TcpStream::connect((host.as_str(), *port)).await?,
                };
                Ok(Box::new(stream))
            }
        }
    }

    async fn unix(&self, path: &Path) -> io::Result<Line> {
        let stream = UnixStream::connect(path).await?;
        let told = || stream.peer_cred().ok().and_then(|peer| listener(&peer));
        self.other_end.get_or_init(told);
        Ok(Box::new(stream))
    }
}

/// The error in words that help.
fn explained(way: &Way, error: io::Error) -> io::Error {
    let words = match (way, error.kind()) {
        (Way::Unix(_) | Way::Found(_), io::ErrorKind::ConnectionRefused) => {
            "nobody listens on the socket"
        }
        (Way::Tcp { .. }, io::ErrorKind::ConnectionRefused) => "nobody listens on the port",
        _ => return error,
    };
    io::Error::new(error.kind(), format!("{words}: {error}"))
}
