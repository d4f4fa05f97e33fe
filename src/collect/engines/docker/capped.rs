//! A limit on what an engine may make us hold.
//!
//! The HTTP client above gathers an answer whole before it parses it, so an endless answer would take all memory, and
//! so would a short one that parses into something large: `{},` is three bytes, and a container record of hundreds.
//! The limits are set below it, on the bytes as they come in, and counted over all connections of one conversation.

use std::error::Error;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};

use hyper::Uri;
use hyper_util::client::legacy::connect::{Connected, Connection};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tower_service::Service;

/// Most bytes from one connection.
const CONNECTION: usize = 32 * 1024 * 1024;

/// Most that all answers together may weigh, in bytes of parsed data.
const CONVERSATION: usize = 256 * 1024 * 1024;

/// The engine said more than we hold.
#[derive(Clone, Copy, Debug, thiserror::Error)]
pub(super) enum TooLarge {
    /// On one connection.
    #[error("its answer is larger than 32 MiB")]
    Connection,
    /// On all connections.
    #[error("its answers would take more than 256 MiB of memory")]
    Conversation,
}

/// Opens connections that share one limit.
#[derive(Clone)]
pub(super) struct Capped<C> {
    connector: C,
    left: Arc<AtomicUsize>,
}

impl<C> Capped<C> {
    /// Limits what comes in over the connections of `connector`.
    pub(super) fn new(connector: C) -> Self {
        Self {
            connector,
            left: Arc::new(AtomicUsize::new(CONVERSATION)),
        }
    }
}

impl<C> Service<Uri> for Capped<C>
where
    C: Service<Uri>,
    C::Response: hyper::rt::Read + hyper::rt::Write + Unpin,
    C::Error: Into<Box<dyn Error + Send + Sync>>,
    C::Future: Send + 'static,
{
    type Response = TokioIo<Counted<TokioIo<C::Response>>>;
    type Error = C::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, C::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), C::Error>> {
        self.connector.poll_ready(context)
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let connecting = self.connector.call(uri);
        let left = Arc::clone(&self.left);
        Box::pin(async move {
            let stream = TokioIo::new(connecting.await?);
            Ok(TokioIo::new(Counted::new(stream, left)))
        })
    }
}

/// A connection that fails when too much has come in.
pub(super) struct Counted<S> {
    stream: S,
    own: usize,
    shared: Arc<AtomicUsize>,
}

impl<S> Counted<S> {
    fn new(stream: S, shared: Arc<AtomicUsize>) -> Self {
        Self {
            stream,
            own: CONNECTION,
            shared,
        }
    }

    /// Takes what came in off the limits.
    fn charge(&mut self, news: &[u8]) -> io::Result<()> {
        self.own = take(self.own, news.len(), TooLarge::Connection)?;
        let left = self.shared.load(Ordering::Relaxed);
        let left = take(left, weight(news), TooLarge::Conversation)?;
        self.shared.store(left, Ordering::Relaxed);
        Ok(())
    }
}

fn take(left: usize, some: usize, error: TooLarge) -> io::Result<usize> {
    left.checked_sub(some)
        .ok_or_else(|| io::Error::other(error))
}

/// About as many bytes as JSON text takes once it is parsed: an object becomes a record, a comma ends a value or a label.
fn weight(text: &[u8]) -> usize {
    text.iter()
        .map(|byte| match byte {
            b'{' => 1024,
            b',' => 128,
            _ => 1,
        })
        .sum()
}

impl<S: AsyncRead + Unpin> AsyncRead for Counted<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(context, buffer))?;
        Poll::Ready(self.charge(&buffer.filled()[before..]))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Counted<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

impl<S> Connection for Counted<S> {
    fn connected(&self) -> Connected {
        Connected::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(shared: &Arc<AtomicUsize>) -> Counted<tokio::io::Empty> {
        Counted::new(tokio::io::empty(), Arc::clone(shared))
    }

    fn words(result: io::Result<()>) -> String {
        result.map_or_else(|error| error.to_string(), |()| "fine".to_owned())
    }

    #[test]
    fn one_connection_may_say_so_much() {
        let shared = Arc::new(AtomicUsize::new(CONVERSATION));
        let mut line = counted(&shared);
        let half = vec![b'x'; CONNECTION / 2];
        assert_eq!(words(line.charge(&half)), "fine");
        assert_eq!(words(line.charge(&half)), "fine");
        assert_eq!(words(line.charge(b"x")), TooLarge::Connection.to_string());
        assert_eq!(words(counted(&shared).charge(b"x")), "fine");
    }

    #[test]
    fn all_connections_share_a_limit_by_weight() {
        let shared = Arc::new(AtomicUsize::new(CONVERSATION));
        let many = b"{},".repeat(CONVERSATION / 4096);
        for _ in 0..3 {
            assert_eq!(words(counted(&shared).charge(&many)), "fine");
        }
        let over = words(counted(&shared).charge(&many));
        assert_eq!(over, TooLarge::Conversation.to_string());
    }
}
