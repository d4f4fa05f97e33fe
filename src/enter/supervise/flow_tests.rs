//! Tests of bytes on their way.

use std::io::{PipeReader, PipeWriter, Read as _, Write as _};
use std::os::fd::AsFd as _;

use super::super::pipes::unblocked_pipe;
use super::{Direction, Flow, SIZE, Step};

struct Pipes {
    source: PipeWriter,
    from: PipeReader,
    to: PipeWriter,
    sink: PipeReader,
}

impl Pipes {
    fn new() -> Self {
        let (from, source) = unblocked_pipe().unwrap();
        let (sink, to) = unblocked_pipe().unwrap();
        // As a terminal that is opened anew for this.
        let flags = rustix::fs::fcntl_getfl(&to).unwrap() | rustix::fs::OFlags::NONBLOCK;
        rustix::fs::fcntl_setfl(&to, flags).unwrap();
        Self {
            source,
            from,
            to,
            sink,
        }
    }

    fn flow(&self, direction: Direction) -> Flow<'_> {
        Flow::new(self.from.as_fd(), self.to.as_fd(), direction)
    }
}

#[test]
fn bytes_pass() {
    let mut pipes = Pipes::new();
    pipes.source.write_all(b"hello").unwrap();
    let mut flow = pipes.flow(Direction::Outwards);
    assert_eq!(flow.advance(), Step::Moved(5));
    assert_eq!(flow.advance(), Step::Later);
    let mut bytes = [0; 10];
    assert_eq!((&pipes.sink).read(&mut bytes).unwrap(), 5);
    assert_eq!(&bytes[..5], b"hello");
}

#[test]
fn what_cannot_be_written_at_once_is_kept() {
    let pipes = Pipes::new();
    let mut flow = pipes.flow(Direction::Outwards);
    let mut sent = Vec::new();
    // Fills the second pipe until the flow holds bytes that it cannot get rid of.
    while flow.advance() != Step::Later || !flow.is_laden() {
        let line = format!("{:>999}\n", sent.len());
        (&pipes.source).write_all(line.as_bytes()).unwrap();
        sent.extend_from_slice(line.as_bytes());
        assert!(sent.len() < 10_000_000);
    }
    let mut got = Vec::new();
    let mut bytes = [0; SIZE];
    while got.len() < sent.len() {
        if let Ok(length) = (&pipes.sink).read(&mut bytes) {
            got.extend_from_slice(&bytes[..length]);
        }
        flow.advance();
    }
    assert!(got == sent);
}

#[test]
fn it_tells_whose_end_is_gone() {
    let Pipes {
        source,
        from,
        to,
        sink,
    } = Pipes::new();
    (&source).write_all(b"x").unwrap();
    drop(source);
    let (from, to) = (from.as_fd(), to.as_fd());
    let mut outwards = Flow::new(from, to, Direction::Outwards);
    assert_eq!(outwards.advance(), Step::Moved(1));
    assert_eq!(outwards.advance(), Step::Closed);
    assert!(!outwards.is_open);
    let mut inwards = Flow::new(from, to, Direction::Inwards);
    assert_eq!(inwards.advance(), Step::HungUp);
    drop(sink);
}

#[test]
fn a_reader_that_is_gone_is_told() {
    let Pipes {
        source,
        from,
        to,
        sink,
    } = Pipes::new();
    drop(sink);
    for (direction, step) in [
        (Direction::Outwards, Step::HungUp),
        (Direction::Inwards, Step::Closed),
    ] {
        (&source).write_all(b"x").unwrap();
        let mut flow = Flow::new(from.as_fd(), to.as_fd(), direction);
        assert_eq!(flow.advance(), step);
        assert!(!flow.is_open);
    }
}
